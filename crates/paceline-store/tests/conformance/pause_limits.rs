//! Pauses and limits: a paused job counts as running until the last of its work has come back.

use paceline_core::lease::{Lease, Release};
use paceline_core::limits::{LimitName, Limits};
use paceline_core::scope::Kind;
use paceline_core::{JobId, JobState};

use crate::support::{Case, Draft, items, new_items, offer, planned, unit};

/// At most one job by the limit of this name.
fn one_by(name: &LimitName) -> Limits {
    let mut limits = Limits::NONE;
    limits.set(name, Some(1));
    limits
}

fn one_by_key() -> Limits {
    one_by(&LimitName::Each(Kind::Key))
}

fn of_a_key(draft: Draft) -> Draft {
    draft.key("a")
}

impl Case {
    async fn lease(&self, leases: u32) -> Vec<Lease> {
        let claimed = self.claim_by_the_rules(vec![offer(leases)]).await;
        claimed.leases.into_iter().flatten().collect()
    }

    async fn why_it_waits(&self, job: JobId) -> String {
        let reasons = self.store.waiting_for(&[job], self.now()).await;
        let (_, why) = reasons.expect("reasons").remove(0);
        why.join("; ")
    }
}

async fn a_paused_job_counts_for_every_limit(s: Case) {
    let each = Kind::ALL.iter().map(|kind| LimitName::Each(*kind));
    for name in [LimitName::Jobs].into_iter().chain(each) {
        s.configure(one_by(&name)).await;
        let draft = || items(6).chunk(1).user("ana").queue("mail").key("a");
        let jobs = s.submit_all(vec![draft(), draft()]).await;
        assert_eq!(s.admit_by_the_rules().await, 1);
        let leases = s.lease(2).await;
        s.pause(jobs[0]).await;
        assert_eq!(s.admit_by_the_rules().await, 0, "{name}: both are in hand");
        let why = s.why_it_waits(jobs[0]).await;
        assert!(why.contains("counts as running"), "{why}");
        s.hand_back(&leases[0]).await;
        assert_eq!(s.admit_by_the_rules().await, 0, "{name}: one is in hand");
        s.succeed(&leases[1]).await;
        assert_eq!(s.admit_by_the_rules().await, 1, "{name}: all is back");
        assert_eq!(s.state(jobs[1]).await, JobState::Running);

        // It is wanted again, and another has its place.
        s.resume(jobs[0]).await;
        assert_eq!(s.state(jobs[0]).await, JobState::Pending);
        assert_eq!(s.admit_by_the_rules().await, 0, "{name}");
        let why = s.why_it_waits(jobs[0]).await;
        assert!(why.starts_with("limit: ") && why.contains("1/1"), "{why}");
        s.cancel(jobs[1]).await;
        assert_eq!(s.admit_by_the_rules().await, 1, "{name}");
        s.cancel(jobs[0]).await;
    }
}

async fn a_resumed_job_goes_on_where_it_counted(s: Case) {
    s.configure(one_by_key()).await;
    for draft in [|| items(6).chunk(1).key("a"), || unit().key("a")] {
        let jobs = s.submit_all(vec![draft(), draft()]).await;
        s.admit_by_the_rules().await;
        let first = s.lease(1).await.remove(0);
        s.pause(jobs[0]).await;
        assert_eq!(s.lease(1).await, [], "the other waits");
        s.resume(jobs[0]).await;
        assert_eq!(
            s.states_of(&jobs).await,
            [JobState::Running, JobState::Pending]
        );
        assert_eq!(s.admit_by_the_rules().await, 0);
        let more = s.lease(1).await;
        assert!(more.iter().all(|lease| lease.job == jobs[0]), "{more:?}");
        let book = s.store.rule_book().await.expect("the rules");
        assert_eq!(book.occupied.of(Kind::Key, "a"), 1);
        s.succeed(&first).await;
        s.cancel_what_is_left(&jobs).await;
    }
}

/// How the last of a job's work comes back.
#[derive(Clone, Copy, Debug)]
enum Way {
    HandBack,
    Released,
    Failed,
    Succeeded,
    NodeGone,
    Planned,
    NotPlanned,
    Cancelled,
}

/// Makes a job.
type Make = fn() -> Draft;

const WAYS: [(Make, &[Way]); 3] = [
    (
        || items(2).chunk(1).attempts(2),
        &[
            Way::HandBack,
            Way::Released,
            Way::Failed,
            Way::Succeeded,
            Way::NodeGone,
            Way::Cancelled,
        ],
    ),
    (
        || unit().attempts(2),
        &[
            Way::HandBack,
            Way::Failed,
            Way::Succeeded,
            Way::NodeGone,
            Way::Cancelled,
        ],
    ),
    (
        || planned().attempts(2),
        &[
            Way::HandBack,
            Way::Planned,
            Way::NotPlanned,
            Way::NodeGone,
            Way::Cancelled,
        ],
    ),
];

impl Case {
    async fn come(&self, way: Way, lease: &Lease) {
        match way {
            Way::HandBack => self.hand_back(lease).await,
            Way::Released => self.release(lease, vec![], Release::Normal).await,
            Way::Failed => self.fail(lease, "no").await,
            Way::Succeeded => self.succeed(lease).await,
            Way::NodeGone => self.replace_node().await,
            Way::Planned => {
                self.list(lease, new_items(["a", "b"])).await;
                self.end_plan(lease).await;
            }
            Way::NotPlanned => self.fail_plan(lease, "no").await,
            Way::Cancelled => {
                self.cancel(lease.job).await;
            }
        }
    }

    async fn states_of(&self, jobs: &[JobId]) -> Vec<JobState> {
        let mut states = Vec::new();
        for job in jobs {
            states.push(self.state(*job).await);
        }
        states
    }

    async fn cancel_what_is_left(&self, jobs: &[JobId]) {
        for job in jobs {
            if !self.state(*job).await.is_terminal() {
                self.cancel(*job).await;
            }
        }
    }
}

async fn however_the_last_work_comes_back_another_may_start(s: Case) {
    s.configure(one_by_key()).await;
    for (draft, ways) in WAYS {
        for &way in ways {
            let paused = s.submit(of_a_key(draft())).await;
            s.admit_by_the_rules().await;
            let lease = s.lease(1).await.remove(0);
            let next = s.submit(of_a_key(items(1))).await;
            s.pause(paused).await;
            assert_eq!(s.admit_by_the_rules().await, 0, "{way:?}");
            let told = s.last_event().await;
            s.come(way, &lease).await;
            assert!(s.last_event().await > told, "{way:?}: other nodes hear");
            assert_eq!(s.admit_by_the_rules().await, 1, "{way:?} of {lease:?}");
            assert_eq!(s.state(next).await, JobState::Running);
            s.cancel_what_is_left(&[next, paused]).await;
        }
    }
}

async fn a_changed_job_counts_as_before(s: Case) {
    s.configure(one_by_key()).await;
    let jobs = s
        .submit_all(vec![of_a_key(items(2)), of_a_key(items(2))])
        .await;
    s.admit_by_the_rules().await;
    let lease = s.lease(1).await.remove(0);
    s.pause(jobs[0]).await;
    let urgent = paceline_core::store::Change {
        priority: Some(paceline_core::Priority::Urgent),
        workers: Some(Some(1)),
        ..paceline_core::store::Change::default()
    };
    s.change(jobs[0], urgent).await;
    assert_eq!(s.admit_by_the_rules().await, 0);
    s.hand_back(&lease).await;
    assert_eq!(s.admit_by_the_rules().await, 1);
}

store_tests!(
    a_paused_job_counts_for_every_limit,
    a_resumed_job_goes_on_where_it_counted,
    however_the_last_work_comes_back_another_may_start,
    a_changed_job_counts_as_before,
);
