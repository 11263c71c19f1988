//! The trait's part about schedules: passes each call to its verb.

use async_trait::async_trait;
use paceline_core::event::EventKind;
use paceline_core::schedule::{DueSchedules, Fired, Firing, Schedule, ScheduleStore};
use paceline_core::store::Result;
use paceline_core::{ScheduleId, Time};

use crate::command::Durable;
use crate::schedules;
use crate::sqlite::SqliteStore;

#[async_trait]
impl ScheduleStore for SqliteStore {
    async fn add_schedule(&self, schedule: Schedule, now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| {
            schedules::add(context, &schedule, now)
        })
        .await
    }

    async fn change_schedule(
        &self,
        schedule: Schedule,
        kind: EventKind,
        now: Time,
    ) -> Result<bool> {
        self.write(Durable::Yes, move |context| {
            schedules::change(context, &schedule, kind, now)
        })
        .await
    }

    async fn remove_schedule(&self, id: ScheduleId, now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| {
            schedules::remove(context, id, now)
        })
        .await
    }

    async fn schedule(&self, named: &str) -> Result<Option<Schedule>> {
        let named = named.to_owned();
        self.read(move |connection| schedules::one(connection, &named))
            .await
    }

    async fn schedules(&self) -> Result<Vec<Schedule>> {
        self.read(schedules::all).await
    }

    async fn due_schedules(&self, now: Time) -> Result<DueSchedules> {
        self.read(move |connection| schedules::due(connection, now))
            .await
    }

    async fn fire(&self, firing: Firing, now: Time) -> Result<Fired> {
        self.write(Durable::Yes, move |context| {
            schedules::fire(context, &firing, now)
        })
        .await
    }
}
