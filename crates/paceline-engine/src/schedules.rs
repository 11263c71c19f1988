//! Running schedules: every node looks what is due and tries; the store lets one of them do it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use paceline_core::schedule::{Fired, Firing, GRACE, JobSource, Missed, Plan, Run, Schedule};
use paceline_core::store::StoreError;
use paceline_core::{NewJob, Time};

use crate::handle::Shared;

/// Why no job can be made of what a schedule submits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMade {
    /// It may be possible in a moment: the task is not declared yet, the store is away.
    #[error("{0}")]
    NotYet(String),
    #[error("{0}")]
    Never(String),
}

/// Makes jobs of what schedules submit, in the way in which submissions are settled.
#[async_trait]
pub trait JobMaker: Send + Sync + std::fmt::Debug {
    /// So many jobs that differ in their ids and names only.
    async fn make(&self, source: &JobSource, count: usize) -> Result<Vec<NewJob>, NotMade>;
}

/// Another node does a run, or dies over it: after this it is looked whether it is still to be done.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The label of jobs that says which schedule they are of.
const LABEL: &str = "schedule";

impl Shared {
    /// Runs what is due. Returns when the next run is; nothing without somebody who makes jobs.
    pub(crate) async fn run_schedules(&self) -> Result<Option<Time>, StoreError> {
        let Some(maker) = self.maker() else {
            return Ok(None);
        };
        let found = self.store.due_schedules(self.clock.now()).await?;
        let mut next_at = found.next_at;
        for schedule in found.due {
            let next = self.run_due(&*maker, schedule).await?;
            next_at = next_at.into_iter().chain(next).min();
        }
        Ok(next_at)
    }

    async fn run_due(
        &self,
        maker: &dyn JobMaker,
        schedule: Schedule,
    ) -> Result<Option<Time>, StoreError> {
        let now = self.clock.now();
        let (Some(due), Ok(ticks)) = (schedule.next_at, schedule.rule.ticks()) else {
            tracing::error!(
                schedule = schedule.name,
                "this version cannot read the rule"
            );
            return Ok(None);
        };
        let Plan {
            runs,
            missed,
            next_at,
        } = Plan::new(&ticks, due, schedule.missed, now);
        let mut firing = Firing {
            schedule: Arc::new(schedule),
            runs: Vec::new(),
            missed,
            failed: None,
            next_at,
            by_hand: false,
        };
        match self.jobs(maker, &firing.schedule, runs.len()).await {
            Ok(jobs) => {
                let runs = runs.into_iter().zip(jobs);
                firing.runs = runs.map(|(tick, job)| Run { tick, job }).collect();
            }
            // It stays due, until waiting has no sense any more.
            Err(NotMade::NotYet(why)) if now < due + GRACE => {
                tracing::debug!(schedule = firing.schedule.name, why, "not yet");
                return Ok(None);
            }
            Err(NotMade::NotYet(why) | NotMade::Never(why)) => {
                tracing::warn!(schedule = firing.schedule.name, why, "a run gives no job");
                firing.failed = Some((runs, why));
            }
        }
        let fired = match self.store.fire(firing.clone(), now).await {
            // Its jobs are not wanted as things stand; that must not hold the schedule, or others.
            Err(why @ (StoreError::Duplicate(_) | StoreError::NoSuchParent(_))) => {
                tracing::warn!(schedule = firing.schedule.name, %why, "a run is refused");
                let runs = std::mem::take(&mut firing.runs);
                let ticks = runs.into_iter().map(|run| run.tick).collect();
                firing.failed = Some((ticks, why.to_string()));
                self.store.fire(firing, now).await?
            }
            fired => fired?,
        };
        if fired.overtaken {
            let again = now + LOOK_AGAIN;
            return Ok(Some(next_at.map_or(again, |next| next.min(again))));
        }
        Ok(next_at)
    }

    /// Runs a schedule because a person wants it. Its next run stays when it was to be.
    pub(crate) async fn run_by_hand(&self, schedule: Schedule) -> Result<Fired, RunError> {
        let Some(maker) = self.maker() else {
            let why = "the node is still starting".to_owned();
            return Err(NotMade::NotYet(why).into());
        };
        let now = self.clock.now();
        let jobs = self.jobs(&*maker, &schedule, 1).await?;
        let runs = jobs.into_iter().map(|job| Run { tick: now, job });
        let firing = Firing {
            runs: runs.collect(),
            missed: Missed::default(),
            failed: None,
            next_at: schedule.next_at,
            by_hand: true,
            schedule: Arc::new(schedule),
        };
        let fired = self.store.fire(firing, now).await?;
        self.work.notify_one();
        Ok(fired)
    }

    async fn jobs(
        &self,
        maker: &dyn JobMaker,
        schedule: &Schedule,
        count: usize,
    ) -> Result<Vec<NewJob>, NotMade> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut jobs = maker.make(&schedule.source, count).await?;
        for job in &mut jobs {
            job.labels.retain(|(name, _)| name != LABEL);
            job.labels.push((LABEL.to_owned(), schedule.name.clone()));
        }
        Ok(jobs)
    }

    fn maker(&self) -> Option<Arc<dyn JobMaker>> {
        self.maker.get().cloned()
    }
}

/// A run by hand came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    NotMade(#[from] NotMade),
    #[error(transparent)]
    Store(#[from] StoreError),
}
