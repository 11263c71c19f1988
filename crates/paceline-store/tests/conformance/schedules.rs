//! Keeping schedules: what is read back, names, changes, and what is due.

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::schedule::{JobSource, MissedRuns, Rule, Schedule};
use paceline_core::store::StoreError;
use paceline_core::{JobId, Json, ScheduleId, Time};

use crate::support::{Case, minutes, seconds};

/// A schedule that runs every ten minutes.
pub(crate) fn schedule(s: &Case, name: &str) -> Schedule {
    let every = minutes(10);
    Schedule {
        id: ScheduleId::from_bytes(s.new_id().into_bytes()),
        name: name.to_owned(),
        rule: Rule::Every {
            every,
            anchor: s.now(),
        },
        missed: MissedRuns::Once,
        overlap: true,
        source: JobSource::Own(Json::from_checked(r#"{"task":"predict"}"#)),
        paused: false,
        version: 1,
        revision: 1,
        created_at: s.now(),
        updated_at: s.now(),
        next_at: Some(s.now() + every),
        last_run: None,
        last_job: None,
        last_error: None,
        unfinished: Vec::new(),
    }
}

pub(crate) async fn add(s: &Case, schedule: &Schedule) {
    let added = s.store.add_schedule(schedule.clone(), s.now()).await;
    added.expect("a schedule is kept");
}

pub(crate) async fn read(s: &Case, named: &str) -> Schedule {
    let found = s.store.schedule(named).await.expect("a schedule is read");
    found.expect("the schedule is there")
}

async fn change(s: &Case, schedule: &Schedule, kind: EventKind) -> bool {
    let changed = s.store.change_schedule(schedule.clone(), kind, s.now());
    changed.await.expect("a change is taken or not")
}

/// Events after a number: their kinds, and the schedules that they name.
pub(crate) async fn told(s: &Case, after: EventSeq) -> Vec<(EventKind, serde_json::Value)> {
    let events = s.events_after(after).await;
    let data = |text: &str| serde_json::from_str(text).expect("an object");
    events
        .iter()
        .map(|event| (event.kind, data(event.data.as_str())))
        .collect()
}

/// Nothing left at its default.
fn full(s: &Case, name: &str) -> Schedule {
    Schedule {
        rule: Rule::Cron {
            expression: "0 6 * * MON-FRI".to_owned(),
            zone: "Europe/Paris".to_owned(),
        },
        missed: MissedRuns::All,
        overlap: false,
        source: JobSource::Named("règle \"x\"".to_owned()),
        version: 7,
        revision: 19,
        last_run: Some(s.now() - minutes(3)),
        last_job: Some(s.new_id()),
        last_error: Some("no task `x`".to_owned()),
        unfinished: vec![s.new_id(), s.new_id()],
        ..schedule(s, name)
    }
}

async fn schedules_are_read_as_they_were_kept(s: Case) {
    let once = Schedule {
        rule: Rule::At(s.now() + minutes(2)),
        paused: true,
        next_at: None,
        ..schedule(&s, "b once")
    };
    let all = [full(&s, "a ünï"), once, schedule(&s, "c")];
    for schedule in all.iter().rev() {
        add(&s, schedule).await;
    }
    for schedule in &all {
        assert_eq!(read(&s, &schedule.name).await, *schedule);
        assert_eq!(read(&s, &schedule.id.to_string()).await, *schedule);
    }
    assert_eq!(s.store.schedules().await.expect("listed"), all, "by name");
    assert_eq!(s.store.schedule("nobody").await.expect("read"), None);
    let other = s.new_id().to_string();
    assert_eq!(s.store.schedule(&other).await.expect("read"), None);
}

async fn names_are_unique(s: Case) {
    let first = schedule(&s, "nightly");
    add(&s, &first).await;
    let before = s.last_event().await;
    let again = s.store.add_schedule(schedule(&s, "nightly"), s.now()).await;
    let is_taken = |error: &StoreError| matches!(error, StoreError::NameTaken { what: "schedule", name } if name == "nightly");
    assert!(again.as_ref().is_err_and(is_taken), "{again:?}");
    let other = schedule(&s, "hourly");
    add(&s, &other).await;
    let renamed = Schedule {
        name: "nightly".to_owned(),
        ..other.clone()
    };
    let kind = EventKind::ScheduleChanged;
    let refused = s.store.change_schedule(renamed, kind, s.now()).await;
    assert!(refused.as_ref().is_err_and(is_taken), "{refused:?}");
    assert_eq!(read(&s, "nightly").await, first);
    assert_eq!(read(&s, "hourly").await, other);
    assert_eq!(
        told(&s, before).await.len(),
        1,
        "only of the other's beginning"
    );
}

async fn a_change_holds_for_what_was_read(s: Case) {
    add(&s, &schedule(&s, "nightly")).await;
    let read_before = read(&s, "nightly").await;
    let before = s.last_event().await;
    let paused = read_before.clone().pause();
    assert!(change(&s, &paused, EventKind::SchedulePaused).await);
    let now = read(&s, "nightly").await;
    assert_eq!((now.paused, now.next_at, now.revision), (true, None, 2));
    let late = Schedule {
        name: "other".to_owned(),
        ..read_before
    };
    assert!(!change(&s, &late, EventKind::ScheduleChanged).await);
    assert_eq!(read(&s, "nightly").await, now, "nothing was written");
    let events = told(&s, before).await;
    let kinds: Vec<_> = events.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [EventKind::SchedulePaused]);
    assert_eq!(events[0].1["schedule"], "nightly");
}

async fn a_schedule_that_is_removed_is_gone(s: Case) {
    let nightly = schedule(&s, "nightly");
    add(&s, &nightly).await;
    let before = s.last_event().await;
    let remove = || s.store.remove_schedule(nightly.id, s.now());
    remove().await.expect("removed");
    assert_eq!(s.store.schedules().await.expect("listed"), []);
    let again = remove().await;
    assert!(
        matches!(again, Err(StoreError::NotFound("schedule"))),
        "{again:?}"
    );
    assert!(!change(&s, &nightly, EventKind::ScheduleChanged).await);
    let events = told(&s, before).await;
    let kinds: Vec<_> = events.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [EventKind::ScheduleDeleted]);
    add(&s, &schedule(&s, "nightly")).await;
}

async fn due_is_what_has_come_the_longest_waiting_first(s: Case) {
    let at = |name: &str, next_at: Option<Time>| Schedule {
        next_at,
        ..schedule(&s, name)
    };
    let start = s.now();
    for (name, after) in [("c", 30), ("a", 10), ("b", 20), ("d", 40)] {
        add(&s, &at(name, Some(start + seconds(after)))).await;
    }
    add(&s, &at("paused", None)).await;
    let due = async || {
        let found = s.store.due_schedules(s.now()).await.expect("looked");
        let names: Vec<String> = found.due.into_iter().map(|due| due.name).collect();
        (names.join(" "), found.next_at)
    };
    assert_eq!(due().await, (String::new(), Some(start + seconds(10))));
    s.advance(seconds(30));
    assert_eq!(due().await, ("a b c".to_owned(), Some(start + seconds(40))));
    s.advance(seconds(30));
    assert_eq!(due().await, ("a b c d".to_owned(), None));
}

async fn ids_of_jobs_do_not_get_lost(s: Case) {
    let unfinished: Vec<JobId> = (0..100).map(|_| s.new_id()).collect();
    let busy = Schedule {
        unfinished: unfinished.clone(),
        ..schedule(&s, "busy")
    };
    add(&s, &busy).await;
    assert_eq!(read(&s, "busy").await.unfinished, unfinished);
}

store_tests!(
    schedules_are_read_as_they_were_kept,
    names_are_unique,
    a_change_holds_for_what_was_read,
    a_schedule_that_is_removed_is_gone,
    due_is_what_has_come_the_longest_waiting_first,
    ids_of_jobs_do_not_get_lost,
);
