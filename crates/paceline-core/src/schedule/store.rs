//! What a store must be able to do with schedules. See [`crate::store`] for atomicity.

use async_trait::async_trait;

use super::{Fired, Firing, Schedule};
use crate::event::EventKind;
use crate::id::ScheduleId;
use crate::store::Result;
use crate::time::Time;

/// Schedules whose time has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DueSchedules {
    /// Those that wait longest first, a hundred at most.
    pub due: Vec<Schedule>,
    /// The earliest time of the others.
    pub next_at: Option<Time>,
}

/// The part of [`crate::store::Store`] that keeps schedules. All that is written is durable.
#[async_trait]
pub trait ScheduleStore {
    /// Keeps a new schedule. [`crate::store::StoreError::NameTaken`] if its name is in use.
    async fn add_schedule(&self, schedule: Schedule, now: Time) -> Result<()>;

    /// Writes a schedule that was read and changed, and tells so by `kind`. False, and nothing was
    /// written, when somebody else was faster or it is gone.
    async fn change_schedule(&self, schedule: Schedule, kind: EventKind, now: Time)
    -> Result<bool>;

    /// [`crate::store::StoreError::NotFound`] when there is none. Its jobs stay.
    async fn remove_schedule(&self, id: ScheduleId, now: Time) -> Result<()>;

    /// The schedule with this id or name.
    async fn schedule(&self, named: &str) -> Result<Option<Schedule>>;

    /// All schedules by name.
    async fn schedules(&self) -> Result<Vec<Schedule>>;

    /// Schedules whose next run is at `now` or before.
    async fn due_schedules(&self, now: Time) -> Result<DueSchedules>;

    /// Submits the jobs of a schedule's runs and moves the schedule on, in one transaction and only
    /// if nobody else has changed it since it was read: [`Firing::outcome`] says how.
    async fn fire(&self, firing: Firing, now: Time) -> Result<Fired>;
}
