//! Running schedules: each run once, whoever tries; with its jobs, or not at all.

use std::sync::Arc;

use paceline_core::event::EventKind;
use paceline_core::schedule::{Fired, Firing, Missed, Run, Schedule};
use paceline_core::store::StoreError;
use paceline_core::{JobState, Time};

use crate::schedules::{add, read, schedule, told};
use crate::support::{Case, Draft, items, keyed, minutes, unit};

/// A firing of these jobs at one time.
fn firing<const N: usize>(s: &Case, schedule: &Schedule, tick: Time, jobs: [Draft; N]) -> Firing {
    let run = |draft| Run {
        tick,
        job: s.job_of(draft),
    };
    Firing {
        runs: jobs.into_iter().map(run).collect(),
        missed: Missed::default(),
        failed: None,
        next_at: Some(tick + minutes(10)),
        by_hand: false,
        schedule: Arc::new(schedule.clone()),
    }
}

async fn fire(s: &Case, firing: Firing) -> Fired {
    s.store.fire(firing, s.now()).await.expect("a firing")
}

/// The schedule `nightly`, ten minutes later.
async fn due(s: &Case, overlap: bool) -> (Schedule, Time) {
    let nightly = Schedule {
        overlap,
        ..schedule(s, "nightly")
    };
    add(s, &nightly).await;
    s.advance(minutes(10));
    let due = s.store.due_schedules(s.now()).await.expect("looked");
    assert_eq!(due.due, std::slice::from_ref(&nightly));
    (nightly, s.now())
}

async fn a_run_submits_its_job_and_moves_on(s: Case) {
    let (nightly, tick) = due(&s, true).await;
    let before = s.last_event().await;
    s.advance(minutes(1));
    let draft = items(3).batch("nights").label("schedule", "nightly");
    let fired = fire(&s, firing(&s, &nightly, tick, [draft])).await;
    let [job] = fired.jobs[..] else {
        panic!("one job: {fired:?}");
    };
    let submitted = s.job(job).await;
    assert_eq!(
        (submitted.state, submitted.counters.total),
        (JobState::Pending, 3)
    );
    assert_eq!(submitted.created_at, s.now());
    let now = read(&s, "nightly").await;
    let expected = Schedule {
        revision: 2,
        next_at: Some(tick + minutes(10)),
        last_run: Some(tick),
        last_job: Some(job),
        unfinished: vec![job],
        ..nightly
    };
    assert_eq!(now, expected);
    let events = told(&s, before).await;
    let kinds: Vec<_> = events.iter().map(|(kind, _)| *kind).collect();
    assert!(kinds.contains(&EventKind::Submitted), "{kinds:?}");
    let fired = events
        .iter()
        .find(|(kind, _)| *kind == EventKind::ScheduleFired);
    let (_, data) = fired.expect("it is told");
    assert_eq!(
        (&data["schedule"], &data["job"], &data["tick"]),
        (
            &"nightly".into(),
            &job.to_string().into(),
            &"2026-11-22T10:25:30.123456Z".into()
        )
    );
    s.run_all().await;
    assert_eq!(s.state(job).await, JobState::Completed);
}

async fn of_many_who_try_one_does_it(s: Case) {
    let (nightly, tick) = due(&s, true).await;
    let mut trying = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (store, now) = (Arc::clone(&s.store), s.now());
        let firing = firing(&s, &nightly, tick, [unit(), unit()]);
        trying.spawn(async move { store.fire(firing, now).await.expect("a firing") });
    }
    let all = trying.join_all().await;
    let did: Vec<_> = all.iter().filter(|fired| !fired.overtaken).collect();
    assert_eq!(did.len(), 1, "{all:?}");
    let mut there: Vec<_> = s.all_jobs().await.iter().map(|job| job.id).collect();
    there.sort();
    let mut jobs = did[0].jobs.clone();
    jobs.sort();
    assert_eq!(there, jobs, "the jobs of the others are not there");
    assert_eq!(read(&s, "nightly").await.revision, 2);
}

async fn who_read_it_before_a_change_does_nothing(s: Case) {
    let (nightly, tick) = due(&s, true).await;
    let paused = nightly.clone().pause();
    let changed = s
        .store
        .change_schedule(paused, EventKind::SchedulePaused, s.now());
    assert!(changed.await.expect("taken"));
    let paused = read(&s, "nightly").await;
    let before = s.last_event().await;
    let fired = fire(&s, firing(&s, &nightly, tick, [unit()])).await;
    assert!(fired.overtaken && fired.jobs.is_empty(), "{fired:?}");
    assert_eq!(
        (read(&s, "nightly").await, s.last_event().await),
        (paused, before)
    );
    s.store
        .remove_schedule(nightly.id, s.now())
        .await
        .expect("removed");
    let fired = fire(&s, firing(&s, &nightly, tick, [unit()])).await;
    assert!(fired.overtaken, "{fired:?}");
    assert_eq!(s.all_jobs().await, []);
}

async fn without_overlap_a_run_waits_for_the_end_of_the_job_before(s: Case) {
    let (nightly, tick) = due(&s, false).await;
    let first = fire(&s, firing(&s, &nightly, tick, [unit()])).await.jobs[0];
    s.admit().await;
    let before = s.last_event().await;
    let again = read(&s, "nightly").await;
    s.advance(minutes(10));
    let held = fire(&s, firing(&s, &again, s.now(), [unit()])).await;
    assert_eq!((held.overtaken, held.jobs), (false, vec![]));
    let events = told(&s, before).await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].0, &events[0].1["reason"]),
        (EventKind::ScheduleSkipped, &"overlap".into())
    );
    let held = read(&s, "nightly").await;
    assert_eq!(
        (held.last_run, held.unfinished.clone()),
        (Some(tick), vec![first])
    );
    assert_eq!(
        held.next_at,
        Some(s.now() + minutes(10)),
        "the run is left out, not put off"
    );

    s.run_all().await;
    s.advance(minutes(10));
    let fired = fire(&s, firing(&s, &held, s.now(), [unit()])).await;
    assert_eq!(fired.jobs.len(), 1, "its job has ended");
    assert_eq!(read(&s, "nightly").await.unfinished, fired.jobs);
}

async fn a_run_whose_job_cannot_be_taken_changes_nothing(s: Case) {
    let (nightly, tick) = due(&s, true).await;
    let before = s.last_event().await;
    let wrong = firing(&s, &nightly, tick, [unit(), keyed(["a", "a"])]);
    let refused = s.store.fire(wrong, s.now()).await;
    assert!(
        matches!(refused, Err(StoreError::DuplicateKey { .. })),
        "{refused:?}"
    );
    assert_eq!(s.all_jobs().await, []);
    assert_eq!(read(&s, "nightly").await, nightly);
    assert_eq!(s.last_event().await, before);
    assert_eq!(
        fire(&s, firing(&s, &nightly, tick, [unit()]))
            .await
            .jobs
            .len(),
        1
    );
}

async fn what_gives_no_job_is_told_and_the_next_run_comes(s: Case) {
    let (nightly, tick) = due(&s, true).await;
    let before = s.last_event().await;
    let failed = Firing {
        failed: Some((vec![tick], "no task `x`".to_owned())),
        missed: Missed {
            count: 3,
            and_more: true,
        },
        ..firing(&s, &nightly, tick, [])
    };
    fire(&s, failed).await;
    let now = read(&s, "nightly").await;
    assert_eq!(now.last_error.as_deref(), Some("no task `x`"));
    assert_eq!(
        (now.next_at, now.last_run),
        (Some(tick + minutes(10)), None)
    );
    let events = told(&s, before).await;
    assert_eq!(events.len(), 2, "{events:?}");
    let (skipped, data) = &events[0];
    assert_eq!(
        (*skipped, &data["reason"], &data["count"], &data["and_more"]),
        (
            EventKind::ScheduleSkipped,
            &"missed".into(),
            &3.into(),
            &true.into()
        )
    );
    assert_eq!(
        (events[1].0, &events[1].1["error"]),
        (EventKind::ScheduleFailed, &"no task `x`".into())
    );
    let fired = fire(&s, firing(&s, &now, s.now(), [unit()])).await;
    assert_eq!(fired.jobs.len(), 1);
    assert_eq!(read(&s, "nightly").await.last_error, None);
}

store_tests!(
    a_run_submits_its_job_and_moves_on,
    of_many_who_try_one_does_it,
    who_read_it_before_a_change_does_nothing,
    without_overlap_a_run_waits_for_the_end_of_the_job_before,
    a_run_whose_job_cannot_be_taken_changes_nothing,
    what_gives_no_job_is_told_and_the_next_run_comes,
);
