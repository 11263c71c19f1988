//! The one stream of events: complete, in order, and enough to know all states and counters.

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::query::EventQuery;
use paceline_core::store::{Action, Change};
use paceline_core::{JobState, Json};

use crate::support::{
    Case, Replay, TASK, failed, failure, items, keyed, minutes, new_items, planned, succeeded, unit,
};

async fn the_stream_is_numbered_and_complete(s: Case) {
    assert_eq!(s.last_event().await, EventSeq(0));
    for _ in 0..5 {
        s.submit_all(vec![unit(), items(2)]).await;
        s.run_all().await;
    }
    let all = s.events_after(EventSeq(0)).await;
    let numbers: Vec<i64> = all.iter().map(|event| event.seq.0).collect();
    assert!(
        numbers.windows(2).all(|pair| pair[0] < pair[1]),
        "{numbers:?}"
    );
    assert_eq!(
        all.last().map(|event| event.seq),
        Some(s.last_event().await)
    );

    let mut paged = Vec::new();
    loop {
        let query = EventQuery {
            after: paged
                .last()
                .map_or(EventSeq(0), |event: &paceline_core::event::EventRecord| {
                    event.seq
                }),
            job: None,
            limit: 7,
        };
        let page = s.store.events(query).await.expect("listed");
        assert!(page.len() <= 7);
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all, "page by page the same");
}

async fn an_event_says_what_it_is_about(s: Case) {
    let job = s.submit(unit().batch("autumn")).await;
    s.advance(minutes(1));
    s.claim_one().await;
    let events = s.events_of(job).await;
    assert_eq!(
        events,
        s.events_after(EventSeq(0)).await,
        "all of them are the job's"
    );
    let started = &events[1];
    assert_eq!((started.kind, started.at), (EventKind::Started, s.now()));
    assert_eq!(
        (started.job, started.state),
        (Some(job), Some(JobState::Running))
    );
    assert_eq!(started.task.as_deref(), Some(TASK));
    assert_eq!(started.batch.as_deref(), Some("autumn"));
}

async fn the_timeline_of_a_job_is_its_own(s: Case) {
    let jobs = s.submit_all(vec![unit(), unit()]).await;
    s.run_all().await;
    for job in jobs {
        let events = s.events_of(job).await;
        assert_eq!(events.len(), 3);
        assert!(events.iter().all(|event| event.job == Some(job)));
        let query = EventQuery {
            after: events[0].seq,
            job: Some(job),
            limit: 1,
        };
        assert_eq!(s.store.events(query).await.expect("listed"), events[1..2]);
    }
    assert_eq!(s.events_of(s.new_id()).await, []);
}

async fn events_of_no_job_are_kept_as_given(s: Case) {
    let data = Json::from_checked("{\"worker\":\"races/0\",\"pid\":12}");
    let kind = EventKind::WorkerStarted;
    s.store
        .record_event(kind, data.clone(), s.now())
        .await
        .expect("recorded");
    let all = s.events_after(EventSeq(0)).await;
    let last = all.last().expect("an event");
    assert_eq!((last.kind, last.at, &last.data), (kind, s.now(), &data));
    assert_eq!((last.job, &last.task, last.state), (None, &None, None));
}

async fn the_hook_hears_of_every_commit_that_tells_something(s: Case) {
    let ear = s.listen().await;
    let job = s.submit(items(2)).await;
    ear.hears(s.last_event().await).await;
    s.admit().await;
    ear.hears(s.last_event().await).await;
    s.cancel(job).await;
    ear.hears(s.last_event().await).await;
    let kind = EventKind::WorkerDied;
    s.store
        .record_event(kind, Json::empty_object(), s.now())
        .await
        .expect("recorded");
    ear.hears(s.last_event().await).await;
    let heard = ear.heard();
    assert!(heard.windows(2).all(|pair| pair[0] < pair[1]), "{heard:?}");
}

async fn a_refused_submission_is_not_told(s: Case) {
    s.try_submit(vec![unit(), keyed(["a", "a"])])
        .await
        .expect_err("a duplicate");
    assert_eq!(s.last_event().await, EventSeq(0));
    s.submit(unit()).await;
    assert_eq!(s.events_after(EventSeq(0)).await.len(), 1);
}

/// A story with every kind of turn: what the events tell is what the tables hold, at every step.
async fn the_events_replayed_give_the_tables(s: Case) {
    let mut replay = Replay::default();
    let mut seen = EventSeq(0);
    for chapter in 0..12 {
        tell(&s, chapter).await;
        let news = s.events_after(seen).await;
        seen = news.last().map_or(seen, |event| event.seq);
        replay.take(&news);
        replay.check(&s).await;
    }
}

async fn tell(s: &Case, chapter: u32) {
    let draft = items(10).max_failures(paceline_core::options::MaxFailures::Count(3));
    match chapter {
        0 => drop(
            s.submit_all(vec![unit(), items(3), items(0), planned()])
                .await,
        ),
        1 => {
            s.admit().await;
            for lease in s.claim(3).await {
                match lease.work {
                    paceline_core::lease::LeasedWork::Unit => s.fail(&lease, "no").await,
                    paceline_core::lease::LeasedWork::Plan => {
                        s.list(&lease, new_items(["a", "b"])).await;
                        s.end_plan(&lease).await;
                    }
                    paceline_core::lease::LeasedWork::Chunk(_) => s.succeed(&lease).await,
                }
            }
        }
        2 => s.run_all().await,
        3 => {
            s.start(draft).await;
            let lease = s.claim_one().await;
            s.partly(&lease, vec![succeeded(0), failed(1, failure("no"))])
                .await;
        }
        4 => {
            let running = s.all_jobs().await[0].id;
            s.pause(running).await;
            s.replace_node().await;
            s.resume(running).await;
            s.admit().await;
        }
        5 => s.fail(&s.claim_one().await, "too many").await,
        6 => {
            for job in s.all_jobs().await {
                s.act(job.id, Action::Retry).await;
            }
        }
        7 => {
            let selected = s.all_jobs().await;
            s.cancel(selected[0].id).await;
            s.run_all().await;
        }
        8 => {
            s.start(keyed(["a", "b"]).attempts(3)).await;
            s.fail(&s.claim_one().await, "later").await;
            s.submit(unit().at(s.now() + minutes(5))).await;
        }
        9 => {
            let change = Change {
                run_at: Some(None),
                ..Change::default()
            };
            for job in s.all_jobs().await {
                s.act(job.id, Action::Change(change.clone())).await;
            }
            s.submit(unit().timeout(minutes(1)).attempts(4)).await;
            s.start(items(4).timeout(minutes(1))).await;
            s.claim(2).await;
        }
        10 => {
            s.advance(minutes(2));
            assert!(!s.tick().await.timed_out.is_empty());
        }
        _ => {
            for (job, n) in s.all_jobs().await.iter().zip(0..) {
                let action = if n % 2 == 0 {
                    Action::Restart
                } else {
                    Action::Delete
                };
                s.act(job.id, action).await;
            }
            let only = s.submit(keyed(["a", "b", "z"]).only_new()).await;
            assert_eq!(s.state(only).await, JobState::Pending);
        }
    }
}

store_tests!(
    the_stream_is_numbered_and_complete,
    an_event_says_what_it_is_about,
    the_timeline_of_a_job_is_its_own,
    events_of_no_job_are_kept_as_given,
    the_hook_hears_of_every_commit_that_tells_something,
    a_refused_submission_is_not_told,
    the_events_replayed_give_the_tables,
);
