//! The trait's part about schedules: passes each call to its verb.

use async_trait::async_trait;
use paceline_core::event::EventKind;
use paceline_core::schedule::{DueSchedules, Fired, Firing, Schedule, ScheduleStore};
use paceline_core::store::Result;
use paceline_core::{ScheduleId, Time};

use super::connect::PostgresStore;
use super::schedules;

#[async_trait]
impl ScheduleStore for PostgresStore {
    async fn add_schedule(&self, schedule: Schedule, now: Time) -> Result<()> {
        Ok(schedules::add(&self.shared, &schedule, now).await?)
    }

    async fn change_schedule(
        &self,
        schedule: Schedule,
        kind: EventKind,
        now: Time,
    ) -> Result<bool> {
        Ok(schedules::change(&self.shared, &schedule, kind, now).await?)
    }

    async fn remove_schedule(&self, id: ScheduleId, now: Time) -> Result<()> {
        Ok(schedules::remove(&self.shared, id, now).await?)
    }

    async fn schedule(&self, named: &str) -> Result<Option<Schedule>> {
        Ok(schedules::one(&mut self.reader().await?, named).await?)
    }

    async fn schedules(&self) -> Result<Vec<Schedule>> {
        Ok(schedules::all(&mut self.reader().await?).await?)
    }

    async fn due_schedules(&self, now: Time) -> Result<DueSchedules> {
        Ok(schedules::due(&mut self.reader().await?, now).await?)
    }

    async fn fire(&self, firing: Firing, now: Time) -> Result<Fired> {
        Ok(schedules::fire(&self.shared, &firing, now).await?)
    }
}
