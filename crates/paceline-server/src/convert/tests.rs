//! Views of jobs whose surroundings are made up.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::job::{JobKind, ResultsLeft};
use paceline_core::progress::{Counters, Stage};
use paceline_core::worker::WorkerState;
use paceline_core::{JobOptions, Json, Priority};
use paceline_protocol::rest::EstimateBasis;

use super::*;

fn job(state: JobState, kind: JobKind) -> Job {
    Job {
        id: JobId::from_bytes([1; 16]),
        name: "t-1".to_owned(),
        task: "t".to_owned(),
        queue: "default".to_owned(),
        state,
        priority: Priority::Normal,
        user: None,
        key: None,
        batch: None,
        labels: Vec::new(),
        params: Json::empty_object(),
        options: Arc::new(JobOptions::default()),
        kind,
        attempt: 1,
        counters: Counters {
            total: 100,
            ..Counters::default()
        },
        stage: Stage::default(),
        created_at: Time::EPOCH,
        run_at: None,
        started_at: None,
        finished_at: None,
        result: None,
        results_left: ResultsLeft::All,
        error: None,
        memory_bytes: None,
        rate: None,
        next_due: None,
        links: Links::default(),
    }
}

fn worker(state: WorkerState, task: &str) -> WorkerStatus {
    WorkerStatus {
        name: "p/0".to_owned(),
        pool: "p".to_owned(),
        state,
        pid: None,
        tasks: vec![task.to_owned()],
        job: None,
        chunk_items: None,
        items_done: 0,
        memory_bytes: None,
        since: Time::EPOCH,
        last_error: None,
    }
}

fn context(workers: Vec<WorkerStatus>) -> Context {
    let history = TaskHistory {
        items: 100,
        item_mean: Some(Duration::from_millis(500)),
        item_p25: Some(Duration::from_millis(400)),
        item_p75: Some(Duration::from_millis(600)),
        ..TaskHistory::default()
    };
    Context {
        now: Time::EPOCH,
        workers,
        histories: HashMap::from([("t".to_owned(), history)]),
        held: HashMap::new(),
        full: HashMap::new(),
    }
}

#[test]
fn waiting_jobs_say_why() {
    let pending = job(JobState::Pending, JobKind::Items);
    for (workers, reason) in [
        (vec![], Some("no worker declares `t`")),
        (
            vec![worker(WorkerState::Idle, "u")],
            Some("no worker declares `t`"),
        ),
        (vec![worker(WorkerState::Idle, "t")], Some("its turn")),
        (
            vec![worker(WorkerState::Busy, "t")],
            Some("the only worker for it is busy"),
        ),
        (
            vec![worker(WorkerState::Busy, "t"); 3],
            Some("all 3 workers for it are busy"),
        ),
        (
            vec![worker(WorkerState::Broken, "t")],
            Some("workers of `p` cannot start: no reason is known"),
        ),
    ] {
        let found = context(workers).waiting_for(&pending);
        assert_eq!(found.first().map(String::as_str), reason);
    }
}

#[test]
fn a_job_whose_workers_do_not_start_says_why_and_promises_nothing() {
    let running = job(JobState::Running, JobKind::Items);
    let error = "exited with status 1 before it was ready; its last lines:\nTraceback\n  …\n\
                 ModuleNotFoundError: No module named 'x'\n";
    for state in [WorkerState::Starting, WorkerState::Broken] {
        for tasks in [vec![], vec!["t".to_owned()]] {
            let failed = WorkerStatus {
                tasks,
                last_error: Some(error.to_owned()),
                ..worker(state, "t")
            };
            let view = context(vec![failed]).view(running.clone());
            assert_eq!(
                view.waiting_for,
                ["workers of `p` cannot start: ModuleNotFoundError: No module named 'x'"]
            );
            assert_eq!(view.progress.eta_seconds, None);
        }
    }
}

#[test]
fn a_job_that_waits_for_a_retry_says_when() {
    let mut running = job(JobState::Running, JobKind::Items);
    let idle = || vec![worker(WorkerState::Idle, "t")];
    let waits = |job: &Job| context(idle()).view(job.clone());
    for (millis, reason) in [
        (1_400, "the next attempt in 2 s"),
        (240_000, "the next attempt in 4 min"),
    ] {
        running.next_due = Some(Time::from_micros(millis * 1_000));
        let view = waits(&running);
        assert_eq!(view.waiting_for, [reason]);
        assert_eq!(view.progress.eta_seconds, None);
    }
    running.counters.running = 1;
    assert_eq!(waits(&running).waiting_for, [""; 0]);
    let retried = Job {
        attempt: 2,
        run_at: Some(Time::from_micros(3_000_000)),
        ..job(JobState::Scheduled, JobKind::Unit)
    };
    assert_eq!(waits(&retried).waiting_for, ["attempt 2 in 3 s"]);
}

#[test]
fn estimates_come_from_history_and_are_null_without() {
    let pending = job(JobState::Pending, JobKind::Items);
    let view = context(vec![worker(WorkerState::Idle, "t"); 2]).view(pending.clone());
    assert_eq!(view.estimated_seconds, Some(25.0));
    assert_eq!(view.progress.eta_seconds, Some(25.0));
    let estimate = view.estimate.expect("enough is known");
    // Fifty in turn make up for each other's times: a quarter of what one strays.
    assert_eq!((estimate.low, estimate.high), (23.75, 26.25));
    assert_eq!(
        (estimate.based_on, estimate.of),
        (100, EstimateBasis::Items)
    );
    let unknown = Context {
        histories: HashMap::new(),
        ..context(vec![])
    };
    let view = unknown.view(pending);
    assert_eq!(view.estimated_seconds, None);
    assert_eq!(view.progress.eta_seconds, None);
}

#[test]
fn the_running_rate_wins_over_history() {
    let mut running = job(JobState::Running, JobKind::Items);
    running.rate = Some(10.0);
    running.counters.succeeded = 50;
    running.counters.running = 5;
    let view = context(vec![]).view(running);
    assert_eq!(view.progress.eta_seconds, Some(5.0));
    assert!((view.progress.percent - 50.0).abs() < f64::EPSILON);
}

#[test]
fn a_unit_is_as_far_as_its_handler_says() {
    let mut unit = job(JobState::Running, JobKind::Unit);
    unit.counters.total = 1;
    unit.stage.fraction = Some(0.4);
    let view = context(vec![]).view(unit);
    assert!((view.progress.percent - 40.0).abs() < 1e-9);
}

#[test]
fn what_did_not_run_is_not_done() {
    let percent = |state, kind, counters, fraction| {
        let mut job = job(state, kind);
        (job.counters, job.stage.fraction) = (counters, fraction);
        context(vec![]).view(job).progress.percent.to_string()
    };
    let none = Counters::default();
    let one = Counters { total: 1, ..none };
    let skipped = Counters { skipped: 1, ..one };
    let cancelled = Counters {
        cancelled: 1,
        ..one
    };
    for (state, kind, counters, fraction, expected) in [
        (JobState::Merged, JobKind::Unit, skipped, None, "0"),
        (JobState::Merged, JobKind::Items, none, None, "0"),
        (JobState::Cancelled, JobKind::Unit, cancelled, None, "0"),
        (
            JobState::Cancelled,
            JobKind::Unit,
            cancelled,
            Some(0.5),
            "50",
        ),
        (JobState::Cancelled, JobKind::Planned, none, None, "0"),
        (JobState::Failed, JobKind::Planned, none, None, "0"),
        (JobState::Cancelled, JobKind::Items, cancelled, None, "100"),
        (JobState::Completed, JobKind::Items, none, None, "100"),
        (JobState::Completed, JobKind::Unit, one, Some(0.5), "100"),
    ] {
        let found = percent(state, kind, counters, fraction);
        assert_eq!(found, expected, "{state} {kind:?} {counters:?}");
    }
}

#[test]
fn the_time_left_of_a_call_is_what_its_handler_says_or_what_is_usual() {
    let mut unit = job(JobState::Running, JobKind::Unit);
    (unit.counters.total, unit.counters.running) = (1, 1);
    unit.started_at = Some(Time::EPOCH);
    let mut left = |fraction: Option<f64>, elapsed_ms: i64| {
        unit.stage.fraction = fraction;
        let context = Context {
            now: Time::from_micros(elapsed_ms * 1000),
            ..context(vec![])
        };
        context.view(unit.clone()).progress.eta_seconds
    };
    assert_eq!(left(Some(0.25), 1000), Some(3.0));
    assert_eq!(left(None, 200), Some(0.3));
    assert_eq!(left(None, 600), None, "longer than usual: nothing is known");
}

#[test]
fn what_is_still_being_listed_is_not_nearly_done() {
    let mut planned = job(JobState::Running, JobKind::Planned);
    planned.counters.total = 0;
    let view = context(vec![]).view(planned);
    assert_eq!(view.progress.eta_seconds, None);
    assert!(view.progress.percent.abs() < f64::EPSILON);
}

#[test]
fn skipped_items_take_no_time() {
    let mut pending = job(JobState::Pending, JobKind::Items);
    pending.counters.skipped = 90;
    let view = context(vec![]).view(pending);
    assert_eq!(view.estimated_seconds, Some(5.0));
    assert_eq!(view.progress.eta_seconds, Some(5.0));
}
