//! Tasks, their history, throughput, and how the store is.

use std::time::Duration;

use paceline_core::item::Outcome;
use paceline_core::lease::ReportBody;
use paceline_core::resources::Resources;
use paceline_core::task::{Task, TaskHistory};
use paceline_core::throttle::ThrottlePolicy;
use paceline_core::{Json, Time};

use crate::support::{Case, OTHER, TASK, items, minutes, seconds, unit};

fn task(name: &str, at: Time) -> Task {
    Task {
        name: name.to_owned(),
        options: Json::from_checked("{\"chunk_size\": 7}"),
        params_schema: Some(Json::from_checked("{\"type\":\"object\"}")),
        has_planner: true,
        throttle: ThrottlePolicy::default(),
        needs: Resources::default(),
        declared_by: "races".to_owned(),
        declared_at: at,
    }
}

fn within(found: Option<Duration>, expected: Duration) -> bool {
    found.is_some_and(|found| {
        let ratio = found.as_secs_f64() / expected.as_secs_f64();
        (0.9..1.1).contains(&ratio)
    })
}

async fn tasks_are_read_as_declared(s: Case) {
    assert_eq!(s.store.tasks().await.expect("read"), []);
    let plain = Task {
        params_schema: None,
        has_planner: false,
        ..task("b", s.now())
    };
    let declared = vec![task("a", s.now()), plain.clone()];
    s.store
        .declare_tasks(declared.clone())
        .await
        .expect("declared");
    let mut read = s.store.tasks().await.expect("read");
    read.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(read, declared);

    s.advance(minutes(1));
    let again = Task {
        declared_by: "elsewhere".to_owned(),
        ..task("a", s.now())
    };
    s.store
        .declare_tasks(vec![again.clone()])
        .await
        .expect("declared");
    let mut read = s.store.tasks().await.expect("read");
    read.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(
        read,
        [again, plain],
        "a new declaration replaces the old, others stay"
    );
}

async fn an_unknown_task_has_no_history(s: Case) {
    let history = s.store.history("nobody").await.expect("read");
    assert_eq!(history, TaskHistory::default());
}

async fn history_tells_how_jobs_of_a_task_ran(s: Case) {
    for n in 1..=20 {
        s.submit(unit()).await;
        let lease = s.claim_one().await;
        s.advance(seconds(n));
        let body = ReportBody::Unit {
            outcome: Outcome::Succeeded(Json::null()),
            duration: seconds(n),
        };
        s.report(&lease, body).await;
    }
    s.submit(unit()).await;
    s.fail(&s.claim_one().await, "no").await;
    s.start(items(4).task(OTHER)).await;
    s.advance(minutes(5));
    s.run_all().await;

    let history = s.store.history(TASK).await.expect("read");
    assert_eq!((history.completed, history.failed), (20, 1));
    assert!(within(history.item_p50, seconds(10)), "{history:?}");
    assert!(within(history.job_p50, seconds(10)), "{history:?}");
    assert!(within(history.job_p95, seconds(19)), "{history:?}");
    assert_eq!((history.items, history.jobs), (20, 21));
    assert!(within(history.item_p25, seconds(5)), "{history:?}");
    assert!(within(history.item_p75, seconds(15)), "{history:?}");
    assert!(
        within(history.item_mean, Duration::from_millis(10_500)),
        "{history:?}"
    );
    assert!(within(history.job_p90, seconds(18)), "{history:?}");
    assert!(within(history.job_p99, seconds(20)), "{history:?}");
    let other = s.store.history(OTHER).await.expect("read");
    assert_eq!((other.completed, other.failed), (1, 0));
    assert!(
        within(other.item_p50, Duration::from_millis(20)),
        "{other:?}"
    );
    assert!(within(other.job_p50, minutes(5)), "{other:?}");
}

async fn throughput_counts_what_ended_since(s: Case) {
    let begin = s.now();
    s.submit_all(vec![unit(), unit(), items(3)]).await;
    s.run_all().await;
    s.advance(minutes(10));
    s.submit(unit()).await;
    s.fail(&s.claim_one().await, "no").await;
    let cancelled = s.submit(unit()).await;
    s.cancel(cancelled).await;
    s.submit(unit()).await;
    let since = |time| {
        let store = s.store.clone();
        async move { store.throughput(time).await.expect("read") }
    };
    let (ended, completed) = since(begin).await;
    assert_eq!((ended, completed), (5, 3));
    assert_eq!(since(begin + minutes(5)).await, (2, 0));
    assert_eq!(since(s.now() + minutes(5)).await, (0, 0));
}

async fn health_is_told_by_a_write_that_took_place(s: Case) {
    s.submit(items(100)).await;
    let before = s.snapshot().await;
    let health = s.store.health(s.now()).await.expect("healthy");
    assert!(!health.backend.is_empty() && health.schema_version >= 1);
    assert!(health.size_bytes > 0);
    assert!(health.readers.in_use <= health.readers.max);
    assert!(health.write_latency < seconds(10));
    assert_eq!(s.snapshot().await, before, "and leaves no trace");
}

store_tests!(
    tasks_are_read_as_declared,
    an_unknown_task_has_no_history,
    history_tells_how_jobs_of_a_task_ran,
    throughput_counts_what_ended_since,
    health_is_told_by_a_write_that_took_place,
);
