//! Jobs that wait for others: when they start, when they are cancelled, and what a second run of a
//! parent means for them.

use paceline_core::dependency::Policy;
use paceline_core::event::EventKind;
use paceline_core::lease::LeasedWork;
use paceline_core::links::{Links, Parent};
use paceline_core::store::{Action, Refusal, Retention, StoreError};
use paceline_core::{ErrorKind, JobId, JobState, Json};

use crate::support::{Case, Draft, items, minutes, planned, unit};

impl Case {
    async fn states<const N: usize>(&self, jobs: [JobId; N]) -> [JobState; N] {
        let mut states = [JobState::Pending; N];
        for (state, job) in states.iter_mut().zip(jobs) {
            *state = self.state(job).await;
        }
        states
    }

    /// Submits and fails a unit job.
    async fn failed(&self) -> JobId {
        let id = self.submit(unit()).await;
        self.fail(&self.claim_one().await, "no").await;
        id
    }

    async fn refuses(&self, job: JobId, action: Action) -> String {
        let done = self.act(job, action).await;
        match &done.refused[..] {
            [(_, Refusal::State(refused))] => refused.to_string(),
            other => panic!("{other:?}"),
        }
    }

    async fn reason(&self, job: JobId) -> String {
        let error = self.job(job).await.error.expect("it says why");
        assert_eq!(error.kind, ErrorKind::Dependency);
        error.message
    }
}

async fn a_child_starts_when_all_its_parents_have_completed(s: Case) {
    let first = s.submit(unit().named("first")).await;
    let second = s.submit(unit().named("second")).await;
    let child = s.submit(unit().after(&[first, second, first])).await;
    let asked = Links {
        after: vec![first, second],
        after_policy: Some(Policy::Completed),
        ..Links::default()
    };
    assert_eq!(s.job(child).await.links, asked);
    assert_eq!(
        s.why(child).await,
        "waits for 2 of 2 jobs to complete: first (pending), second (pending)"
    );

    let leases = s.claim(9).await;
    let jobs: Vec<JobId> = leases.iter().map(|lease| lease.job).collect();
    assert_eq!(jobs, [first, second], "the child is not among them");
    s.succeed(&leases[0]).await;
    assert_eq!(s.state(child).await, JobState::Blocked);
    assert_eq!(
        s.why(child).await,
        "waits for 1 of 2 jobs to complete: second (running)"
    );
    s.nothing_to_claim().await;
    s.succeed(&leases[1]).await;
    assert_eq!(s.state(child).await, JobState::Pending);
    assert_eq!(
        s.kinds_of(child).await,
        [EventKind::Submitted, EventKind::Unblocked]
    );
    s.run_all().await;
    assert_eq!(s.state(child).await, JobState::Completed);
}

impl Case {
    async fn why(&self, job: JobId) -> String {
        let reasons = self.store.waiting_for(&[job], self.now()).await;
        reasons.expect("reasons").remove(0).1.join("; ")
    }
}

async fn parents_that_have_ended_count_at_once(s: Case) {
    let done = s.submit(unit()).await;
    s.run_all().await;
    let free = s.submit(unit().after(&[done])).await;
    let later = s.now() + minutes(5);
    let timed = s.submit(unit().after(&[done]).at(later)).await;
    assert_eq!(
        s.states([free, timed]).await,
        [JobState::Pending, JobState::Scheduled]
    );
    s.run_all().await;

    let failed = s.failed().await;
    let dropped = s.submit(unit().after(&[done, failed])).await;
    assert_eq!(s.state(dropped).await, JobState::Cancelled);
    let name = s.job(failed).await.name;
    assert_eq!(
        s.reason(dropped).await,
        format!("depends on {name}, which failed")
    );
    assert_eq!(
        s.kinds_of(dropped).await,
        [EventKind::Submitted, EventKind::Cancelled]
    );
    let anyway = s
        .submit(unit().after(&[failed]).policy(Policy::Finished))
        .await;
    let handler = s
        .submit(unit().after(&[failed]).policy(Policy::Failed))
        .await;
    let idle = s.submit(unit().after(&[done]).policy(Policy::Failed)).await;
    assert_eq!(
        s.states([anyway, handler, idle]).await,
        [JobState::Pending, JobState::Pending, JobState::Cancelled]
    );
}

async fn a_failure_cascades_and_is_handled(s: Case) {
    let root = s.submit(unit().named("root")).await;
    let middle = s.submit(items(3).named("middle").after(&[root])).await;
    let leaf = s.submit(planned().after(&[middle])).await;
    let anyway = s
        .submit(unit().after(&[middle]).policy(Policy::Finished))
        .await;
    let handler = s.submit(unit().after(&[leaf]).policy(Policy::Failed)).await;
    let idle = s
        .submit(unit().after(&[anyway]).policy(Policy::Failed))
        .await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(
        s.states([root, middle, leaf, anyway, handler, idle]).await,
        [
            JobState::Failed,
            JobState::Cancelled,
            JobState::Cancelled,
            JobState::Pending,
            JobState::Pending,
            JobState::Blocked,
        ]
    );
    assert_eq!(s.reason(middle).await, "depends on root, which failed");
    assert_eq!(
        s.reason(leaf).await,
        "depends on middle, which was cancelled because of what it depends on"
    );
    s.run_all().await;
    assert_eq!(
        s.states([anyway, handler, idle]).await,
        [
            JobState::Completed,
            JobState::Completed,
            JobState::Cancelled
        ]
    );
}

async fn a_cancel_cascades_too(s: Case) {
    let root = s.submit(unit().named("root")).await;
    let child = s.submit(unit().after(&[root])).await;
    let paused = s.submit(unit().after(&[root])).await;
    s.pause(paused).await;
    s.cancel(root).await;
    assert_eq!(
        s.states([child, paused]).await,
        [JobState::Cancelled, JobState::Cancelled]
    );
    assert_eq!(
        s.reason(paused).await,
        "depends on root, which was cancelled"
    );
    s.nothing_to_claim().await;
}

async fn a_diamond_runs_in_its_order(s: Case) {
    let top = s.submit(unit()).await;
    let left = s.submit(unit().after(&[top])).await;
    let right = s.submit(items(4).chunk(2).after(&[top])).await;
    let bottom = s.submit(unit().after(&[left, right])).await;
    let graph = s
        .store
        .graph(left, 10)
        .await
        .expect("a graph")
        .expect("it is there");
    assert_eq!((graph.job.id, graph.job.after), (left, vec![top]));
    let of = |nodes: Vec<paceline_core::links::Node>| -> Vec<(JobId, Vec<JobId>)> {
        nodes
            .into_iter()
            .map(|node| (node.id, node.after))
            .collect()
    };
    assert_eq!(of(graph.ancestors), [(top, vec![])]);
    // Of the parents of `bottom` only those that are in the picture.
    assert_eq!(of(graph.descendants), [(bottom, vec![left])]);
    let all = s
        .store
        .graph(top, 2)
        .await
        .expect("a graph")
        .expect("it is there");
    assert!(all.truncated && all.descendants.len() == 2);
    s.run_all().await;
    let mut ends = Vec::new();
    for event in s.events_after(paceline_core::id::EventSeq(0)).await {
        if event.kind == EventKind::Completed {
            ends.extend(event.job);
        }
    }
    assert_eq!(ends.len(), 4);
    assert_eq!((ends[0], ends[3]), (top, bottom));
}

async fn a_retried_parent_revives_what_was_cancelled_because_of_it(s: Case) {
    let root = s.submit(unit()).await;
    let other = s.submit(unit().at(s.now() + minutes(60))).await;
    let child = s.submit(items(2).after(&[root])).await;
    let grandchild = s.submit(unit().after(&[child, other])).await;
    let by_hand = s.submit(unit().after(&[root])).await;
    s.cancel(by_hand).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(
        s.states([child, grandchild]).await,
        [JobState::Cancelled, JobState::Cancelled]
    );
    assert_eq!(
        s.refuses(child, Action::Retry).await,
        "cannot retry a job that is cancelled: a job that it depends on did not end as required; \
         retry or restart that one"
    );

    s.retry(root).await;
    assert_eq!(
        s.states([child, grandchild, by_hand]).await,
        [JobState::Blocked, JobState::Blocked, JobState::Cancelled]
    );
    let revived = s.job(child).await;
    assert_eq!((revived.error, revived.finished_at), (None, None));
    assert_eq!(revived.counters.remaining(), 2);
    s.run_all().await;
    assert_eq!(
        s.states([root, child, grandchild]).await,
        [JobState::Completed, JobState::Completed, JobState::Blocked]
    );

    // What has run stays; what has not started waits again.
    s.restart(root).await;
    assert_eq!(s.state(child).await, JobState::Completed);
    s.restart(child).await;
    assert_eq!(s.state(child).await, JobState::Blocked, "behind its parent");
    s.run_all().await;
    assert_eq!(s.state(child).await, JobState::Completed);
}

async fn a_parent_that_begins_anew_is_waited_for_again(s: Case) {
    let root = s.submit(unit()).await;
    s.run_all().await;
    let child = s.submit(unit().after(&[root])).await;
    let running = s.submit(unit().after(&[root])).await;
    let leases = s.claim(9).await;
    let of_child = leases.iter().find(|lease| lease.job == child);
    s.hand_back(of_child.expect("leased")).await;
    // Both have started: a lease that is handed back does not undo that.
    s.restart(root).await;
    assert_eq!(
        s.states([child, running]).await,
        [JobState::Pending, JobState::Running]
    );
    let fresh = s.submit(unit().after(&[root])).await;
    assert_eq!(s.state(fresh).await, JobState::Blocked);
    let of_root = s.claim(9).await;
    let lease = of_root.iter().find(|lease| lease.job == root);
    s.succeed(lease.expect("the parent runs")).await;
    assert_eq!(s.state(fresh).await, JobState::Pending);
    s.restart(root).await;
    assert_eq!(
        s.state(fresh).await,
        JobState::Blocked,
        "it has not started"
    );
    assert_eq!(
        s.kinds_of(fresh).await,
        [
            EventKind::Submitted,
            EventKind::Unblocked,
            EventKind::Blocked
        ]
    );
}

async fn a_blocked_job_can_be_paused_and_resumed(s: Case) {
    let root = s.submit(unit()).await;
    let child = s.submit(unit().after(&[root])).await;
    let empty = s.submit(items(0).after(&[root])).await;
    assert_eq!(s.state(empty).await, JobState::Blocked);
    s.pause(child).await;
    s.pause(empty).await;
    s.resume(child).await;
    assert_eq!(s.state(child).await, JobState::Blocked);
    s.pause(child).await;
    s.run_all().await;
    assert_eq!(s.state(child).await, JobState::Paused);
    s.resume(child).await;
    s.resume(empty).await;
    assert_eq!(
        s.states([child, empty]).await,
        [JobState::Pending, JobState::Completed]
    );
}

async fn a_job_with_nothing_to_do_waits_too(s: Case) {
    let root = s.submit(unit()).await;
    let empty = s.submit(items(0).after(&[root])).await;
    let child = s.submit(unit().after(&[empty])).await;
    assert_eq!(
        s.states([empty, child]).await,
        [JobState::Blocked, JobState::Blocked]
    );
    s.succeed(&s.claim_one().await).await;
    assert_eq!(
        s.states([empty, child]).await,
        [JobState::Completed, JobState::Pending]
    );
}

async fn a_batch_is_waited_for_as_it_is_at_the_submission(s: Case) {
    s.submit_all(vec![unit().batch("night"), items(2).batch("night")])
        .await;
    let child = s.submit(unit().after_batch("night").batch("night")).await;
    let late = s
        .submit(unit().batch("night").at(s.now() + minutes(5)))
        .await;
    assert_eq!(s.job(child).await.links.after.len(), 2);
    s.run_all().await;
    assert_eq!(
        s.states([child, late]).await,
        [JobState::Completed, JobState::Scheduled]
    );
}

async fn one_submission_holds_a_whole_graph(s: Case) {
    let jobs: Vec<_> = (0..3).map(|_| s.job_of(unit())).collect();
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let mut jobs = jobs;
    jobs[0].batch = Some("first".to_owned());
    jobs[1].links.after = vec![Parent::Job(ids[0])];
    jobs[2].links.after = vec![Parent::Batch("first".to_owned()), Parent::Job(ids[1])];
    let submitted = s.store.submit(jobs, s.now()).await.expect("taken");
    let states: Vec<JobState> = submitted.iter().map(|job| job.state).collect();
    assert_eq!(
        states,
        [JobState::Pending, JobState::Blocked, JobState::Blocked]
    );
    s.run_all().await;
    assert_eq!(s.state(ids[2]).await, JobState::Completed);
}

async fn nothing_is_taken_that_waits_for_what_is_not_there(s: Case) {
    let unknown = s.new_id();
    let before = s.snapshot().await;
    let drafts = || [unit().after(&[unknown]), unit().after_batch("none")];
    let missing = [Parent::Job(unknown), Parent::Batch("none".to_owned())];
    for (draft, missing) in drafts().into_iter().zip(missing) {
        let refused = s.try_submit(vec![unit(), draft.clone()]).await;
        assert!(
            matches!(&refused, Err(StoreError::NoSuchParent(parent)) if *parent == missing),
            "{refused:?}"
        );
        let job = s.job_of(draft);
        let upload = s.store.begin_upload(job, s.now()).await;
        assert!(matches!(upload, Err(StoreError::NoSuchParent(_))));
    }
    assert_eq!(s.snapshot().await, before);
    // A job cannot wait for itself, nor for one that comes after it.
    let mut job = s.job_of(unit());
    job.links.after = vec![Parent::Job(job.id)];
    let refused = s.store.submit(vec![job], s.now()).await;
    assert!(matches!(refused, Err(StoreError::NoSuchParent(_))));
}

async fn a_streamed_job_waits(s: Case) {
    let root = s.submit(unit()).await;
    let job = s.job_of(items(0).after(&[root]).policy(Policy::Finished));
    let id = job.id;
    let upload = s.store.begin_upload(job, s.now()).await.expect("begun");
    let lines = crate::support::new_items(["a", "b"]);
    s.store.append_upload(upload, lines).await.expect("taken");
    let submitted = s.store.finish_upload(upload, s.now()).await;
    assert_eq!(submitted.expect("finished").state, JobState::Blocked);
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.state(id).await, JobState::Pending);
}

async fn parents_leave_their_results(s: Case) {
    let number = s.submit(unit().named("number")).await;
    let list = s.submit(items(2).named("list")).await;
    s.run_all().await;
    let child = s.submit(items(2).chunk(1).after(&[number, list])).await;
    let unit_child = s.submit(unit().after(&[list])).await;
    s.admit().await;
    let leases = s.claim(9).await;
    for lease in leases.iter().filter(|lease| lease.job == child) {
        assert!(matches!(lease.work, LeasedWork::Chunk(_)));
        let [unit, items] = &lease.parents[..] else {
            panic!("{:?}", lease.parents);
        };
        assert_eq!((unit.id, &*unit.name), (number, "number"));
        assert_eq!(unit.result, s.job(number).await.result);
        assert_eq!((items.succeeded, items.result.clone()), (2, None));
        let keys: Vec<&str> = items.items.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["k0", "k1"]);
        assert_eq!(
            items.items[0].1,
            s.item(list, "k0").await.result.unwrap_or(Json::null())
        );
    }
    let of_unit = leases.iter().find(|lease| lease.job == unit_child);
    assert_eq!(of_unit.expect("leased").parents.len(), 1);
}

async fn what_is_needed_is_neither_deleted_nor_cleaned_up(s: Case) {
    let root = s.submit(unit()).await;
    let plain = s.submit(unit()).await;
    s.run_all().await;
    let child = s
        .submit(unit().after(&[root]).at(s.now() + minutes(100_000)))
        .await;
    assert_eq!(
        s.refuses(root, Action::Delete).await,
        "cannot delete a job that is completed: a job that depends on it has not ended"
    );
    s.advance(Retention::default().completed + minutes(1));
    s.store
        .prune(Retention::default(), s.now())
        .await
        .expect("cleaned up");
    assert!(s.find(root).await.is_some() && s.find(plain).await.is_none());
    s.cancel(child).await;
    s.delete(root).await;
    assert_eq!(s.job(child).await.links.after, []);
    s.restart(child).await;
    assert_eq!(
        s.state(child).await,
        JobState::Pending,
        "nothing is left to wait for"
    );
}

async fn a_thousand_wait_for_one_and_one_for_a_thousand(s: Case) {
    let root = s.submit(unit()).await;
    let children = s
        .submit_all(
            (0..1_000)
                .map(|_| unit().after(&[root]))
                .collect::<Vec<Draft>>(),
        )
        .await;
    let last = s.submit(unit().after(&children)).await;
    assert_eq!(s.counts_of(JobState::Blocked).await, 1_001);
    s.succeed(&s.claim_one().await).await;
    assert_eq!(s.counts_of(JobState::Pending).await, 1_000);
    let leases = s.claim(1_000).await;
    s.succeed_all(&leases).await;
    assert_eq!(s.state(last).await, JobState::Pending);

    let root = s.submit(unit().at(s.now() + minutes(5))).await;
    let children = s
        .submit_all(
            (0..1_000)
                .map(|_| unit().after(&[root]))
                .collect::<Vec<Draft>>(),
        )
        .await;
    s.submit(unit().after(&children)).await;
    s.cancel(root).await;
    assert_eq!(s.counts_of(JobState::Cancelled).await, 1_002);
    s.retry(root).await;
    assert_eq!(s.counts_of(JobState::Blocked).await, 1_001);
}

impl Case {
    async fn counts_of(&self, state: JobState) -> u64 {
        self.store.counts().await.expect("counts")[&state]
    }
}

store_tests!(
    a_child_starts_when_all_its_parents_have_completed,
    parents_that_have_ended_count_at_once,
    a_failure_cascades_and_is_handled,
    a_cancel_cascades_too,
    a_diamond_runs_in_its_order,
    a_retried_parent_revives_what_was_cancelled_because_of_it,
    a_parent_that_begins_anew_is_waited_for_again,
    a_blocked_job_can_be_paused_and_resumed,
    a_job_with_nothing_to_do_waits_too,
    a_batch_is_waited_for_as_it_is_at_the_submission,
    one_submission_holds_a_whole_graph,
    nothing_is_taken_that_waits_for_what_is_not_there,
    a_streamed_job_waits,
    parents_leave_their_results,
    what_is_needed_is_neither_deleted_nor_cleaned_up,
    a_thousand_wait_for_one_and_one_for_a_thousand,
);
