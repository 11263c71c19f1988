//! Two nodes on one database at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use paceline_core::breaker::BreakerPolicy;
use paceline_core::id::EventSeq;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::limits::{Limits, Occupied};
use paceline_core::query::{EventQuery, ItemQuery, JobFilter, JobQuery, Selector};
use paceline_core::rate::RatePolicy;
use paceline_core::resources::Resources;
use paceline_core::scope::{Names, Scope};
use paceline_core::store::{Action, CommitHook, Store};
use paceline_core::task::Task;
use paceline_core::throttle::ThrottlePolicy;
use paceline_core::{ItemState, JobState, Json, Priority, Seq};
use paceline_store::PostgresStore;
use tokio::task::JoinSet;

use crate::support::{
    NOW, PATIENCE, TASK, claim, completed, connect, id, job, pause, register, success, work,
};

const JOBS: u32 = 60;
const ITEMS: u32 = 20;
/// Of each key one, so that most jobs are put aside and brought back.
fn limits() -> Limits {
    Limits {
        jobs_per_key: Some(1),
        ..Limits::general(Some(5), Some(2))
    }
}

/// Submissions from both nodes, in small calls that come all at once.
async fn submit(store: Arc<PostgresStore>, numbers: impl Iterator<Item = u32>) {
    let mut calls = JoinSet::new();
    for number in numbers {
        let store = store.clone();
        calls.spawn(async move {
            let user = ["ana", "ben", "cem"][number as usize % 3];
            let items = if number % 2 == 0 { ITEMS } else { 0 };
            let mut job = job(number, user, items);
            job.key = Some(format!("key-{}", number % 7));
            store.submit(vec![job], NOW).await
        });
    }
    while let Some(call) = calls.join_next().await {
        call.expect("no panic").expect("a submission is taken");
    }
}

/// Reads the events as they come and holds that none comes late.
async fn follow(store: Arc<PostgresStore>, done: Arc<AtomicBool>) -> EventSeq {
    let mut last = EventSeq(0);
    loop {
        let over = done.load(Ordering::SeqCst);
        let query = EventQuery {
            after: last,
            job: None,
            limit: 7,
        };
        let events = store.events(query).await.expect("events are read");
        for event in &events {
            assert_eq!(event.seq.0, last.0 + 1, "none is left out, none comes late");
            last = event.seq;
        }
        if over && events.is_empty() {
            return last;
        }
    }
}

/// Holds that limits are kept at every moment: by what runs, and by what is paused and in
/// somebody's hands.
async fn watch(store: Arc<PostgresStore>, done: Arc<AtomicBool>) {
    while !done.load(Ordering::SeqCst) {
        let at_work = JobQuery {
            filter: JobFilter {
                states: vec![JobState::Running, JobState::Paused],
                ..JobFilter::default()
            },
            limit: 1_000,
            ..JobQuery::default()
        };
        let jobs = store.jobs(at_work).await.expect("jobs").items;
        let mut occupied = Occupied::default();
        for job in &jobs {
            if job.state == JobState::Running || job.counters.running > 0 {
                occupied.add(Names {
                    user: job.user.as_deref(),
                    task: &job.task,
                    queue: &job.queue,
                    key: job.key.as_deref(),
                });
            }
        }
        assert!(occupied.jobs <= 5, "{} jobs are at work", occupied.jobs);
        for (Scope { kind, name }, jobs) in occupied.iter() {
            let most = limits().of(kind, &name).unwrap_or(u32::MAX);
            assert!(jobs <= most, "{jobs} jobs of {kind} {name} are at work");
        }
        pause().await;
    }
}

/// Somebody who pauses and resumes jobs all the time.
async fn fidget(store: Arc<PostgresStore>, done: Arc<AtomicBool>) {
    let mut number = 0;
    while !done.load(Ordering::SeqCst) {
        for action in [Action::Pause, Action::Resume] {
            let only = Selector::Ids(vec![id(number % JOBS)]);
            // What has ended refuses.
            let done = store.control(only, action, false, NOW).await;
            done.expect("an answer");
            pause().await;
        }
        number += 7;
    }
}

async fn labour(store: Arc<PostgresStore>, done: Arc<AtomicBool>) {
    let node = register(&store).await;
    while !done.load(Ordering::SeqCst) {
        if work(&store, node, limits()).await.expect("work goes on") == 0 {
            pause().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_the_work_within_the_limits() {
    let url = paceline_test_postgres::shared().new_store();
    two_nodes_share_the_work(connect(&url).await, connect(&url).await).await;
}

pub(crate) async fn two_nodes_share_the_work(one: Arc<PostgresStore>, two: Arc<PostgresStore>) {
    let done = Arc::new(AtomicBool::new(false));
    let mut others = JoinSet::new();
    for store in [&one, &one, &two, &two] {
        others.spawn(labour(store.clone(), done.clone()));
    }
    others.spawn(watch(two.clone(), done.clone()));
    others.spawn(fidget(one.clone(), done.clone()));
    others.spawn(fidget(two.clone(), done.clone()));
    let reader = tokio::spawn(follow(two.clone(), done.clone()));
    tokio::join!(
        submit(one.clone(), (0..JOBS).filter(|n| n % 3 > 0)),
        submit(two.clone(), (0..JOBS).filter(|n| n % 3 == 0)),
    );
    let all = async {
        while !completed(&one, u64::from(JOBS)).await.expect("counts") {
            pause().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, all).await;
    done.store(true, Ordering::SeqCst);
    while let Some(other) = others.join_next().await {
        other.expect("no panic");
    }
    in_time.expect("all work is done in time");
    let seen = reader.await.expect("no panic");
    assert_eq!(seen, one.last_event().await.expect("the last event"));
    for number in (0..JOBS).filter(|n| n % 2 == 0) {
        every_item_succeeded_once(&one, number).await;
    }
}

async fn every_item_succeeded_once(store: &PostgresStore, number: u32) {
    let query = ItemQuery {
        limit: 1_000,
        ..ItemQuery::default()
    };
    let items = store.items(id(number), query).await.expect("items");
    let seqs: Vec<Seq> = items.iter().map(|item| item.seq).collect();
    assert_eq!(seqs, (0..ITEMS).map(Seq).collect::<Vec<_>>());
    for item in items {
        assert_eq!((item.state, item.attempts), (ItemState::Succeeded, 1));
    }
    let job = store.job(id(number)).await.expect("read").expect("there");
    assert_eq!((job.counters.succeeded, job.counters.running), (ITEMS, 0));
}

#[tokio::test]
async fn a_node_hears_of_what_another_one_commits() {
    let url = paceline_test_postgres::shared().new_store();
    hears_of_the_other(connect(&url).await, connect(&url).await).await;
}

pub(crate) async fn hears_of_the_other(one: Arc<PostgresStore>, two: Arc<PostgresStore>) {
    let (heard, mut newest) = tokio::sync::watch::channel(EventSeq(0));
    let hook: CommitHook = Arc::new(move |seq| {
        heard.send_replace(seq);
    });
    two.on_commit(hook);
    one.submit(vec![job(1, "ana", 0)], NOW)
        .await
        .expect("taken");
    let last = one.last_event().await.expect("the last event");
    let heard = tokio::time::timeout(PATIENCE, newest.wait_for(|seq| *seq == last)).await;
    heard.expect("heard in time").expect("the hook is there");
}

#[tokio::test]
async fn a_submission_that_is_repeated_is_taken_once() {
    let store = connect(&paceline_test_postgres::shared().new_store()).await;
    let jobs = || vec![job(1, "ana", 3), job(2, "ana", 0)];
    let first = store.submit(jobs(), NOW).await.expect("taken");
    let events = store.last_event().await.expect("read");
    let again = store.submit(jobs(), NOW).await.expect("known");
    assert_eq!(again, first);
    assert_eq!(
        store.last_event().await.expect("read"),
        events,
        "nothing was written"
    );
    // One that is taken before fails no other of its group.
    let (again, new) = tokio::join!(
        store.submit(jobs(), NOW),
        store.submit(vec![job(3, "ana", 0)], NOW)
    );
    assert_eq!(again.expect("known"), first);
    assert_eq!(new.expect("taken").len(), 1);
}

/// A node remembers for a moment where a line began, and so may not see at once who came before.
#[tokio::test]
async fn who_comes_first_through_another_node_is_served_soon() {
    const LINE: u32 = 1_500;
    let url = paceline_test_postgres::shared().new_store();
    let (one, two) = (connect(&url).await, connect(&url).await);
    let node = register(&one).await;
    let line = (0..LINE).map(|number| job(number, "ana", 0));
    one.submit(line.collect(), NOW).await.expect("taken");
    let mut served = claim(&one, node).await.expect("leases").len();
    let mut urgent = job(LINE, "ana", 0);
    urgent.priority = Priority::Urgent;
    two.submit(vec![urgent], NOW).await.expect("taken");
    loop {
        let leases = claim(&one, node).await.expect("leases");
        if leases.iter().any(|lease| lease.job == id(LINE)) {
            break;
        }
        served += leases.len();
        assert!(served < LINE as usize, "all others were served before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_never_hand_out_more_than_the_rate() {
    const RATE: u32 = 10;
    let url = paceline_test_postgres::shared().new_store();
    let nodes = [connect(&url).await, connect(&url).await];
    let task = Task {
        name: TASK.to_owned(),
        options: Json::empty_object(),
        params_schema: None,
        has_planner: false,
        throttle: ThrottlePolicy {
            // So that reports take the lock too.
            breaker: Some(BreakerPolicy::default()),
            rate: Some(RatePolicy {
                items: RATE,
                period: Duration::from_mins(1),
            }),
            pause: None,
        },
        needs: Resources::default(),
        declared_by: "testing".to_owned(),
        declared_at: NOW,
    };
    nodes[0].declare_tasks(vec![task]).await.expect("declared");
    let jobs = (0..12).map(|number| job(number, "ana", (number % 2) * 4));
    nodes[0].submit(jobs.collect(), NOW).await.expect("taken");
    nodes[0].admit(NOW).await.expect("admitted");
    let mut claimers = JoinSet::new();
    for turn in 0..8 {
        let store = nodes[turn % 2].clone();
        claimers.spawn(async move {
            let node = register(&store).await;
            let mut items = 0;
            for _ in 0..5 {
                let leases = claim(&store, node).await.expect("claimed");
                items += leases.iter().map(items_of).sum::<usize>();
                let reports = leases.iter().map(success).collect();
                store.report(reports, 1, NOW).await.expect("reported");
            }
            items
        });
    }
    let mut all = 0;
    while let Some(items) = claimers.join_next().await {
        all += items.expect("no panic");
    }
    assert_eq!(all, RATE as usize);
}

fn items_of(lease: &Lease) -> usize {
    match &lease.work {
        LeasedWork::Chunk(items) => items.len(),
        LeasedWork::Unit => 1,
        LeasedWork::Plan => 0,
    }
}
