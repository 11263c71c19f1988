//! Why jobs wait, in plain words, by the rules that hold them.

use std::collections::BTreeMap;

use paceline_core::admission::{NEXT_IN_LINE, Reason};
use paceline_core::limits::{Held, Occupied, Rules};
use paceline_core::scope::{Kind, Names};
use paceline_core::throttle::{Allowance, Holds, TaskThrottle};
use paceline_core::{JobId, JobState, Time};
use rusqlite::Connection;

use crate::context::find;
use crate::dependencies;
use crate::error::Result;
use crate::links_text;
use crate::text::{maybe_time, maybe_word, word};
use crate::{rules, throttles};

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
    /// It has work that nobody has in hand.
    pub(crate) has_work: bool,
    /// It counts for the limits, running or paused.
    pub(crate) counts: bool,
}

/// By what the jobs that wait are held.
pub(crate) struct Holding {
    pub(crate) rules: Rules,
    pub(crate) occupied: Occupied,
    /// Throttled tasks with what may be handed out of them.
    pub(crate) allowances: BTreeMap<String, Allowance>,
}

impl Holding {
    pub(crate) fn new(
        rules: Rules,
        occupied: Occupied,
        throttles: Vec<TaskThrottle>,
        now: Time,
    ) -> Self {
        let allowances = throttles.into_iter().map(|of_task| {
            let allowance = of_task.throttle.allows(&of_task.policy, now);
            (of_task.task, allowance)
        });
        Holding {
            rules,
            occupied,
            allowances: allowances.collect(),
        }
    }
}

pub(crate) fn waiting_for(
    connection: &Connection,
    jobs: &[JobId],
    now: Time,
) -> Result<Vec<(JobId, Vec<Reason>)>> {
    const SELECT: &str = "SELECT state, user, run_at, attempt, first_attempt, task, queue, key,
            num, after_policy, after_waiting, after_met, after_broken,
            CASE kind WHEN 'unit' THEN lease IS NULL ELSE coalesce((SELECT free > 0 OR NOT planned
                FROM progress WHERE job = num), 0) END, after_behind, lane IN (3, 4)
        FROM jobs WHERE id = ?1";
    let rules = rules::book(connection)?.rules();
    let occupied = if rules.limits().is_none() {
        Occupied::default()
    } else {
        rules::occupied(connection)?
    };
    let throttles = if rules.throttled().is_empty() {
        Vec::new()
    } else {
        throttles::throttles(connection)?
    };
    let holding = Holding::new(rules, occupied, throttles, now);
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
                has_work: row.get(13)?,
                counts: row.get::<_, Option<bool>>(15)?.unwrap_or(false),
            };
            let counts = [row.get(10)?, row.get(11)?, row.get(12)?];
            let tally = links_text::tally(maybe_word(row, 9)?, counts, row.get(14)?);
            Ok((waiting, row.get(8)?, tally))
        })?;
        let Some((mut waiting, num, tally)) = waiting else {
            continue;
        };
        if let (JobState::Blocked, Some(tally)) = (waiting.state, tally) {
            waiting.after = Some(dependencies::waits_for(connection, num, tally)?);
        }
        let why = waiting.reasons(&holding, now);
        if !why.is_empty() {
            reasons.push((id, why));
        }
    }
    Ok(reasons)
}

impl Waiting {
    /// None if the job does not wait.
    pub(crate) fn reasons(&self, holding: &Holding, now: Time) -> Vec<Reason> {
        let reason = match self.state {
            JobState::Pending => return self.held(holding, now),
            JobState::Running => {
                // It gets no more work.
                let hold = holding.rules.hold(Kind::Task, &self.task, now);
                let hold = hold.map(|hold| Held::OnHold(hold.clone()).to_string());
                hold.or_else(|| self.throttled(holding).filter(|_| self.has_work))
            }
            JobState::Scheduled => Some(scheduled(self)),
            JobState::Paused => Some(paused(self).to_owned()),
            JobState::Blocked => {
                let other = || "waits for other jobs".to_owned();
                Some(self.after.clone().unwrap_or_else(other))
            }
            JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => None,
        };
        reason.into_iter().collect()
    }

    fn held(&self, holding: &Holding, now: Time) -> Vec<Reason> {
        let names = Names {
            user: self.user.as_deref(),
            task: &self.task,
            queue: &self.queue,
            key: self.key.as_deref(),
        };
        let held = holding.rules.reasons(names, &holding.occupied, now);
        let held = held.iter().map(ToString::to_string);
        let held: Vec<Reason> = held.chain(self.throttled(holding)).collect();
        if held.is_empty() {
            return vec![NEXT_IN_LINE.to_owned()];
        }
        held
    }

    /// What of its task's breaker and rate holds it.
    fn throttled(&self, holding: &Holding) -> Option<Reason> {
        let allowance = holding.allowances.get(&self.task)?;
        let holds = match allowance.holds {
            Some(holds) => holds,
            // So many of its jobs run as are to be tried.
            None if self.state == JobState::Pending => {
                let trial = holding.rules.throttled().get(&self.task);
                trial.copied().flatten().map(|_| Holds::Probing)?
            }
            None => return None,
        };
        let until = match holds {
            Holds::Broken { until } => to_the_second(until),
            Holds::Probing | Holds::Rate { .. } | Holds::Pause => None,
        };
        Some(match until {
            Some(until) => format!("{holds}; tried again at {until}"),
            None => holds.to_string(),
        })
    }
}

const fn paused(job: &Waiting) -> &'static str {
    if job.counts {
        "paused: what workers have of it ends, and until then it counts as running"
    } else {
        "paused: waits for someone to resume it"
    }
}

fn scheduled(job: &Waiting) -> Reason {
    let what = if job.attempt > job.first_attempt {
        "retry"
    } else {
        "start"
    };
    match job.run_at.and_then(to_the_second) {
        Some(at) => format!("{what}: due at {at}"),
        None => format!("{what}: due soon"),
    }
}

fn to_the_second(time: Time) -> Option<String> {
    let time = jiff::Timestamp::from_microsecond(time.as_micros()).ok()?;
    Some(format!("{time:.0}"))
}
