//! Which item a dead worker was on.

use std::time::Duration;

use paceline_core::Seq;
use tokio::time::Instant;

use crate::executor::held::Held;

/// Who is charged with a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    Item(Seq),
    Planner,
    /// Nothing was running.
    Nobody,
    /// One of several; nobody is charged, and each is run alone.
    Unknown,
}

/// A worker that gathers its messages says within this time that it has moved on.
const CERTAIN_AFTER: Duration = Duration::from_millis(100);

/// Finds the culprit in the lease that was current when the worker died at `now`; what was sent
/// behind it was not begun, for a worker writes all that it has to say of a lease before it begins
/// the next one.
///
/// With one item left, it is that one. A worker that writes at once was on what it said it
/// started, or else on the first item without an end. One that gathers its messages may since have
/// ended what it started, and died with that result on a later item, unless it has been silent for
/// so long that it must still be on it.
pub(super) fn find(current: &Held, buffered: bool, now: Instant) -> Blame {
    if current.is_plan() {
        return Blame::Planner;
    }
    let left = current.left();
    let Some(first) = left.front() else {
        return Blame::Nobody;
    };
    if left.len() == 1 {
        return Blame::Item(*first);
    }
    match current.started() {
        [(seq, since)] if !buffered || now >= *since + CERTAIN_AFTER => Blame::Item(*seq),
        [] if !buffered && current.concurrency() == 1 => Blame::Item(*first),
        _ => Blame::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use paceline_core::item::{ItemReport, Outcome};
    use paceline_core::lease::{Lease, LeasedItem, LeasedWork};
    use paceline_core::{JobId, JobOptions, Json, LeaseId};
    use tokio::time::Instant;

    use super::*;

    fn held(items: u32, concurrency: u32) -> Held {
        let items = (0..items).map(|seq| LeasedItem {
            seq: Seq(seq),
            key: None,
            payload: Json::null(),
            attempt: 1,
        });
        let work = LeasedWork::Chunk(items.collect());
        Held::new(lease(work, concurrency), Instant::now())
    }

    fn lease(work: LeasedWork, concurrency: u32) -> Lease {
        Lease {
            id: LeaseId(1),
            job: JobId::from_bytes([1; 16]),
            task: "a".into(),
            params: Json::null(),
            options: Arc::new(JobOptions {
                concurrency,
                ..JobOptions::default()
            }),
            attempt: 1,
            time_left: Duration::from_mins(1),
            work,
            parents: Vec::new(),
        }
    }

    fn end(held: &mut Held, seq: u32) {
        let report = ItemReport {
            seq: Seq(seq),
            outcome: Outcome::Succeeded(Json::null()),
            duration: Duration::ZERO,
        };
        held.end_item(report, Instant::now()).expect("held");
    }

    /// Whom a death `after` the last start falls on.
    fn blamed(current: &Held, buffered: bool, after: Duration) -> Blame {
        let started = current.started().iter().map(|(_, since)| *since).max();
        let now = started.unwrap_or_else(Instant::now) + after;
        find(current, buffered, now)
    }

    const SOON: Duration = Duration::from_millis(5);
    const LATE: Duration = Duration::from_secs(1);

    #[test]
    fn a_lease_that_is_through_is_nobodys_fault() {
        let mut chunk = held(1, 1);
        end(&mut chunk, 0);
        assert_eq!(blamed(&chunk, false, LATE), Blame::Nobody);
    }

    #[test]
    fn what_was_started_is_charged_when_that_is_certain() {
        let mut chunk = held(3, 1);
        chunk.start(Seq(0), Instant::now()).expect("held");
        end(&mut chunk, 0);
        chunk.start(Seq(1), Instant::now()).expect("held");
        assert_eq!(blamed(&chunk, false, SOON), Blame::Item(Seq(1)));
        assert_eq!(blamed(&chunk, true, LATE), Blame::Item(Seq(1)));
        // Item 1 may have ended, and its result have died with the worker on item 2.
        assert_eq!(blamed(&chunk, true, SOON), Blame::Unknown);
    }

    #[test]
    fn without_a_start_it_depends_on_how_the_worker_writes() {
        let mut chunk = held(3, 1);
        end(&mut chunk, 0);
        assert_eq!(blamed(&chunk, false, LATE), Blame::Item(Seq(1)));
        assert_eq!(blamed(&chunk, true, LATE), Blame::Unknown);
        end(&mut chunk, 1);
        assert_eq!(blamed(&chunk, true, SOON), Blame::Item(Seq(2)));
    }

    #[test]
    fn of_items_that_run_at_once_none_is_charged() {
        let mut chunk = held(3, 4);
        assert_eq!(blamed(&chunk, false, LATE), Blame::Unknown);
        chunk.start(Seq(0), Instant::now()).expect("held");
        assert_eq!(blamed(&chunk, true, LATE), Blame::Item(Seq(0)));
        chunk.start(Seq(1), Instant::now()).expect("held");
        assert_eq!(blamed(&chunk, true, LATE), Blame::Unknown);
    }

    #[test]
    fn a_planner_and_a_single_unit_are_charged_with_their_death() {
        let now = Instant::now();
        let plan = Held::new(lease(LeasedWork::Plan, 1), now);
        assert_eq!(blamed(&plan, true, SOON), Blame::Planner);
        let unit = Held::new(lease(LeasedWork::Unit, 1), now);
        assert_eq!(blamed(&unit, true, SOON), Blame::Item(Seq(0)));
    }
}
