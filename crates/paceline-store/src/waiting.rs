//! Why jobs wait, in plain words, by the rules that hold them.

use paceline_core::admission::{Limits, Occupied, Reason};
use paceline_core::{JobId, JobState, Time};
use rusqlite::Connection;

use crate::admit::occupied;
use crate::context::find;
use crate::error::Result;
use crate::text::{maybe_time, word};

/// What a job's reason depends on.
pub(crate) struct Waiting {
    pub(crate) state: JobState,
    pub(crate) user: Option<String>,
    pub(crate) run_at: Option<Time>,
    pub(crate) attempt: u32,
    pub(crate) first_attempt: u32,
}

pub(crate) fn waiting_for(
    connection: &Connection,
    jobs: &[JobId],
    limits: Limits,
) -> Result<Vec<(JobId, Reason)>> {
    const SELECT: &str = "SELECT state, user, run_at, attempt, first_attempt FROM jobs
        WHERE id = ?1";
    let occupied = occupied(connection)?;
    let mut reasons = Vec::new();
    for &id in jobs {
        let waiting = find(connection, SELECT, (id.into_bytes(),), |row| {
            Ok(Waiting {
                state: word(row, 0)?,
                user: row.get(1)?,
                run_at: maybe_time(row, 2)?,
                attempt: row.get(3)?,
                first_attempt: row.get(4)?,
            })
        })?;
        let reason = waiting.and_then(|job| job.reason(&limits, &occupied));
        reasons.extend(reason.map(|reason| (id, reason)));
    }
    Ok(reasons)
}

impl Waiting {
    /// `None` if the job does not wait.
    pub(crate) fn reason(&self, limits: &Limits, occupied: &Occupied) -> Option<Reason> {
        match self.state {
            JobState::Pending => Some(
                limits
                    .holds(self.user.as_deref(), occupied)
                    .unwrap_or_else(|| "waits for its turn".to_owned()),
            ),
            JobState::Scheduled => Some(scheduled(self)),
            JobState::Paused => Some("paused: waits for someone to resume it".to_owned()),
            JobState::Blocked => Some("waits for other jobs".to_owned()),
            JobState::Running
            | JobState::Completed
            | JobState::Failed
            | JobState::Cancelled
            | JobState::Merged => None,
        }
    }
}

fn scheduled(job: &Waiting) -> Reason {
    let what = if job.attempt > job.first_attempt {
        "retry"
    } else {
        "start"
    };
    let at = job
        .run_at
        .and_then(|at| jiff::Timestamp::from_microsecond(at.as_micros()).ok());
    match at {
        Some(at) => format!("{what}: due at {at:.0}"),
        None => format!("{what}: due soon"),
    }
}
