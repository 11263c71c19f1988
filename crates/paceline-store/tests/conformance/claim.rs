//! Leasing: what a lease says, how large chunks are, and what is never leased.

use std::collections::HashSet;

use paceline_core::admission::Limits;
use paceline_core::event::EventKind;
use paceline_core::lease::LeasedWork;
use paceline_core::store::Offer;
use paceline_core::{ItemState, JobState, LeaseId, Seq, Time, chunk};

use crate::support::{
    Case, OTHER, TASK, items, keyed, minutes, offer, offer_of, planned, seconds, seqs, succeeded,
    unit,
};

fn by_workers(workers: u32, leases: u32) -> Vec<Offer> {
    vec![Offer {
        workers,
        ..offer(leases)
    }]
}

impl Case {
    /// The next time that a claim without a wish for work tells.
    async fn claims_next_due(&self) -> Option<Time> {
        self.claim_offers(vec![offer(1)], Limits::NONE)
            .await
            .next_due
    }

    async fn cancel_all(&self) {
        for job in self.all_jobs().await {
            if !job.state.is_terminal() {
                self.cancel(job.id).await;
            }
        }
    }
}

async fn a_unit_is_started_and_leased_in_one_step(s: Case) {
    let id = s
        .submit(unit().params("{\"x\":1}").timeout(minutes(3)))
        .await;
    s.advance(seconds(1));
    let lease = s.claim_one().await;
    assert_eq!((lease.job, lease.task.as_str()), (id, TASK));
    assert_eq!((lease.work, lease.attempt), (LeasedWork::Unit, 1));
    assert_eq!(lease.params.as_str(), "{\"x\":1}");
    assert_eq!(lease.time_left, minutes(3));

    let job = s.job(id).await;
    assert_eq!(*lease.options, *job.options);
    assert_eq!(
        (job.state, job.started_at),
        (JobState::Running, Some(s.now()))
    );
    assert_eq!(job.counters.running, 1);
    assert_eq!(
        s.kinds_of(id).await,
        [EventKind::Submitted, EventKind::Started]
    );
    s.nothing_to_claim().await;
}

async fn a_chunk_says_all_that_its_worker_needs(s: Case) {
    let draft = keyed(["a", "b"])
        .params("{\"m\": 2}")
        .timeout(minutes(10))
        .workers(1);
    let id = s.start(draft).await;
    s.advance(minutes(4));
    let lease = s.claim_one().await;
    assert_eq!(
        (lease.job, lease.task.as_str(), lease.attempt),
        (id, TASK, 1)
    );
    assert_eq!(
        (lease.params.as_str(), lease.time_left),
        ("{\"m\": 2}", minutes(6))
    );
    assert_eq!(*lease.options, *s.job(id).await.options);
    let LeasedWork::Chunk(leased) = lease.work else {
        panic!("no chunk: {lease:?}")
    };
    assert_eq!(leased.len(), 1);
    let item = &leased[0];
    assert_eq!(
        (item.seq, item.key.as_deref(), item.attempt),
        (Seq(0), Some("a"), 1)
    );
    assert_eq!(item.payload, s.item(id, "a").await.payload);
}

async fn leased_items_are_running(s: Case) {
    use ItemState::{Pending, Running};
    let id = s.start(keyed(["a", "b", "c"])).await;
    s.claim_one().await;
    assert_eq!(s.item_states(id).await, [Running, Running, Pending]);
    let counters = s.counters(id).await;
    assert_eq!((counters.running, counters.remaining()), (2, 3));
}

/// Drains a job chunk by chunk: each size is as the rule says, each item comes once, in order.
async fn chunks_are_as_large_as_the_rule_says(s: Case) {
    for (count, workers, limit, most) in
        [(100, 1, None, 50), (100, 4, None, 10), (30, 8, Some(2), 50)]
    {
        let draft = items(count).chunk(most);
        s.start(match limit {
            Some(limit) => draft.workers(limit),
            None => draft,
        })
        .await;
        let mut next = 0;
        while next < count {
            let claimed = s.claim_offers(by_workers(workers, 1), Limits::NONE).await;
            let lease = &claimed.leases[0][0];
            let size = chunk::size(count - next, workers.min(limit.unwrap_or(workers)), most);
            let expected: Vec<u32> = (next..next + size).collect();
            assert_eq!(seqs(lease), expected, "{count} items, {workers} workers");
            next += size;
            s.succeed(lease).await;
        }
        s.nothing_to_claim().await;
    }
}

async fn no_job_has_more_chunks_than_workers(s: Case) {
    s.start(items(20).chunk(2).workers(2)).await;
    let leases = s.claim(10).await;
    assert_eq!(leases.len(), 2);
    s.nothing_to_claim().await;
    s.partly(&leases[0], vec![succeeded(0)]).await;
    s.nothing_to_claim().await;
    s.succeed(&leases[1]).await;
    assert_eq!(s.claim(10).await.len(), 1);
}

async fn an_offer_is_never_exceeded(s: Case) {
    s.submit_all((0..5).map(|_| unit()).collect()).await;
    s.start(items(20).chunk(2)).await;
    assert_eq!(s.claim(0).await, []);
    assert_eq!(s.claim(3).await.len(), 3);
    assert_eq!(s.claim(4).await.len(), 4);
}

async fn offers_get_work_of_their_tasks_only(s: Case) {
    let mine = s.submit(unit().task("a")).await;
    let chunks = s.start(items(4).chunk(1).task("b")).await;
    s.submit(unit().task("c")).await;
    let offers = vec![
        offer_of(&["z"], 5),
        offer_of(&["b"], 2),
        offer_of(&["b", "a"], 5),
        offer_of(&[], 5),
    ];
    let claimed = s.claim_offers(offers, Limits::NONE).await;
    let of = |offer: usize| -> Vec<_> {
        claimed.leases[offer]
            .iter()
            .map(|lease| lease.job)
            .collect()
    };
    assert_eq!(of(0), []);
    assert_eq!(of(1), [chunks, chunks]);
    let third: HashSet<_> = of(2).into_iter().collect();
    assert_eq!((of(2).len(), third), (3, HashSet::from([mine, chunks])));
    assert_eq!(of(3), []);
}

async fn units_of_several_tasks_in_one_offer(s: Case) {
    let drafts = vec![unit().task(OTHER), unit(), unit().task(OTHER)];
    let jobs = s.submit_all(drafts).await;
    let claimed = s
        .claim_offers(vec![offer_of(&[TASK, OTHER], 9)], Limits::NONE)
        .await;
    let of: HashSet<_> = claimed.leases[0].iter().map(|lease| lease.job).collect();
    assert_eq!(of, jobs.into_iter().collect());
}

async fn what_may_not_run_is_not_leased(s: Case) {
    for draft in [unit(), items(3), planned()] {
        let paused = s.start(draft.clone()).await;
        s.pause(paused).await;
        let cancelled = s.start(draft.clone()).await;
        s.cancel(cancelled).await;
        s.submit(draft.at(s.now() + seconds(1))).await;
    }
    s.submit(items(0)).await;
    s.admit().await;
    let before = s.snapshot().await;
    s.nothing_to_claim().await;
    assert_eq!(s.snapshot().await, before);
}

async fn items_wait_for_the_admission_of_their_job(s: Case) {
    s.submit(items(3)).await;
    s.nothing_to_claim().await;
    s.admit().await;
    assert_eq!(s.claim(1).await.len(), 1);
}

async fn no_lease_number_is_given_twice(s: Case) {
    let mut newest = LeaseId(0);
    for round in 0..4 {
        s.submit(unit()).await;
        s.start(items(2).chunk(1)).await;
        let mut leases: Vec<LeaseId> = s.claim(9).await.iter().map(|lease| lease.id).collect();
        leases.sort();
        leases.dedup();
        assert_eq!(leases.len(), 3);
        assert!(leases[0] > newest, "{leases:?} after {newest}");
        newest = leases[2];
        if round % 2 == 0 {
            s.replace_node().await;
        }
        s.cancel_all().await;
    }
}

async fn the_next_time_is_told_with_every_answer(s: Case) {
    assert_eq!(s.claims_next_due().await, None);
    let at = s.now() + minutes(5);
    s.submit(unit().at(at)).await;
    assert_eq!(s.claims_next_due().await, Some(at));

    let first = s.start(items(1).attempts(2)).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.claims_next_due().await, Some(s.now() + seconds(10)));
    assert_eq!(s.state(first).await, JobState::Running);

    s.start(items(1).timeout(seconds(4))).await;
    assert_eq!(s.claims_next_due().await, Some(s.now() + seconds(4)));
}

async fn when_there_is_nothing_nothing_is_written(s: Case) {
    s.submit(unit().at(s.now() + seconds(9))).await;
    s.start(items(1)).await;
    s.claim_one().await;
    let ear = s.listen().await;
    let before = s.snapshot().await;
    s.nothing_to_claim().await;
    assert_eq!(s.snapshot().await, before);
    s.submit(unit()).await;
    let told = s.last_event().await;
    ear.hears(told).await;
    assert_eq!(ear.heard(), [told], "the hook was not called before");
}

store_tests!(
    a_unit_is_started_and_leased_in_one_step,
    a_chunk_says_all_that_its_worker_needs,
    leased_items_are_running,
    chunks_are_as_large_as_the_rule_says,
    no_job_has_more_chunks_than_workers,
    an_offer_is_never_exceeded,
    offers_get_work_of_their_tasks_only,
    units_of_several_tasks_in_one_offer,
    what_may_not_run_is_not_leased,
    items_wait_for_the_admission_of_their_job,
    no_lease_number_is_given_twice,
    the_next_time_is_told_with_every_answer,
    when_there_is_nothing_nothing_is_written,
);
