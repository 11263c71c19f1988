//! Leases and the nodes that hold them: heartbeats, death and recovery.

use paceline_core::event::EventKind;
use paceline_core::lease::{LeasedWork, Release, ReportAnswer};
use paceline_core::scope::Scope;
use paceline_core::store::NodeNews;
use paceline_core::{ItemState, JobState, LeaseId};

use crate::support::{
    Case, OTHER, TASK, failed, failure, items, minutes, offer_of, planned, seqs, succeeded, unit,
};

use ItemState::{Failed, Pending, Running, Succeeded};

impl Case {
    /// From now on the case acts as a node that is alive for ten minutes.
    async fn as_mortal(&self) {
        let node = self.register_until(self.now() + minutes(10)).await;
        self.act_as(node);
    }

    async fn beat(&self, held: &[LeaseId]) -> Vec<LeaseId> {
        let until = self.now() + minutes(10);
        let beat = self
            .store
            .heartbeat(self.node(), held.to_vec(), until, self.now());
        beat.await.expect("a heartbeat is taken").gone
    }
}

async fn a_heartbeat_hears_of_lost_leases(s: Case) {
    let cancelled = s.submit_all(vec![unit(), unit()]).await;
    let job = s.start(items(8)).await;
    let held = s.claim(4).await;
    let ids: Vec<LeaseId> = held.iter().map(|lease| lease.id).collect();
    assert_eq!(s.heartbeat(&ids).await, []);
    for job in &cancelled {
        s.cancel(*job).await;
    }
    let of_units = held
        .iter()
        .filter(|lease| lease.job != job)
        .map(|lease| lease.id);
    let gone: Vec<LeaseId> = of_units.collect();
    assert_eq!(gone.len(), 2);
    assert_eq!(s.heartbeat(&ids).await, gone);
    let never = LeaseId(i64::MAX);
    assert_eq!(s.heartbeat(&[never]).await, [never]);
    assert_eq!(s.heartbeat(&[]).await, []);
}

/// … whoever took the pause: a heartbeat is how the node that holds the work hears of it.
async fn a_heartbeat_hears_of_what_is_called_back(s: Case) {
    let unit_of_other = s.submit(unit().task(OTHER)).await;
    let jobs = [s.submit(unit()).await, s.start(items(8)).await];
    let held: Vec<LeaseId> = {
        let claimed = s.claim_by_the_rules(vec![offer_of(&[TASK], 99)]).await;
        let leases = claimed.leases.into_iter().flatten();
        leases.map(|lease| lease.id).collect()
    };
    let of_other = s.claim_one().await;
    assert_eq!(of_other.job, unit_of_other);
    assert!(held.len() > 2, "a unit and some chunks");
    let all = [&held[..], &[of_other.id]].concat();
    assert_eq!(s.lease_news(&all).await, NodeNews::default());
    for job in jobs {
        s.pause(job).await;
    }
    let news = s.lease_news(&all).await;
    assert_eq!((news.gone, news.called_back), (vec![], held.clone()));
    for job in jobs {
        s.resume(job).await;
    }
    assert_eq!(s.lease_news(&all).await, NodeNews::default());

    let until = s.now() + minutes(5);
    s.hold(Scope::task(OTHER), Some(until)).await;
    assert_eq!(s.lease_news(&all).await.called_back, [of_other.id]);
    s.advance(minutes(5));
    assert_eq!(s.lease_news(&all).await.called_back, [], "its time is over");
}

async fn a_reported_lease_is_gone(s: Case) {
    s.start(items(4)).await;
    let lease = s.claim_one().await;
    s.partly(&lease, vec![succeeded(0)]).await;
    assert_eq!(s.heartbeat(&[lease.id]).await, []);
    s.partly(&lease, vec![succeeded(1)]).await;
    s.release(&lease, vec![], Release::Normal).await;
    assert_eq!(s.heartbeat(&[lease.id]).await, [lease.id]);
}

async fn a_node_that_beats_keeps_its_leases(s: Case) {
    s.as_mortal().await;
    s.start(items(4)).await;
    let lease = s.claim_one().await;
    for _ in 0..5 {
        s.advance(minutes(8));
        assert_eq!(s.beat(&[lease.id]).await, []);
        assert_eq!(s.tick().await.recovered, 0);
    }
    s.succeed(&lease).await;
}

async fn the_leases_of_a_dead_node_are_taken_back(s: Case) {
    s.as_mortal().await;
    let job = s.start(items(8)).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease), [0, 1, 2, 3]);
    s.partly(&lease, vec![succeeded(1), failed(2, failure("no"))])
        .await;

    s.advance(minutes(9));
    assert_eq!(s.tick().await.recovered, 0, "it may still beat");
    s.advance(minutes(2));
    assert_eq!(s.tick().await.recovered, 1);
    assert_eq!(s.tick().await.recovered, 0, "once");

    assert_eq!(
        s.item_states(job).await[..4],
        [Pending, Succeeded, Failed, Pending]
    );
    assert_eq!(s.counters(job).await.running, 0);
    assert_eq!(s.item(job, "k0").await.attempts, 0, "nobody is charged");
    assert_eq!(s.state(job).await, JobState::Running);
    assert!(s.kinds_of(job).await.contains(&EventKind::Recovered));
    assert_eq!(s.late_success(&lease).await, ReportAnswer::Lost);
    assert_eq!(
        s.beat(&[lease.id]).await,
        [lease.id],
        "should it come back, it hears so"
    );

    s.act_as(s.register().await);
    let mut left: Vec<u32> = Vec::new();
    for lease in s.claim(20).await {
        left.extend(seqs(&lease));
    }
    left.sort_unstable();
    assert_eq!(left, [0, 3, 4, 5, 6, 7], "at the next unfinished item");
}

async fn units_and_plans_of_a_dead_node_are_taken_back(s: Case) {
    s.as_mortal().await;
    let single = s.submit(unit()).await;
    let one = s.claim_one().await;
    let planning = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.advance(minutes(11));
    assert_eq!(s.tick().await.recovered, 2);
    let job = s.job(single).await;
    assert_eq!(
        (job.state, job.attempt, job.counters.running),
        (JobState::Pending, 1, 0)
    );
    assert_eq!(s.late_success(&one).await, ReportAnswer::Lost);
    assert_eq!(s.beat(&[plan.id]).await, [plan.id]);

    s.act_as(s.register().await);
    let leases = s.claim(9).await;
    assert_eq!(leases.len(), 2);
    for lease in leases {
        assert!(lease.id > plan.id);
        let expected = if lease.job == planning {
            LeasedWork::Plan
        } else {
            LeasedWork::Unit
        };
        assert_eq!(lease.work, expected);
    }
}

async fn a_removed_node_gives_back_its_leases(s: Case) {
    let single = s.submit(unit()).await;
    s.claim_one().await;
    let job = s.start(items(4)).await;
    let lease = s.claim_one().await;
    s.store
        .remove_node(s.node(), s.now())
        .await
        .expect("removed");
    assert_eq!(s.item_states(job).await, [Pending; 4]);
    assert_eq!(s.state(single).await, JobState::Pending);
    assert_eq!(s.late_success(&lease).await, ReportAnswer::Lost);
}

async fn a_paused_job_stays_paused_through_a_recovery(s: Case) {
    let job = s.start(items(4)).await;
    s.claim_one().await;
    s.pause(job).await;
    let single = s.submit(unit()).await;
    s.claim_one().await;
    s.pause(single).await;
    s.replace_node().await;
    assert_eq!(s.state(job).await, JobState::Paused);
    assert_eq!(s.state(single).await, JobState::Paused);
    assert_eq!(s.item_states(job).await, [Pending; 4]);
    s.nothing_to_claim().await;
    s.resume(job).await;
    s.resume(single).await;
    s.run_all().await;
    assert_eq!(s.item_states(job).await, [Succeeded; 4]);
    assert_eq!(s.state(single).await, JobState::Completed);
}

async fn recovered_retries_keep_their_count(s: Case) {
    let job = s.start(items(1).attempts(3)).await;
    s.fail(&s.claim_one().await, "no").await;
    s.advance(minutes(1));
    s.claim_one().await;
    assert_eq!(s.item_states(job).await, [Running]);
    s.replace_node().await;
    assert_eq!(s.item(job, "k0").await.attempts, 1);
    let lease = s.claim_one().await;
    let LeasedWork::Chunk(items) = &lease.work else {
        panic!("{lease:?}")
    };
    assert_eq!(items[0].attempt, 2);
}

async fn a_lease_belongs_to_who_claimed_it(s: Case) {
    let first = s.node();
    let second = s.register().await;
    assert_ne!(first, second);
    s.submit(unit()).await;
    s.start(items(8)).await;
    s.act_as(second);
    let leases = s.claim(2).await;
    s.store.remove_node(first, s.now()).await.expect("removed");
    assert_eq!(leases.len(), 2);
    for lease in &leases {
        assert_eq!(s.heartbeat(&[lease.id]).await, []);
        s.succeed(lease).await;
    }
}

/// A node that died says nothing against the items that it held.
async fn recovered_items_are_no_suspects(s: Case) {
    s.start(items(8)).await;
    let lease = s.claim_one().await;
    s.replace_node().await;
    assert_eq!(seqs(&s.claim_one().await), seqs(&lease));
}

store_tests!(
    a_heartbeat_hears_of_lost_leases,
    a_heartbeat_hears_of_what_is_called_back,
    a_reported_lease_is_gone,
    a_node_that_beats_keeps_its_leases,
    the_leases_of_a_dead_node_are_taken_back,
    units_and_plans_of_a_dead_node_are_taken_back,
    a_removed_node_gives_back_its_leases,
    a_paused_job_stays_paused_through_a_recovery,
    recovered_retries_keep_their_count,
    a_lease_belongs_to_who_claimed_it,
    recovered_items_are_no_suspects,
);
