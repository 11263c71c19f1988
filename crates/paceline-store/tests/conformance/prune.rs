//! Cleaning up: what is past its time goes, what is unfinished never does.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::job::ResultsLeft;
use paceline_core::lease::{Note, NoteBody};
use paceline_core::retention::{Pruned, Retention, TaskRetention};
use paceline_core::{ItemState, JobId, JobState};

use crate::support::{Case, OTHER, TASK, items, keyed, minutes, planned, seconds, succeeded, unit};

/// Keeps completed jobs one hour, failed ones two, cancelled ones three.
const SHORT: Retention = Retention {
    completed: minutes(60),
    failed: minutes(120),
    cancelled: minutes(180),
    merged: minutes(180),
    results: None,
    progress_events: minutes(30),
    log_bytes: 1 << 20,
    task_history: minutes(60 * 24 * 90),
    tasks: BTreeMap::new(),
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
    assert_eq!(s.prune(SHORT).await.jobs(), 0);
    s.advance(minutes(2));
    assert_eq!(s.prune(SHORT).await.jobs(), 1);
    assert_eq!(s.there(&jobs).await, [false, true, true]);
    s.advance(minutes(60));
    assert_eq!(s.prune(SHORT).await.jobs(), 1);
    assert_eq!(s.there(&jobs).await, [false, false, true]);
    s.advance(minutes(60));
    assert_eq!(s.prune(SHORT).await.jobs(), 1);
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

/// Completed jobs of one task are kept for so long.
fn of_task(task: &str, completed: Option<Duration>) -> BTreeMap<String, TaskRetention> {
    let own = TaskRetention {
        completed,
        ..TaskRetention::default()
    };
    [(task.to_owned(), own)].into()
}

async fn a_task_may_have_times_of_its_own(s: Case) {
    let of_other = |minutes_kept| Retention {
        tasks: of_task(OTHER, Some(minutes(minutes_kept))),
        ..SHORT
    };
    let jobs = s.submit_all(vec![unit(), unit().task(OTHER)]).await;
    s.run_all().await;
    s.advance(minutes(11));
    let pruned = s.prune(of_other(10)).await;
    assert_eq!((pruned.completed, pruned.jobs()), (1, 1));
    assert_eq!(s.there(&jobs).await, [true, false]);

    let longer = s.submit(unit().task(OTHER)).await;
    s.run_all().await;
    s.advance(minutes(61));
    assert_eq!(s.prune(of_other(600)).await.completed, 1);
    assert_eq!(s.there(&[jobs[0], longer]).await, [false, true]);
    s.advance(minutes(60));
    assert_eq!(s.prune(of_other(600)).await, Pruned::default());
    // What was passed over goes when it has no time of its own any more.
    assert_eq!(s.prune(SHORT).await.completed, 1);
}

async fn what_is_run_again_has_not_ended(s: Case) {
    let job = s.submit(unit()).await;
    s.run_all().await;
    s.advance(minutes(59));
    s.prune(SHORT).await;
    s.restart(job).await;
    s.run_all().await;
    s.advance(minutes(59));
    assert_eq!(s.prune(SHORT).await.jobs(), 0);
    s.advance(minutes(2));
    assert_eq!(s.prune(SHORT).await.jobs(), 1, "its second end counts");
}

/// Nothing of a job goes that an unfinished one depends on; all of it does soon after.
async fn what_is_needed_stays_until_it_is_not(s: Case) {
    let retention = || Retention {
        results: Some(minutes(20)),
        ..SHORT
    };
    let root = s.start(keyed(["a", "b"])).await;
    s.submit(unit().batch("nightly")).await;
    s.run_all().await;
    let late = s.now() + minutes(100_000);
    let child = s.submit(unit().after(&[root]).at(late)).await;
    let of_batch = s.submit(unit().after_batch("nightly").at(late)).await;
    s.advance(minutes(21));
    assert_eq!(
        s.prune(retention()).await.results,
        0,
        "a child may read them"
    );
    s.advance(minutes(60));
    assert_eq!(s.prune(retention()).await.jobs(), 0);
    s.cancel(child).await;
    assert_eq!(
        s.prune(retention()).await.jobs(),
        1,
        "the child needs it no more"
    );
    s.cancel(of_batch).await;
    assert_eq!(s.prune(retention()).await.jobs(), 1);
    assert_eq!(s.there(&[root]).await, [false]);
}

async fn what_was_merged_stays_while_its_work_is_to_be_done(s: Case) {
    let late = s.now() + minutes(100_000);
    let survivor = s.submit(unit().identity(1).at(late)).await;
    let merged = s.submit(unit().identity(1)).await;
    assert_eq!(s.state(merged).await, JobState::Merged);
    s.advance(minutes(181));
    assert_eq!(s.prune(SHORT).await, Pruned::default());
    s.cancel(survivor).await;
    assert_eq!(s.prune(SHORT).await.merged, 1);
    assert_eq!(s.there(&[survivor, merged]).await, [true, false]);
}

async fn results_may_go_before_their_job(s: Case) {
    let retention = || Retention {
        results: Some(minutes(20)),
        ..SHORT
    };
    let job = s.start(keyed(["a", "b"])).await;
    let single = s.submit(unit()).await;
    s.run_all().await;
    let running = s.start(keyed(["c", "d"])).await;
    let lease = s.claim_one().await;
    s.partly(&lease, vec![succeeded(0)]).await;
    s.advance(minutes(20));
    assert_eq!(s.prune(retention()).await.results, 0);
    assert_eq!(s.job(job).await.results_left, ResultsLeft::All);
    s.advance(minutes(1));
    assert_eq!(s.prune(retention()).await.results, 3);
    assert_eq!(results(&s, job).await, 0);
    assert_eq!(results(&s, running).await, 1, "it is unfinished");
    let ended = s.job(single).await;
    assert_eq!(
        (ended.result, ended.results_left),
        (None, ResultsLeft::Nothing)
    );
    assert_eq!(s.counters(job).await.succeeded, 2, "all else stays");
    assert_eq!(s.prune(retention()).await, Pruned::default());
    // That they had succeeded is still known.
    let next = s.submit(keyed(["a", "b"]).only_new()).await;
    assert_eq!(s.counters(next).await.skipped, 2);
    s.restart(job).await;
    s.succeed(&lease).await;
    s.run_all().await;
    assert_eq!(s.job(job).await.results_left, ResultsLeft::All);
    assert_eq!(results(&s, job).await, 2);
}

async fn a_retry_brings_newer_results(s: Case) {
    let retention = || Retention {
        results: Some(minutes(20)),
        ..SHORT
    };
    let job = s.start(keyed(["a", "b"])).await;
    // The first chunk is one item.
    s.succeed(&s.claim_one().await).await;
    s.fail(&s.claim_one().await, "no").await;
    assert!(s.state(job).await.is_terminal());
    s.advance(minutes(21));
    assert_eq!(s.prune(retention()).await.results, 1);
    s.retry(job).await;
    assert_eq!(s.job(job).await.results_left, ResultsLeft::Newer);
    s.run_all().await;
    assert_eq!(s.job(job).await.results_left, ResultsLeft::Newer);
    assert_eq!(results(&s, job).await, 1);
    s.advance(minutes(21));
    assert_eq!(s.prune(retention()).await.results, 1);
    assert_eq!(s.job(job).await.results_left, ResultsLeft::Nothing);
    let items = s.items_of(job).await;
    assert!(items.iter().all(|item| item.state == ItemState::Succeeded));
}

/// How many of the job's items have a result.
async fn results(s: &Case, job: JobId) -> usize {
    let items = s.items_of(job).await;
    items.iter().filter(|item| item.result.is_some()).count()
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
        merged: Duration::ZERO,
        results: Some(Duration::ZERO),
        progress_events: Duration::ZERO,
        log_bytes: 0,
        task_history: Duration::ZERO,
        tasks: BTreeMap::new(),
    };
    let none_of_task = Retention {
        tasks: of_task(TASK, Some(Duration::ZERO)),
        ..none.clone()
    };
    assert_eq!(s.prune(none_of_task).await, Pruned::default());
    assert_eq!(s.prune(none).await.jobs(), 0);
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
    let last = s.store.last_prune().await.expect("read").expect("one");
    assert_eq!((last.at, last.pruned), (s.now(), pruned));
    assert!(last.took < Duration::from_mins(1), "{last:?}");
    assert_eq!((pruned.jobs(), pruned.completed), (1, 1));
    let all = s.events_after(EventSeq(0)).await;
    assert!(
        all.iter()
            .any(|event| event.kind == EventKind::CleanedUp && event.at == s.now())
    );
    s.advance(seconds(9));
    let pruned = s.prune(SHORT).await;
    let last = s.store.last_prune().await.expect("read").expect("one");
    assert_eq!((last.at, last.pruned), (s.now(), pruned));
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
    a_task_may_have_times_of_its_own,
    what_is_run_again_has_not_ended,
    what_is_needed_stays_until_it_is_not,
    what_was_merged_stays_while_its_work_is_to_be_done,
    results_may_go_before_their_job,
    a_retry_brings_newer_results,
    nothing_unfinished_ever_goes,
    nothing_stays_of_a_removed_job,
    events_of_progress_go_before_their_job,
    the_last_clean_up_is_remembered,
    numbers_of_events_are_not_used_again,
);
