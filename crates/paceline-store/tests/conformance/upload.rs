//! Streamed submissions: nobody sees them before they are finished, and nothing stays of one that
//! was given up.

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::item::NewItem;
use paceline_core::job::JobKind;
use paceline_core::query::{Count, JobFilter};
use paceline_core::retention::Retention;
use paceline_core::store::StoreError;
use paceline_core::{ItemState, JobId, JobState, Json, Seq, UploadId};

use crate::support::{Case, Draft, items, keyed, minutes, new_items, seconds, seqs, unit};

fn slice(from: u32, count: u32) -> Vec<NewItem> {
    let item = |n: u32| NewItem {
        key: Some(format!("k{n}")),
        payload: Json::from_checked(n.to_string()),
    };
    (from..from + count).map(item).collect()
}

impl Case {
    async fn begin(&self, draft: Draft) -> (UploadId, JobId) {
        let job = self.job_of(draft);
        let id = job.id;
        let upload = self
            .store
            .begin_upload(job, self.now())
            .await
            .expect("an upload begins");
        (upload, id)
    }

    async fn append(&self, upload: UploadId, items: Vec<NewItem>) {
        self.store
            .append_upload(upload, items)
            .await
            .expect("items are taken");
    }

    async fn finish(&self, upload: UploadId) -> JobState {
        let finished = self.store.finish_upload(upload, self.now()).await;
        finished.expect("an upload is finished").state
    }

    async fn is_unknown(&self, upload: UploadId) {
        let append = self.store.append_upload(upload, slice(900, 1)).await;
        assert!(matches!(append, Err(StoreError::NotFound(_))), "{append:?}");
        let finish = self.store.finish_upload(upload, self.now()).await;
        assert!(matches!(finish, Err(StoreError::NotFound(_))), "{finish:?}");
    }
}

async fn nobody_sees_an_upload(s: Case) {
    let (upload, id) = s.begin(items(0)).await;
    s.append(upload, slice(0, 10)).await;

    assert_eq!(s.find(id).await, None);
    assert_eq!(s.all_jobs().await, []);
    let prefix = s.store.jobs_by_prefix(&id.to_string()).await.expect("read");
    assert_eq!(prefix, []);
    let count = s
        .store
        .count(JobFilter::default(), 10)
        .await
        .expect("counted");
    assert_eq!(count, Count::Exact(0));
    assert!(
        s.store
            .counts()
            .await
            .expect("counts")
            .values()
            .all(|&count| count == 0)
    );
    assert_eq!(s.last_event().await, EventSeq(0));
    assert_eq!(s.items_of(id).await, []);
    assert_eq!(s.admit().await, 0);
    s.nothing_to_claim().await;
    s.tick().await;
    assert_eq!(s.find(id).await, None);
}

async fn a_finished_upload_is_a_job_like_any_other(s: Case) {
    let (upload, id) = s.begin(unit().user("ana").chunk(50)).await;
    s.append(upload, slice(0, 7)).await;
    s.append(upload, vec![]).await;
    s.append(upload, slice(7, 5)).await;
    assert_eq!(s.finish(upload).await, JobState::Pending);

    let job = s.job(id).await;
    assert_eq!((job.kind, job.counters.total), (JobKind::Items, 12));
    assert_eq!(job.user.as_deref(), Some("ana"));
    assert_eq!(s.kinds_of(id).await, [EventKind::Submitted]);
    let read = s.items_of(id).await;
    let order: Vec<(u32, String)> = read
        .iter()
        .map(|item| (item.seq.0, item.payload.to_string()))
        .collect();
    let expected: Vec<(u32, String)> = (0..12).map(|n| (n, n.to_string())).collect();
    assert_eq!(order, expected);

    s.run_all().await;
    assert_eq!(s.state(id).await, JobState::Completed);
    assert_eq!(s.counters(id).await.succeeded, 12);
}

async fn the_work_given_with_an_upload_is_ignored(s: Case) {
    let (upload, id) = s.begin(items(5)).await;
    s.append(upload, new_items(["only"])).await;
    s.finish(upload).await;
    assert_eq!(s.items_of(id).await.len(), 1);
}

async fn uploads_do_not_mix(s: Case) {
    let (one, first) = s.begin(items(0)).await;
    let (two, second) = s.begin(items(0)).await;
    s.append(one, slice(0, 2)).await;
    s.append(two, slice(0, 3)).await;
    s.append(one, slice(2, 2)).await;
    s.finish(two).await;
    s.append(one, slice(4, 2)).await;
    s.finish(one).await;
    assert_eq!(s.counters(first).await.total, 6);
    assert_eq!(s.counters(second).await.total, 3);
    s.run_all().await;
    assert_eq!(s.counters(first).await.succeeded, 6);
    assert_eq!(s.counters(second).await.succeeded, 3);
}

async fn keys_are_unique_over_the_whole_upload(s: Case) {
    let (upload, id) = s.begin(items(0)).await;
    s.append(upload, slice(0, 10)).await;
    let again = [slice(10, 2), slice(4, 1)].concat();
    let refused = s
        .store
        .append_upload(upload, again)
        .await
        .expect_err("a duplicate");
    match refused {
        StoreError::DuplicateKey { key, first, second } => {
            assert_eq!((key.as_str(), first, second), ("k4", Seq(4), Seq(12)));
        }
        other => panic!("{other}"),
    }
    // Of the refused part nothing was taken, and the client may go on.
    s.append(upload, slice(10, 1)).await;
    s.finish(upload).await;
    assert_eq!(s.counters(id).await.total, 11);
}

async fn an_empty_upload_is_completed_at_once(s: Case) {
    let (upload, id) = s.begin(items(0)).await;
    assert_eq!(s.finish(upload).await, JobState::Completed);
    assert_eq!(s.job(id).await.finished_at, Some(s.now()));
}

async fn an_upload_may_wait_for_its_time(s: Case) {
    let at = s.now() + seconds(60);
    let (upload, id) = s.begin(items(0).at(at)).await;
    s.append(upload, slice(0, 1)).await;
    assert_eq!(s.finish(upload).await, JobState::Scheduled);
    assert_eq!(s.job(id).await.run_at, Some(at));
}

async fn an_upload_may_ask_for_what_is_new(s: Case) {
    use ItemState::{Pending, Skipped};
    s.start(keyed(["k1", "k3"])).await;
    s.run_all().await;
    let (upload, id) = s.begin(items(0).only_new()).await;
    s.append(upload, slice(0, 2)).await;
    s.append(upload, slice(2, 2)).await;
    assert_eq!(s.finish(upload).await, JobState::Pending);
    assert_eq!(
        s.item_states(id).await,
        [Pending, Skipped, Pending, Skipped]
    );
    s.admit().await;
    assert_eq!(seqs(&s.claim_one().await), [0]);

    let (upload, id) = s.begin(items(0).only_new()).await;
    s.append(upload, slice(1, 1)).await;
    assert_eq!(
        s.finish(upload).await,
        JobState::Completed,
        "nothing is new"
    );
    assert_eq!(s.counters(id).await.skipped, 1);
}

async fn nothing_stays_of_an_aborted_upload(s: Case) {
    let (upload, id) = s.begin(items(0)).await;
    s.append(upload, slice(0, 10)).await;
    s.store.abort_upload(upload).await.expect("aborted");
    assert_eq!(s.find(id).await, None);
    s.is_unknown(upload).await;
    // Its place is free for another one.
    let (upload, id) = s.begin(items(0)).await;
    s.append(upload, slice(0, 2)).await;
    s.finish(upload).await;
    assert_eq!(s.items_of(id).await.len(), 2);
}

async fn an_upload_is_finished_once(s: Case) {
    let (upload, id) = s.begin(items(0)).await;
    s.append(upload, slice(0, 3)).await;
    s.finish(upload).await;
    s.is_unknown(upload).await;
    assert_eq!(s.items_of(id).await.len(), 3);
    s.is_unknown(UploadId(987_654)).await;
}

async fn uploads_of_a_dead_node_are_swept_at_the_next_start(s: Case) {
    let (upload, id) = s.begin(items(0)).await;
    s.append(upload, slice(0, 10)).await;
    s.replace_node().await;
    s.is_unknown(upload).await;
    assert_eq!(s.find(id).await, None);
    s.run_all().await;
    assert_eq!(s.all_jobs().await, []);
}

/// A clean-up leaves what the job will depend on once it is there.
async fn what_an_upload_waits_for_stays(s: Case) {
    let retention = || Retention {
        completed: minutes(60),
        ..Retention::default()
    };
    let root = s.submit(unit()).await;
    let of_batch = s.submit(unit().batch("nightly")).await;
    let other = s.submit(unit()).await;
    s.run_all().await;
    let (upload, child) = s.begin(items(0).after(&[root])).await;
    let (given_up, _) = s.begin(items(0).after_batch("nightly")).await;
    s.advance(minutes(61));
    let pruned = s.store.prune(retention(), s.now()).await.expect("pruned");
    assert_eq!(pruned.jobs(), 1);
    assert_eq!(s.find(other).await, None);

    s.append(upload, slice(0, 2)).await;
    assert_eq!(s.finish(upload).await, JobState::Pending);
    assert_eq!(s.job(child).await.links.after, [root]);
    s.store.abort_upload(given_up).await.expect("given up");
    let pruned = s.store.prune(retention(), s.now()).await.expect("pruned");
    assert_eq!(pruned.jobs(), 1, "nobody waits for the batch any more");
    assert_eq!(s.find(of_batch).await, None);
}

list_tests!(
    nobody_sees_an_upload,
    a_finished_upload_is_a_job_like_any_other,
    the_work_given_with_an_upload_is_ignored,
    uploads_do_not_mix,
    keys_are_unique_over_the_whole_upload,
    an_empty_upload_is_completed_at_once,
    an_upload_may_wait_for_its_time,
    an_upload_may_ask_for_what_is_new,
    nothing_stays_of_an_aborted_upload,
    an_upload_is_finished_once,
    uploads_of_a_dead_node_are_swept_at_the_next_start,
    what_an_upload_waits_for_stays,
);
