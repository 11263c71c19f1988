//! Why jobs wait, in plain words, by the rules that hold them.

use paceline_core::admission::{Limits, Reason};
use paceline_core::{JobId, JobState, Time};
use rusqlite::Connection;

use crate::admit::occupied;
use crate::context::find;
use crate::error::Result;
use crate::text::{maybe_time, word};

struct Waiting {
    state: JobState,
    user: Option<String>,
    run_at: Option<Time>,
    attempt: u32,
    first_attempt: u32,
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
        let reason = waiting.and_then(|job| match job.state {
            JobState::Pending => Some(
                limits
                    .holds(job.user.as_deref(), &occupied)
                    .unwrap_or_else(|| "waits for its turn".to_owned()),
            ),
            JobState::Scheduled => Some(scheduled(&job)),
            JobState::Paused => Some("paused: waits for someone to resume it".to_owned()),
            JobState::Blocked => Some("waits for other jobs".to_owned()),
            JobState::Running
            | JobState::Completed
            | JobState::Failed
            | JobState::Cancelled
            | JobState::Merged => None,
        });
        reasons.extend(reason.map(|reason| (id, reason)));
    }
    Ok(reasons)
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
