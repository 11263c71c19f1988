//! Which item a dead worker was on.

use paceline_core::Seq;

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

/// Finds the culprit in the lease that was current; what was sent behind it was not begun, for a
/// worker writes all that it has to say of a lease before it begins the next one.
///
/// What the worker said it started is it. Otherwise, with one item left, it is that one. A worker
/// that writes at once was on the first item without an end; one that gathers its messages may
/// have been on any.
pub(super) fn find(current: &Held, buffered: bool) -> Blame {
    if current.is_plan() {
        return Blame::Planner;
    }
    match current.started() {
        [] => {}
        [(seq, _)] => return Blame::Item(*seq),
        _ => return Blame::Unknown,
    }
    let left = current.left();
    let in_order = !buffered && current.concurrency() == 1;
    match left.front() {
        None => Blame::Nobody,
        Some(first) if left.len() == 1 || in_order => Blame::Item(*first),
        Some(_) => Blame::Unknown,
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

    #[test]
    fn a_lease_that_is_through_is_nobodys_fault() {
        let mut chunk = held(1, 1);
        end(&mut chunk, 0);
        assert_eq!(find(&chunk, false), Blame::Nobody);
    }

    #[test]
    fn what_was_started_is_charged() {
        let mut chunk = held(3, 1);
        chunk.start(Seq(0), Instant::now()).expect("held");
        end(&mut chunk, 0);
        chunk.start(Seq(1), Instant::now()).expect("held");
        assert_eq!(find(&chunk, true), Blame::Item(Seq(1)));
    }

    #[test]
    fn without_a_start_it_depends_on_how_the_worker_writes() {
        let mut chunk = held(3, 1);
        end(&mut chunk, 0);
        assert_eq!(find(&chunk, false), Blame::Item(Seq(1)));
        assert_eq!(find(&chunk, true), Blame::Unknown);
        end(&mut chunk, 1);
        assert_eq!(find(&chunk, true), Blame::Item(Seq(2)));
    }

    #[test]
    fn of_items_that_run_at_once_none_is_charged() {
        let mut chunk = held(3, 4);
        assert_eq!(find(&chunk, false), Blame::Unknown);
        chunk.start(Seq(0), Instant::now()).expect("held");
        assert_eq!(find(&chunk, true), Blame::Item(Seq(0)));
        chunk.start(Seq(1), Instant::now()).expect("held");
        assert_eq!(find(&chunk, true), Blame::Unknown);
    }

    #[test]
    fn a_planner_and_a_single_unit_are_charged_with_their_death() {
        let now = Instant::now();
        let plan = Held::new(lease(LeasedWork::Plan, 1), now);
        assert_eq!(find(&plan, true), Blame::Planner);
        let unit = Held::new(lease(LeasedWork::Unit, 1), now);
        assert_eq!(find(&unit, true), Blame::Item(Seq(0)));
    }
}
