//! Whose turn it is: urgent jobs first, and equals take turns, chunks and units alike.

use paceline_core::admission::Limits;
use paceline_core::store::Change;
use paceline_core::{JobId, Priority};

use crate::support::{Case, OTHER, TASK, items, offer_of, seconds, unit};

impl Case {
    /// The jobs of the next leases, as they are given one claim after the other.
    async fn served(&self, turns: usize) -> Vec<JobId> {
        let mut served = Vec::new();
        for _ in 0..turns {
            served.push(self.claim_one().await.job);
        }
        served
    }

    /// The jobs of the leases that one claim gives.
    async fn served_at_once(&self, leases: u32) -> Vec<JobId> {
        self.claim(leases)
            .await
            .iter()
            .map(|lease| lease.job)
            .collect()
    }
}

fn count(of: JobId, served: &[JobId]) -> usize {
    served.iter().filter(|job| **job == of).count()
}

async fn equals_take_turns(s: Case) {
    let a = s.start(items(20).chunk(2)).await;
    let b = s.start(items(20).chunk(2)).await;
    assert_eq!(s.served(6).await, [a, b, a, b, a, b]);
}

async fn equals_take_turns_within_one_claim(s: Case) {
    let a = s.start(items(20).chunk(2)).await;
    let b = s.start(items(20).chunk(2)).await;
    let served = s.served_at_once(6).await;
    assert_eq!((count(a, &served), count(b, &served)), (3, 3));
}

async fn who_has_fewest_chunks_goes_first(s: Case) {
    let a = s.start(items(20).chunk(2)).await;
    assert_eq!(s.served(3).await, [a; 3]);
    let b = s.start(items(20).chunk(2)).await;
    assert_eq!(s.served(3).await, [b; 3], "until it has as many");
}

async fn who_has_fewest_chunks_goes_first_within_one_claim(s: Case) {
    let a = s.start(items(40).chunk(2)).await;
    assert_eq!(s.served(2).await, [a; 2]);
    let b = s.start(items(40).chunk(2)).await;
    let served = s.served_at_once(6).await;
    assert_eq!(
        (count(a, &served), count(b, &served)),
        (2, 4),
        "both have four in the end"
    );
}

async fn with_as_many_chunks_who_waited_longest_goes_first(s: Case) {
    let a = s.start(items(20).chunk(2)).await;
    let b = s.start(items(20).chunk(2)).await;
    for expected in [a, b, a, b] {
        let lease = s.claim_one().await;
        assert_eq!(lease.job, expected);
        s.succeed(&lease).await;
    }
}

async fn the_urgent_go_first(s: Case) {
    let low = s.start(items(4).chunk(2).priority(Priority::Low)).await;
    let urgent = s.start(items(4).chunk(2).priority(Priority::Urgent)).await;
    let served = s.served_at_once(9).await;
    let first_low = served.iter().position(|job| *job == low).expect("served");
    let last_urgent = served
        .iter()
        .rposition(|job| *job == urgent)
        .expect("served");
    assert!(last_urgent < first_low, "{served:?}");
}

/// However few leases are asked for, and however many jobs wait.
async fn the_urgent_are_found_behind_many_others(s: Case) {
    let urgent = s.start(items(8).chunk(2).priority(Priority::Urgent)).await;
    assert_eq!(
        s.served_at_once(2).await,
        [urgent; 2],
        "others were served less, and longer ago"
    );
    for _ in 0..30 {
        s.start(items(4)).await;
    }
    assert_eq!(s.served_at_once(1).await, [urgent]);
}

async fn a_full_job_lets_others_pass(s: Case) {
    let urgent = s
        .start(items(20).chunk(2).workers(1).priority(Priority::Urgent))
        .await;
    let low = s.start(items(20).chunk(2).priority(Priority::Low)).await;
    assert_eq!(s.served(3).await, [urgent, low, low]);
}

async fn a_job_without_due_work_lets_others_pass(s: Case) {
    let waiting = s
        .start(items(1).attempts(2).priority(Priority::Urgent))
        .await;
    s.fail(&s.claim_one().await, "no").await;
    let other = s.start(items(4).chunk(1)).await;
    assert_eq!(s.served(2).await, [other; 2]);
    s.advance(crate::support::seconds(10));
    assert_eq!(s.served(2).await, [waiting, other]);
}

async fn units_are_served_by_priority_then_age(s: Case) {
    use Priority::{High, Low, Normal, Urgent};
    let drafts = [Low, Normal, Urgent, Normal, High].map(|priority| unit().priority(priority));
    let jobs = s.submit_all(drafts.into()).await;
    let order = [2, 4, 1, 3, 0].map(|index| jobs[index]);
    assert_eq!(s.served(5).await, order);
}

async fn units_are_served_in_order_within_one_claim(s: Case) {
    let mut drafts: Vec<_> = (0..20).map(|_| unit()).collect();
    drafts.push(unit().priority(Priority::High));
    let jobs = s.submit_all(drafts).await;
    let served = s.served_at_once(5).await;
    assert_eq!(served, [jobs[20], jobs[0], jobs[1], jobs[2], jobs[3]]);
}

async fn units_of_two_tasks_take_turns(s: Case) {
    s.submit_all((0..10).map(|_| unit()).collect()).await;
    s.submit_all((0..10).map(|_| unit().task(OTHER)).collect())
        .await;
    let offers = vec![offer_of(&[TASK, OTHER], 6)];
    let claimed = s.claim_offers(offers, Limits::NONE).await;
    let of_other = claimed.leases[0].iter().filter(|lease| lease.task == OTHER);
    assert_eq!(of_other.count(), 3, "within one claim");
    for _ in 0..3 {
        let pair = [s.claim_one().await.task, s.claim_one().await.task];
        assert_ne!(pair[0], pair[1], "and from claim to claim");
    }
}

async fn an_urgent_job_with_items_goes_before_ordinary_units(s: Case) {
    s.submit_all((0..9).map(|_| unit()).collect()).await;
    let urgent = s.start(items(4).chunk(2).priority(Priority::Urgent)).await;
    let served = s.served_at_once(3).await;
    assert_eq!(count(urgent, &served), 3);
}

async fn urgent_units_go_before_an_ordinary_job_with_items(s: Case) {
    let chunks = s.start(items(40).chunk(2)).await;
    s.submit_all((0..3).map(|_| unit().priority(Priority::Urgent)).collect())
        .await;
    let served = s.served_at_once(4).await;
    assert_eq!(count(chunks, &served), 1);
}

async fn a_lane_is_as_urgent_as_its_next_unit(s: Case) {
    let chunks = s.start(items(40).chunk(2).priority(Priority::High)).await;
    let mut drafts: Vec<_> = (0..9).map(|_| unit()).collect();
    drafts.push(unit().priority(Priority::Urgent));
    let units = s.submit_all(drafts).await;
    let served = s.served_at_once(5).await;
    assert_eq!((served[0], count(chunks, &served)), (units[9], 4));
}

/// However far the line was served before.
async fn whoever_comes_before_the_line_is_served_next(s: Case) {
    let jobs = s.submit_all((0..9).map(|_| unit()).collect()).await;
    assert_eq!(s.served(2).await, jobs[..2]);
    let urgent = s.submit(unit().priority(Priority::Urgent)).await;
    assert_eq!(s.served(2).await, [urgent, jobs[2]]);
    let now_urgent = Change {
        priority: Some(Priority::Urgent),
        ..Change::default()
    };
    s.change(jobs[8], now_urgent).await;
    assert_eq!(s.served(2).await, [jobs[8], jobs[3]]);
    let at = s.now() + seconds(1);
    let later = s.submit(unit().priority(Priority::Urgent).at(at)).await;
    s.advance(seconds(1));
    s.tick().await;
    assert_eq!(s.served(2).await, [later, jobs[4]]);
}

/// A long job does not starve the small ones, nor they it.
async fn units_and_chunks_of_one_priority_both_move_on(s: Case) {
    let chunks = s.start(items(100).chunk(2)).await;
    s.submit_all((0..20).map(|_| unit()).collect()).await;
    let mut served = Vec::new();
    for _ in 0..12 {
        let lease = s.claim_one().await;
        s.succeed(&lease).await;
        served.push(lease.job);
    }
    let of_chunks = count(chunks, &served);
    assert!((2..=10).contains(&of_chunks), "{of_chunks} of 12 turns");
}

async fn a_changed_priority_counts_from_then_on(s: Case) {
    let jobs = s.submit_all(vec![unit(), unit(), unit()]).await;
    let a = s.start(items(20).chunk(2).task(OTHER)).await;
    let b = s.start(items(20).chunk(2).task(OTHER)).await;
    let urgent = || Change {
        priority: Some(Priority::Urgent),
        ..Change::default()
    };
    s.change(jobs[2], urgent()).await;
    s.change(b, urgent()).await;
    let first = s.claim_offers(
        vec![offer_of(&[TASK], 1), offer_of(&[OTHER], 2)],
        Limits::NONE,
    );
    let served = first.await.leases;
    assert_eq!(served[0][0].job, jobs[2]);
    assert_eq!([served[1][0].job, served[1][1].job], [b, b]);
    assert_ne!(a, b);
}

async fn a_changed_number_of_workers_counts_from_then_on(s: Case) {
    let job = s.start(items(20).chunk(2).workers(1)).await;
    assert_eq!(s.claim(9).await.len(), 1);
    let workers = |workers| Change {
        workers: Some(workers),
        ..Change::default()
    };
    s.change(job, workers(Some(3))).await;
    assert_eq!(s.claim(9).await.len(), 2);
    s.change(job, workers(Some(2))).await;
    s.nothing_to_claim().await;
    s.change(job, workers(None)).await;
    assert_eq!(s.claim(2).await.len(), 2);
    assert_eq!(s.job(job).await.options.workers, None);
}

store_tests!(
    equals_take_turns,
    equals_take_turns_within_one_claim,
    who_has_fewest_chunks_goes_first,
    who_has_fewest_chunks_goes_first_within_one_claim,
    with_as_many_chunks_who_waited_longest_goes_first,
    the_urgent_go_first,
    the_urgent_are_found_behind_many_others,
    a_full_job_lets_others_pass,
    a_job_without_due_work_lets_others_pass,
    units_are_served_by_priority_then_age,
    units_are_served_in_order_within_one_claim,
    units_of_two_tasks_take_turns,
    an_urgent_job_with_items_goes_before_ordinary_units,
    urgent_units_go_before_an_ordinary_job_with_items,
    a_lane_is_as_urgent_as_its_next_unit,
    whoever_comes_before_the_line_is_served_next,
    units_and_chunks_of_one_priority_both_move_on,
    a_changed_priority_counts_from_then_on,
    a_changed_number_of_workers_counts_from_then_on,
);
