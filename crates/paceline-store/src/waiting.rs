//! Why jobs wait, in plain words, by the rules that hold them.

use paceline_core::admission::Reason;
use paceline_core::limits::{Held, Occupied, Rules};
use paceline_core::scope::{Kind, Names};
use paceline_core::{JobId, JobState, Time};
use rusqlite::Connection;

use crate::context::find;
use crate::dependencies;
use crate::error::Result;
use crate::links_text;
use crate::rules;
use crate::text::{maybe_time, maybe_word, word};

/// What a job's reason depends on.
pub(crate) struct Waiting {
    pub(crate) state: JobState,
    pub(crate) user: Option<String>,
    pub(crate) run_at: Option<Time>,
    pub(crate) attempt: u32,
    pub(crate) first_attempt: u32,
    pub(crate) task: String,
    pub(crate) queue: String,
    pub(crate) key: Option<String>,
    /// What a blocked job waits for, in words.
    pub(crate) after: Option<String>,
}

pub(crate) fn waiting_for(
    connection: &Connection,
    jobs: &[JobId],
    now: Time,
) -> Result<Vec<(JobId, Vec<Reason>)>> {
    const SELECT: &str = "SELECT state, user, run_at, attempt, first_attempt, task, queue, key,
            num, after_policy, after_waiting, after_met, after_broken FROM jobs WHERE id = ?1";
    let rules = rules::book(connection)?.rules();
    let occupied = if rules.limits().is_none() {
        Occupied::default()
    } else {
        rules::occupied(connection)?
    };
    let mut reasons = Vec::new();
    for &id in jobs {
        let waiting = find(connection, SELECT, (id.into_bytes(),), |row| {
            let waiting = Waiting {
                state: word(row, 0)?,
                user: row.get(1)?,
                run_at: maybe_time(row, 2)?,
                attempt: row.get(3)?,
                first_attempt: row.get(4)?,
                task: row.get(5)?,
                queue: row.get(6)?,
                key: row.get(7)?,
                after: None,
            };
            let counts = [row.get(10)?, row.get(11)?, row.get(12)?];
            let tally = links_text::tally(maybe_word(row, 9)?, counts);
            Ok((waiting, row.get(8)?, tally))
        })?;
        let Some((mut waiting, num, tally)) = waiting else {
            continue;
        };
        if let (JobState::Blocked, Some(tally)) = (waiting.state, tally) {
            waiting.after = Some(dependencies::waits_for(connection, num, tally)?);
        }
        let why = waiting.reasons(&rules, &occupied, now);
        if !why.is_empty() {
            reasons.push((id, why));
        }
    }
    Ok(reasons)
}

impl Waiting {
    /// None if the job does not wait.
    pub(crate) fn reasons(&self, rules: &Rules, occupied: &Occupied, now: Time) -> Vec<Reason> {
        let reason = match self.state {
            JobState::Pending => return self.held(rules, occupied, now),
            JobState::Running => {
                // It gets no more work.
                let hold = rules.hold(Kind::Task, &self.task, now);
                hold.map(|hold| Held::OnHold(hold.clone()).to_string())
            }
            JobState::Scheduled => Some(scheduled(self)),
            JobState::Paused => Some("paused: waits for someone to resume it".to_owned()),
            JobState::Blocked => {
                let other = || "waits for other jobs".to_owned();
                Some(self.after.clone().unwrap_or_else(other))
            }
            JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => None,
        };
        reason.into_iter().collect()
    }

    fn held(&self, rules: &Rules, occupied: &Occupied, now: Time) -> Vec<Reason> {
        let names = Names {
            user: self.user.as_deref(),
            task: &self.task,
            queue: &self.queue,
            key: self.key.as_deref(),
        };
        let held = rules.reasons(names, occupied, now);
        if held.is_empty() {
            return vec!["waits for its turn".to_owned()];
        }
        held.iter().map(ToString::to_string).collect()
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
