//! What is due of a schedule, also after a long time in which nobody looked.

use std::collections::VecDeque;
use std::time::Duration;

use super::MissedRuns;
use super::rule::Ticks;
use crate::time::Time;

/// A run that begins later than this after its time was missed.
pub const GRACE: Duration = Duration::from_mins(1);
/// Most missed runs that are made up for.
pub const MOST_MISSED: usize = 100;
/// Missed runs that are counted one by one.
const COUNTED: u32 = 1_000;

/// Runs that are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    pub count: u32,
    /// There were more, which nobody counted.
    pub and_more: bool,
}

/// What to do about a schedule now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The times, by the rule, of the runs to do; in order.
    pub runs: Vec<Time>,
    pub missed: Missed,
    /// The first time after now.
    pub next_at: Option<Time>,
}

impl Plan {
    /// What is due at `now` of a schedule whose next run was to be at `next_at`.
    pub fn new(ticks: &Ticks, next_at: Time, policy: MissedRuns, now: Time) -> Plan {
        let on_time_from = now - GRACE;
        let (mut late, mut missed) = late(ticks, next_at, on_time_from);
        let on_time: Vec<Time> = std::iter::once(next_at)
            .chain(ticks.after(next_at.max(just_before(on_time_from))))
            .skip_while(|tick| *tick < on_time_from)
            .take_while(|tick| *tick <= now)
            .collect();
        match policy {
            MissedRuns::Skip => late.clear(),
            MissedRuns::Once => {
                let kept = usize::from(on_time.is_empty());
                late.drain(..late.len().saturating_sub(kept));
            }
            MissedRuns::All => {}
        }
        missed.count -= u32::try_from(late.len())
            .unwrap_or(u32::MAX)
            .min(missed.count);
        Plan {
            runs: late.into_iter().chain(on_time).collect(),
            missed,
            next_at: ticks.next_after(now),
        }
    }
}

/// The newest runs from `next_at` on that are before `end`, and how many there were in all.
fn late(ticks: &Ticks, next_at: Time, end: Time) -> (VecDeque<Time>, Missed) {
    let mut newest = VecDeque::new();
    let mut missed = Missed::default();
    let all = std::iter::once(next_at).chain(ticks.after(next_at));
    for tick in all.take_while(|tick| *tick < end) {
        if missed.count == COUNTED {
            missed.and_more = true;
            return (newest_before(ticks, next_at, end), missed);
        }
        missed.count += 1;
        newest.push_back(tick);
        if newest.len() > MOST_MISSED {
            newest.pop_front();
        }
    }
    (newest, missed)
}

/// The newest of so many that nobody goes through them all: looks back further and further.
fn newest_before(ticks: &Ticks, first: Time, end: Time) -> VecDeque<Time> {
    let mut span = Duration::from_mins(2);
    loop {
        let from = just_before(first).max(end - span);
        let mut found: VecDeque<Time> = ticks.after(from).take_while(|tick| *tick < end).collect();
        if found.len() >= MOST_MISSED || from < first {
            found.drain(..found.len().saturating_sub(MOST_MISSED));
            return found;
        }
        span *= 4;
    }
}

fn just_before(time: Time) -> Time {
    time - Duration::from_micros(1)
}
