//! Two nodes that run the same schedules at the same moments.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::query::JobQuery;
use paceline_core::schedule::{
    Firing, JobSource, Missed, MissedRuns, Plan, Rule, Run, Schedule, ScheduleStore,
};
use paceline_core::store::Store;
use paceline_core::{Json, NewJob, ScheduleId, Time};
use paceline_store::PostgresStore;
use tokio_postgres::NoTls;

use crate::support::{NOW, connect, job};

const SCHEDULES: u8 = 3;
const TICKS: u64 = 20;
const EVERY: Duration = Duration::from_mins(1);

fn schedule(number: u8) -> Schedule {
    Schedule {
        id: ScheduleId::from_bytes([number; 16]),
        name: format!("s{number}"),
        rule: Rule::Every {
            every: EVERY,
            anchor: NOW,
        },
        missed: MissedRuns::All,
        overlap: true,
        source: JobSource::Own(Json::empty_object()),
        paused: false,
        version: 1,
        revision: 1,
        created_at: NOW,
        updated_at: NOW,
        next_at: Some(NOW + EVERY),
        last_run: None,
        last_job: None,
        last_error: None,
        unfinished: Vec::new(),
    }
}

/// What a node's engine does about schedules, from minute to minute.
async fn run(store: Arc<PostgresStore>, node: u32) {
    let mut number = node * 1_000_000;
    for minute in 1..=TICKS {
        let now = NOW + EVERY * u32::try_from(minute).expect("few");
        let found = store.due_schedules(now).await.expect("looked");
        for due in found.due {
            let ticks = due.rule.ticks().expect("a rule");
            let plan = Plan::new(&ticks, due.next_at.expect("due"), due.missed, now);
            let run = |tick: Time| {
                number += 1;
                let labels = vec![("tick".to_owned(), format!("{} {tick:?}", due.name))];
                let job = NewJob {
                    labels,
                    ..job(number, "ana", 2)
                };
                Run { tick, job }
            };
            let firing = Firing {
                runs: plan.runs.into_iter().map(run).collect(),
                missed: Missed::default(),
                failed: None,
                next_at: plan.next_at,
                by_hand: false,
                schedule: due.into(),
            };
            store.fire(firing, now).await.expect("a firing");
        }
        tokio::task::yield_now().await;
    }
}

/// A node that was halted in the middle of a run holds up no other schedule; its own run is done
/// once the server has ended its transaction.
#[tokio::test]
async fn a_run_that_another_node_has_in_hand_is_not_waited_for() {
    let server = paceline_test_postgres::shared();
    let url = server.new_store();
    let store = connect(&url).await;
    let added = store.add_schedule(schedule(1), NOW).await;
    added.expect("a schedule is kept");
    let schema = url.rsplit_once("schema=").expect("a schema").1;
    let (client, connection) = tokio_postgres::connect(&server.database(), NoTls)
        .await
        .expect("connected");
    tokio::spawn(connection);
    let halted = format!("BEGIN; SELECT 1 FROM {schema}.schedules FOR UPDATE");
    client.batch_execute(&halted).await.expect("locked");

    let now = NOW + EVERY;
    let fire = || async {
        let due = store.due_schedules(now).await.expect("looked").due;
        let due = due.into_iter().next().expect("it is due");
        let firing = Firing {
            runs: vec![Run {
                tick: now,
                job: job(1, "ana", 2),
            }],
            missed: Missed::default(),
            failed: None,
            next_at: Some(now + EVERY),
            by_hand: false,
            schedule: due.into(),
        };
        let fired = tokio::time::timeout(Duration::from_secs(4), store.fire(firing, now));
        fired.await.expect("without waiting").expect("a firing")
    };
    assert!(fire().await.overtaken);
    client.batch_execute("ROLLBACK").await.expect("let go");
    let fired = fire().await;
    assert!(!fired.overtaken);
    assert_eq!(fired.jobs.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_run_each_tick_once() {
    let url = paceline_test_postgres::shared().new_store();
    let (one, two) = (connect(&url).await, connect(&url).await);
    for number in 1..=SCHEDULES {
        let added = one.add_schedule(schedule(number), NOW).await;
        added.expect("a schedule is kept");
    }
    let nodes = [one.clone(), one.clone(), two.clone(), two.clone()];
    let mut running = tokio::task::JoinSet::new();
    for (store, node) in nodes.into_iter().zip(1..) {
        running.spawn(run(store, node));
    }
    running.join_all().await;

    let query = JobQuery {
        limit: 10_000,
        ..JobQuery::default()
    };
    let jobs = two.jobs(query).await.expect("listed").items;
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for job in jobs {
        *found.entry(job.labels[0].1.clone()).or_default() += 1;
    }
    let twice: Vec<_> = found.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert_eq!(found.len() as u64, u64::from(SCHEDULES) * TICKS);
}
