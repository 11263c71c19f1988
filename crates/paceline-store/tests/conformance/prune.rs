//! Cleaning up: what is past its time goes, what is unfinished never does.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::lease::{Note, NoteBody};
use paceline_core::store::{Pruned, Retention};
use paceline_core::{JobId, JobState};

use crate::support::{Case, items, keyed, minutes, planned, seconds, succeeded, unit};

/// Keeps completed jobs one hour, failed ones two, cancelled ones three.
const SHORT: Retention = Retention {
    completed: minutes(60),
    failed: minutes(120),
    cancelled: minutes(180),
    progress_events: minutes(30),
    log_bytes: 1 << 20,
};

impl Case {
    async fn prune(&self, retention: Retention) -> Pruned {
        self.store
            .prune(retention, self.now())
            .await
            .expect("pruned")
    }

    /// One job that completed, one that failed, one that was cancelled, all now.
    async fn three_ends(&self) -> [JobId; 3] {
        let completed = self.start(keyed(["a", "b"])).await;
        self.run_all().await;
        let failed = self.submit(unit()).await;
        self.fail(&self.claim_one().await, "no").await;
        let cancelled = self.start(items(5)).await;
        self.cancel(cancelled).await;
        [completed, failed, cancelled]
    }

    async fn there(&self, jobs: &[JobId]) -> Vec<bool> {
        let mut there = Vec::new();
        for job in jobs {
            there.push(self.find(*job).await.is_some());
        }
        there
    }
}

async fn each_state_is_kept_its_own_time(s: Case) {
    let jobs = s.three_ends().await;
    s.advance(minutes(59));
    assert_eq!(s.prune(SHORT).await.jobs, 0);
    s.advance(minutes(2));
    assert_eq!(s.prune(SHORT).await.jobs, 1);
    assert_eq!(s.there(&jobs).await, [false, true, true]);
    s.advance(minutes(60));
    assert_eq!(s.prune(SHORT).await.jobs, 1);
    assert_eq!(s.there(&jobs).await, [false, false, true]);
    s.advance(minutes(60));
    assert_eq!(s.prune(SHORT).await.jobs, 1);
    assert_eq!(s.there(&jobs).await, [false; 3]);
    assert!(
        s.store
            .counts()
            .await
            .expect("counts")
            .values()
            .all(|&count| count == 0)
    );
}

async fn nothing_unfinished_ever_goes(s: Case) {
    let pending = s.submit_all(vec![unit(), items(2), planned()]).await;
    let scheduled = s.submit(unit().at(s.now() + minutes(60 * 24 * 400))).await;
    let paused = s.start(items(2)).await;
    s.pause(paused).await;
    let running = s.start(items(8)).await;
    let upload = s
        .store
        .begin_upload(s.job_of(items(0)), s.now())
        .await
        .expect("begun");
    let retried = s.submit(unit().attempts(3)).await;
    let mut jobs = pending;
    jobs.extend([scheduled, paused, running, retried]);
    let before: Vec<JobState> = states(&s, &jobs).await;

    s.advance(minutes(60 * 24 * 365));
    let none = Retention {
        completed: Duration::ZERO,
        failed: Duration::ZERO,
        cancelled: Duration::ZERO,
        progress_events: Duration::ZERO,
        log_bytes: 0,
    };
    assert_eq!(s.prune(none).await.jobs, 0);
    assert_eq!(states(&s, &jobs).await, before);
    assert_eq!(s.items_of(running).await.len(), 8);
    let finished = s.store.finish_upload(upload, s.now()).await;
    assert!(
        finished.is_ok(),
        "an upload under way is unfinished too: {finished:?}"
    );
}

async fn states(s: &Case, jobs: &[JobId]) -> Vec<JobState> {
    let mut states = Vec::new();
    for job in jobs {
        states.push(s.state(*job).await);
    }
    states
}

async fn nothing_stays_of_a_removed_job(s: Case) {
    let [job, ..] = s.three_ends().await;
    s.advance(minutes(61));
    s.prune(SHORT).await;
    assert_eq!(s.items_of(job).await, []);
    assert_eq!(s.store.samples(job).await.expect("read"), []);
    assert_eq!(s.events_of(job).await, []);
    // What it had succeeded with is forgotten with it.
    let next = s.submit(keyed(["a", "b"]).only_new()).await;
    assert_eq!(s.counters(next).await.skipped, 0);
}

async fn events_of_progress_go_before_their_job(s: Case) {
    let job = s.start(items(8)).await;
    let lease = s.claim_one().await;
    s.partly(&lease, vec![succeeded(0)]).await;
    let body = NoteBody::Progress {
        fraction: None,
        stage: Some("loading".to_owned()),
        message: None,
    };
    s.store
        .note(vec![Note { job, body }], s.now())
        .await
        .expect("noted");
    s.advance(minutes(40));
    s.prune(SHORT).await;
    let progress = |kinds: Vec<EventKind>| {
        kinds
            .into_iter()
            .filter(|kind| *kind == EventKind::Progress)
            .count()
    };
    assert!(progress(s.kinds_of(job).await) >= 2, "it still runs");

    s.succeed(&lease).await;
    s.run_all().await;
    s.advance(minutes(29));
    s.prune(SHORT).await;
    assert!(
        progress(s.kinds_of(job).await) >= 2,
        "it has only just ended"
    );
    s.advance(minutes(2));
    assert!(s.prune(SHORT).await.events >= 2);
    let left = s.kinds_of(job).await;
    assert_eq!(
        left,
        [
            EventKind::Submitted,
            EventKind::Started,
            EventKind::Completed
        ]
    );
}

async fn the_last_clean_up_is_remembered(s: Case) {
    assert_eq!(s.store.last_prune().await.expect("read"), None);
    s.three_ends().await;
    s.advance(minutes(61));
    let pruned = s.prune(SHORT).await;
    assert_eq!(
        s.store.last_prune().await.expect("read"),
        Some((s.now(), pruned))
    );
    assert_eq!(pruned.jobs, 1);
    let all = s.events_after(EventSeq(0)).await;
    assert!(
        all.iter()
            .any(|event| event.kind == EventKind::CleanedUp && event.at == s.now())
    );
    s.advance(seconds(9));
    let pruned = s.prune(SHORT).await;
    assert_eq!(
        s.store.last_prune().await.expect("read"),
        Some((s.now(), pruned))
    );
}

async fn numbers_of_events_are_not_used_again(s: Case) {
    s.three_ends().await;
    let newest = s.last_event().await;
    s.advance(minutes(1_000));
    s.prune(SHORT).await;
    s.submit(unit()).await;
    let next = s.events_after(newest).await;
    assert!(!next.is_empty() && next.iter().all(|event| event.seq > newest));
}

list_tests!(
    each_state_is_kept_its_own_time,
    nothing_unfinished_ever_goes,
    nothing_stays_of_a_removed_job,
    events_of_progress_go_before_their_job,
    the_last_clean_up_is_remembered,
    numbers_of_events_are_not_used_again,
);
