//! How jobs of a task ran over time: what ended is counted where it ended, also when that is long ago.

use std::time::Duration;

use paceline_core::item::Outcome;
use paceline_core::lease::{Release, ReportBody};
use paceline_core::retention::Retention;
use paceline_core::task_history::{Bucket, Ended, LONG, SHORT, SHORT_FOR, Window, begin};
use paceline_core::{Json, Time};

use crate::support::{
    Case, OTHER, START, TASK, failed, failure, hours, items, minutes, seconds, seqs, succeeded,
    unit,
};

/// How many succeeded and failed.
type Counts = (u64, u64);

impl Case {
    async fn told(&self, task: &str, window: Duration, bucket: Duration) -> Vec<Bucket> {
        let window = Window::of(window, Some(bucket), self.now()).expect("a window");
        let told = self.store.task_history(task, window).await;
        told.expect("read")
    }

    async fn tidy(&self, kept: Duration) {
        let retention = Retention {
            task_history: kept,
            ..Retention::DEFAULT
        };
        let pruned = self.store.prune(retention, self.now());
        pruned.await.expect("pruned");
    }

    /// A unit job that takes so long.
    async fn unit_takes(&self, time: Duration) {
        self.submit(unit()).await;
        let lease = self.claim_one().await;
        self.advance(time);
        let body = ReportBody::Unit {
            outcome: Outcome::Succeeded(Json::null()),
            duration: time,
        };
        self.report(&lease, body).await;
    }
}

fn counts(ended: Ended) -> Counts {
    (ended.succeeded, ended.failed)
}

/// Where it begins, its jobs, and its items.
fn all_counts(buckets: &[Bucket]) -> Vec<(Time, Counts, Counts)> {
    let each = |bucket: &Bucket| (bucket.at, counts(bucket.jobs), counts(bucket.items));
    buckets.iter().map(each).collect()
}

fn near(found: Option<Duration>, expected: Duration) -> bool {
    found.is_some_and(|found| {
        let ratio = found.as_secs_f64() / expected.as_secs_f64();
        (0.9..1.1).contains(&ratio)
    })
}

async fn what_ended_is_counted_where_it_ended(s: Case) {
    let first = begin(s.now(), SHORT);
    for n in 1..=10 {
        s.unit_takes(Duration::from_millis(100 * n)).await;
    }
    // Cancelled ones say nothing of their task, attempts that are followed by another neither.
    let cancelled = s.start(items(3)).await;
    s.cancel(cancelled).await;
    let tried_again = s.submit(unit().attempts(2)).await;
    s.fail(&s.claim_one().await, "not yet").await;
    s.cancel(tried_again).await;
    s.submit(unit()).await;
    s.fail(&s.claim_one().await, "no").await;
    s.advance(minutes(10));
    s.start(items(3)).await;
    let each = |seq| match seq {
        1 => failed(seq, failure("no")),
        _ => succeeded(seq),
    };
    for lease in s.claim(9).await {
        let body = ReportBody::Chunk {
            items: seqs(&lease).into_iter().map(each).collect(),
            release: Some(Release::Normal),
        };
        s.report(&lease, body).await;
    }
    s.start(items(2).task(OTHER)).await;
    s.run_all().await;

    let second = begin(s.now(), SHORT);
    let told = s.told(TASK, minutes(60), SHORT).await;
    let expected = [(first, (10, 1), (10, 1)), (second, (1, 0), (2, 1))];
    assert_eq!(all_counts(&told), expected);
    let Ended { p50, p99, .. } = told[0].items;
    assert!(near(p50, Duration::from_millis(500)), "{told:?}");
    assert!(near(p99, seconds(1)), "{told:?}");
    assert!(near(told[0].jobs.p95, seconds(1)), "{told:?}");
    assert!(told[1].jobs.p50.is_some(), "{told:?}");

    // By the hour they are one; of the other task there is its own.
    let hour = begin(s.now(), LONG);
    let told = s.told(TASK, minutes(60), LONG).await;
    assert_eq!(all_counts(&told), [(hour, (11, 1), (12, 2))]);
    let other = s.told(OTHER, minutes(60), SHORT).await;
    assert_eq!(all_counts(&other), [(second, (1, 0), (2, 0))]);
    assert_eq!(s.told("nobody", minutes(60), SHORT).await, []);
    s.advance(minutes(60));
    assert_eq!(s.told(TASK, minutes(30), SHORT).await, []);
}

async fn what_ended_long_ago_is_kept_by_the_hour(s: Case) {
    let hour = begin(START, LONG);
    for _ in 0..3 {
        s.unit_takes(seconds(1)).await;
        s.advance(minutes(7));
    }
    let whole = || async { s.told(TASK, hours(100), LONG).await };
    let before = whole().await;
    assert_eq!(all_counts(&before), [(hour, (3, 0), (3, 0))]);

    s.advance(minutes(30));
    s.tidy(hours(1_000)).await;
    let short = s.told(TASK, minutes(120), SHORT).await;
    assert_eq!(short.len(), 3, "the short ones are there still");
    s.advance(SHORT_FOR + LONG);
    s.unit_takes(seconds(1)).await;
    let latest = (begin(s.now(), LONG), (1, 0), (1, 0));
    for _ in 0..2 {
        s.tidy(hours(1_000)).await;
        let told = whole().await;
        assert_eq!(told[0], before[0], "nothing is lost, nor counted again");
        assert_eq!(all_counts(&told[1..]), [latest]);
    }

    // What begins where it began once more counts once, whatever was remembered of it.
    s.unit_takes(seconds(1)).await;
    let told = whole().await;
    assert_eq!(counts(told[1].jobs), (2, 0));
    s.tidy(hours(2)).await;
    assert_eq!(whole().await, told[1..], "what is kept no longer is gone");
}

async fn history_outlives_its_jobs(s: Case) {
    s.unit_takes(seconds(1)).await;
    let before = s.told(TASK, minutes(60), LONG).await;
    let retention = Retention {
        completed: Duration::ZERO,
        ..Retention::DEFAULT
    };
    s.advance(seconds(1));
    let pruned = s.store.prune(retention, s.now()).await.expect("pruned");
    assert_eq!(pruned.jobs(), 1);
    assert_eq!(s.told(TASK, minutes(60), LONG).await, before);
}

store_tests!(
    what_ended_is_counted_where_it_ended,
    what_ended_long_ago_is_kept_by_the_hour,
    history_outlives_its_jobs,
);
