//! Alerts, what they are found by, and runs that take long.

use paceline_core::alert::{AlertCode, Finding, Waiting};
use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::node::NodeFacts;
use paceline_core::watch::{LongRun, Seen};
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_core::{Json, Time};

use crate::support::{Case, OTHER, TASK, items, minutes, seconds, unit};

impl Case {
    async fn seen(&self, since: Time) -> Seen {
        let seen = self.store.watch().seen(since, self.now()).await;
        seen.expect("it is looked")
    }

    async fn settle_alerts(&self, findings: &[Finding]) -> u64 {
        let watch = self.store.watch();
        let settled = watch.settle_alerts(findings.to_vec(), self.now()).await;
        settled.expect("alerts are settled")
    }

    async fn told_after(&self, after: EventSeq) -> Vec<(EventKind, Json)> {
        let events = self.events_after(after).await;
        let told = events.into_iter().map(|event| (event.kind, event.data));
        told.collect()
    }

    async fn declare_both(&self) {
        let task = |name: &str| paceline_core::task::Task {
            name: name.to_owned(),
            options: Json::empty_object(),
            params_schema: None,
            has_planner: false,
            throttle: paceline_core::throttle::ThrottlePolicy::default(),
            needs: paceline_core::resources::Resources::default(),
            declared_by: "tests".to_owned(),
            declared_at: self.now(),
        };
        let declared = self.store.declare_tasks(vec![task(TASK), task(OTHER)]);
        declared.await.expect("declared");
    }

    async fn long(&self) -> Vec<LongRun> {
        let runs = self.store.watch().long_runs(self.now(), 10).await;
        runs.expect("runs are listed")
    }

    async fn tell(&self, runs: Vec<LongRun>) -> u64 {
        let told = self.store.watch().tell_long(runs, self.now()).await;
        told.expect("told")
    }
}

async fn what_a_node_says_is_seen(s: Case) {
    let facts = NodeFacts {
        cpu: Some(0.75),
        load: Some(1.5),
        cores: Some(2),
        memory_total: Some(1 << 40),
        memory_available: None,
        disk_total: Some(9),
        disk_free: Some(0),
        workers: vec![WorkerStatus {
            name: "races/0".to_owned(),
            pool: "races".to_owned(),
            state: WorkerState::Busy,
            pid: Some(4711),
            tasks: vec!["a".to_owned()],
            job: Some(s.new_id()),
            chunk_items: Some(50),
            items_done: 1 << 40,
            memory_bytes: Some(1 << 33),
            since: s.now(),
            last_error: Some("exit status 1".to_owned()),
        }],
        gate: Some("this node is drained".to_owned()),
        is_drained: true,
    };
    let own = |seen: Seen| {
        let own = seen.nodes.into_iter().find(|node| node.id == s.node());
        own.expect("the node is known")
    };
    assert_eq!(own(s.seen(s.now()).await).facts, None);
    let watch = s.store.watch();
    for said in [NodeFacts::default(), facts.clone()] {
        watch.say(s.node(), said, s.now()).await.expect("said");
    }
    let node = own(s.seen(s.now()).await);
    assert_eq!((node.facts, node.name), (Some(facts), "testing".to_owned()));
    assert!(node.until > s.now(), "it lives");
}

async fn heads_of_lines_are_seen_and_what_is_in_hands_is_not(s: Case) {
    s.declare_both().await;
    let first = s.submit(unit()).await;
    s.submit(unit()).await;
    let other = s.start(items(5).task(OTHER)).await;
    let waiting = |seen: Seen| {
        let mut waiting = seen.waiting;
        waiting.sort();
        waiting
    };
    let head = |task: &str, job| Waiting {
        task: task.to_owned(),
        job,
    };
    assert_eq!(
        waiting(s.seen(s.now()).await),
        [head(TASK, first), head(OTHER, other)]
    );
    let offers = vec![crate::support::offer_of(&[TASK, OTHER], 10)];
    s.claim_offers(offers, paceline_core::admission::Limits::NONE)
        .await;
    assert_eq!(waiting(s.seen(s.now()).await), []);
}

async fn the_last_that_ended_by_themselves_are_seen(s: Case) {
    s.submit(unit()).await;
    s.run_all().await;
    s.advance(minutes(1));
    s.submit(unit()).await;
    s.fail(&s.claim_one().await, "no").await;
    let cancelled = s.submit(unit()).await;
    s.cancel(cancelled).await;
    let ended = |seen: Seen| -> Vec<bool> { seen.ended.iter().map(|end| end.completed).collect() };
    assert_eq!(ended(s.seen(s.now() - minutes(2)).await), [false, true]);
    assert_eq!(ended(s.seen(s.now()).await), [false]);
}

async fn an_alert_opens_and_closes_once(s: Case) {
    let finding = Finding {
        code: AlertCode::QueueStuck,
        subject: "predict".to_owned(),
        message: "jobs wait".to_owned(),
        mark: "1".to_owned(),
        lasting: seconds(10),
    };
    let found = std::slice::from_ref(&finding);
    let watch = s.store.watch();
    assert_eq!(s.settle_alerts(found).await, 0);
    assert_eq!(watch.alerts().await.expect("read"), []);
    let since = s.now();
    s.advance(seconds(10));
    let before = s.last_event().await;
    let (one, other) = tokio::join!(
        watch.settle_alerts(found.to_vec(), s.now()),
        watch.settle_alerts(found.to_vec(), s.now())
    );
    assert_eq!(one.expect("settled") + other.expect("settled"), 1);
    let open = watch.alerts().await.expect("read");
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].since, open[0].opened_at), (since, Some(s.now())));
    assert_eq!(open[0].message, "jobs wait");
    let told = s.told_after(before).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, EventKind::AlertOpened);
    assert_eq!(
        told[0].1.as_str(),
        r#"{"code":"queue_stuck","subject":"predict","message":"jobs wait"}"#
    );
    let opened = s.last_event().await;
    assert_eq!(s.settle_alerts(found).await, 0);
    assert_eq!(s.settle_alerts(&[]).await, 1);
    assert_eq!(s.settle_alerts(&[]).await, 0);
    let told = s.told_after(opened).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, EventKind::AlertClosed);
    assert_eq!(watch.alerts().await.expect("read"), []);
}

async fn a_long_run_is_told_of_once(s: Case) {
    let job = s.start(items(8).user("ana")).await;
    let unit = s.submit(unit()).await;
    assert!(s.claim(100).await.len() >= 2, "both are in hands");
    assert_eq!(s.long().await, [], "they have only just begun");
    s.advance(minutes(5));
    let runs = s.long().await;
    let mut jobs: Vec<_> = runs.iter().map(|run| run.job).collect();
    jobs.sort();
    assert_eq!(jobs, [job, unit]);
    let of_job = runs.iter().find(|run| run.job == job).expect("listed");
    assert_eq!(of_job.user.as_deref(), Some("ana"));
    assert_eq!(of_job.started_at, s.now() - minutes(5));
    let watch = s.store.watch();
    let (one, other) = tokio::join!(
        watch.tell_long(runs.clone(), s.now()),
        watch.tell_long(runs.clone(), s.now())
    );
    assert_eq!(one.expect("told") + other.expect("told"), 2);
    let long = |kinds: Vec<EventKind>| {
        let long = kinds.iter().filter(|kind| **kind == EventKind::LongRunning);
        long.count()
    };
    assert_eq!(long(s.kinds_of(job).await), 1);
    assert_eq!(long(s.kinds_of(unit).await), 1);
    assert_eq!(s.long().await, []);

    s.cancel(job).await;
    assert_eq!(s.tell(vec![of_job.clone()]).await, 0, "it has ended");
    s.restart(job).await;
    s.admit().await;
    s.advance(minutes(5));
    let again = s.long().await;
    assert_eq!(again.len(), 1, "a new run is another one");
    assert_eq!(s.tell(again).await, 1);
    assert_eq!(long(s.kinds_of(job).await), 2);
}

store_tests!(
    what_a_node_says_is_seen,
    heads_of_lines_are_seen_and_what_is_in_hands_is_not,
    the_last_that_ended_by_themselves_are_seen,
    an_alert_opens_and_closes_once,
    a_long_run_is_told_of_once,
);
