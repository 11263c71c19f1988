//! Submitting: what is stored, how it begins, and that all of it is taken or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::item::NewItem;
use paceline_core::job::{JobKind, ResultsLeft};
use paceline_core::links::{Links, Wanted};
use paceline_core::options::MaxFailures;
use paceline_core::progress::{Counters, Stage};
use paceline_core::retry::RetryPolicy;
use paceline_core::store::{StoreError, Submitted};
use paceline_core::{ItemState, Job, JobOptions, JobState, Json, NewJob, Priority, Seq, Work};

use crate::support::{Case, Draft, OTHER, items, keyed, minutes, planned, seconds, unit, unkeyed};

/// A submission in which nothing is left at its default.
fn full(s: &Case) -> NewJob {
    let options = JobOptions {
        workers: Some(3),
        chunk_size: 7,
        concurrency: 16,
        max_memory: Some(5 << 30),
        item_timeout: Some(Duration::from_micros(1_500_001)),
        timeout: seconds(90),
        retry: RetryPolicy {
            attempts: 9,
            base: Duration::from_millis(1_250),
            factor: 1.7,
            max: seconds(77),
            jitter: false,
        },
        max_failures: MaxFailures::Percent(12.5),
        only_new: true,
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    NewJob {
        id: s.new_id(),
        name: "predict-20261122-101530-k3f".to_owned(),
        task: "predict".to_owned(),
        queue: "night".to_owned(),
        priority: Priority::High,
        user: Some("ana \"the\" o'neil".to_owned()),
        key: Some("dealer-7".to_owned()),
        batch: Some("autumn".to_owned()),
        labels: vec![pair("zone", "β"), pair("app", "50 % 'off'")],
        params: Json::from_checked("{ \"model\":\"ω\",  \"n\": 1e3 }"),
        options: Arc::new(options),
        run_at: Some(s.now() + minutes(5)),
        work: Work::Items(vec![NewItem {
            key: Some("k".to_owned()),
            payload: Json::null(),
        }]),
        links: Wanted::default(),
    }
}

async fn a_job_is_read_as_it_was_submitted(s: Case) {
    let submitted = full(&s);
    let answer = s
        .store
        .submit(vec![submitted.clone()], s.now())
        .await
        .expect("taken");
    let (id, state) = (submitted.id, JobState::Scheduled);
    let taken = Submitted {
        id,
        state,
        merged_into: None,
        cached_from: None,
    };
    assert_eq!(answer, [taken]);
    let expected = Job {
        id,
        name: submitted.name,
        task: submitted.task,
        queue: submitted.queue,
        state,
        priority: submitted.priority,
        user: submitted.user,
        key: submitted.key,
        batch: submitted.batch,
        labels: submitted.labels,
        params: submitted.params,
        options: submitted.options,
        kind: JobKind::Items,
        attempt: 1,
        counters: Counters {
            total: 1,
            ..Counters::default()
        },
        stage: Stage::default(),
        created_at: s.now(),
        run_at: submitted.run_at,
        started_at: None,
        finished_at: None,
        result: None,
        results_left: ResultsLeft::All,
        error: None,
        memory_bytes: None,
        rate: None,
        next_due: None,
        links: Links::default(),
    };
    assert_eq!(s.job(id).await, expected);
    assert_eq!(s.all_jobs().await, [expected], "and listed as it is read");
}

async fn items_are_read_as_they_were_submitted(s: Case) {
    let texts = ["a'b\"c", "50%_\\", "schlüssel ✓", " ", "NULL"];
    let item = |text: &&str| NewItem {
        key: Some((*text).to_owned()),
        payload: Json::from_checked(format!("[ {text:?} ]")),
    };
    let work: Vec<NewItem> = texts.iter().map(item).collect();
    let mut job = s.job_of(items(0));
    job.work = Work::Items(work.clone());
    let id = job.id;
    s.store.submit(vec![job], s.now()).await.expect("taken");

    let read = s.items_of(id).await;
    for ((item, new), seq) in read.iter().zip(&work).zip(0..) {
        assert_eq!(
            (item.seq, &item.key, &item.payload),
            (Seq(seq), &new.key, &new.payload)
        );
        assert_eq!((item.state, item.attempts), (ItemState::Pending, 0));
        assert_eq!((&item.result, &item.error), (&None, &None));
        assert_eq!((item.duration, item.finished_at), (None, None));
    }
    assert_eq!(read.len(), work.len());
}

async fn a_job_begins_as_its_time_says(s: Case) {
    let table = [
        (unit(), JobState::Pending),
        (items(3), JobState::Pending),
        (planned(), JobState::Pending),
        (unit().at(s.now() + seconds(1)), JobState::Scheduled),
        (items(3).at(s.now() + seconds(1)), JobState::Scheduled),
        (planned().at(s.now() + seconds(1)), JobState::Scheduled),
        (unit().at(s.now()), JobState::Pending),
        (items(3).at(s.now() - seconds(1)), JobState::Pending),
    ];
    let (drafts, expected): (Vec<Draft>, Vec<JobState>) = table.into_iter().unzip();
    let submitted = s.try_submit(drafts).await.expect("taken");
    let answered: Vec<JobState> = submitted.iter().map(|job| job.state).collect();
    assert_eq!(answered, expected);
    for job in submitted {
        assert_eq!(s.state(job.id).await, job.state);
        assert_eq!(s.kinds_of(job.id).await, [EventKind::Submitted]);
    }
}

async fn each_kind_counts_its_items(s: Case) {
    let table = [
        (unit(), JobKind::Unit, 1),
        (items(3), JobKind::Items, 3),
        (unkeyed(2), JobKind::Items, 2),
        (planned(), JobKind::Planned, 0),
    ];
    for (draft, kind, total) in table {
        let job = s.submit(draft).await;
        let job = s.job(job).await;
        let counters = Counters {
            total,
            ..Counters::default()
        };
        assert_eq!((job.kind, job.counters), (kind, counters));
    }
}

async fn a_job_of_no_items_is_completed_at_once(s: Case) {
    let submitted = s.try_submit(vec![items(0)]).await.expect("taken");
    assert_eq!(submitted[0].state, JobState::Completed);
    let job = s.job(submitted[0].id).await;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Completed, Some(s.now()))
    );
    assert_eq!(job.counters, Counters::default());
    let kinds = s.kinds_of(job.id).await;
    assert_eq!(kinds, [EventKind::Submitted, EventKind::Completed]);
    assert_eq!(s.admit().await, 0);
}

async fn a_key_that_occurs_twice_refuses_the_whole_submission(s: Case) {
    let drafts = vec![items(2), keyed(["a", "b", "c", "b"]), unit()];
    let refused = s.try_submit(drafts).await.expect_err("a duplicate");
    match refused {
        StoreError::DuplicateKey { key, first, second } => {
            assert_eq!((key.as_str(), first, second), ("b", Seq(1), Seq(3)));
        }
        other => panic!("{other}"),
    }
    assert_eq!(s.all_jobs().await, []);
    assert_eq!(
        s.last_event().await,
        EventSeq(0),
        "and no event tells of it"
    );
    assert!(
        s.store
            .counts()
            .await
            .expect("counts")
            .values()
            .all(|&count| count == 0)
    );
    assert_eq!(
        s.submit_all(vec![items(2)]).await.len(),
        1,
        "the store goes on"
    );
}

async fn keys_are_unique_in_a_job_only(s: Case) {
    let drafts = vec![keyed(["a", "b"]), keyed(["b", "a"]), unkeyed(3)];
    let jobs = s.submit_all(drafts).await;
    assert_eq!(s.item(jobs[0], "a").await.seq, Seq(0));
    assert_eq!(s.item(jobs[1], "a").await.seq, Seq(1));
    assert_eq!(
        s.counters(jobs[2]).await.total,
        3,
        "items without a key repeat none"
    );
}

async fn many_jobs_are_one_submission(s: Case) {
    let drafts: Vec<Draft> = (0..1_000)
        .map(|n| unit().params(&format!("{{\"n\":{n}}}")))
        .collect();
    let jobs = s.submit_all(drafts).await;
    for (job, n) in jobs.iter().zip(0..).step_by(97) {
        assert_eq!(s.job(*job).await.params.as_str(), format!("{{\"n\":{n}}}"));
    }
    let counts = s.store.counts().await.expect("counts");
    assert_eq!(counts[&JobState::Pending], 1_000);
}

async fn counts_tell_every_state(s: Case) {
    let later = unit().at(s.now() + seconds(9));
    s.submit_all(vec![unit(), unit().task(OTHER), items(0), later])
        .await;
    let expected = |state: JobState| match state {
        JobState::Pending => 2,
        JobState::Scheduled | JobState::Completed => 1,
        JobState::Blocked
        | JobState::Running
        | JobState::Paused
        | JobState::Failed
        | JobState::Cancelled
        | JobState::Merged => 0,
    };
    let all: BTreeMap<JobState, u64> = JobState::ALL
        .iter()
        .map(|&state| (state, expected(state)))
        .collect();
    assert_eq!(s.store.counts().await.expect("counts"), all);
}

async fn nothing_is_a_submission_too(s: Case) {
    assert_eq!(s.try_submit(vec![]).await.expect("taken"), []);
    assert_eq!(s.last_event().await, EventSeq(0));
}

async fn a_job_that_was_never_submitted_is_not_there(s: Case) {
    s.submit(unit()).await;
    assert_eq!(s.find(s.new_id()).await, None);
}

list_tests!(
    a_job_is_read_as_it_was_submitted,
    items_are_read_as_they_were_submitted,
    a_job_begins_as_its_time_says,
    each_kind_counts_its_items,
    a_job_of_no_items_is_completed_at_once,
    a_key_that_occurs_twice_refuses_the_whole_submission,
    keys_are_unique_in_a_job_only,
    many_jobs_are_one_submission,
    counts_tell_every_state,
    nothing_is_a_submission_too,
    a_job_that_was_never_submitted_is_not_there,
);
