//! What workers say.

use std::time::Duration;

use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportAnswer, ReportBody};
use paceline_core::{ErrorKind, Failure, Json, Seq};

use super::{Case, seqs};

/// How long each reported attempt took.
const TOOK: Duration = Duration::from_millis(20);

/// The item succeeded, with the result `{"of": <position>}`.
pub(crate) fn succeeded(seq: u32) -> ItemReport {
    let result = Json::from_checked(format!("{{\"of\": {seq}}}"));
    ItemReport {
        seq: Seq(seq),
        outcome: Outcome::Succeeded(result),
        duration: TOOK,
    }
}

pub(crate) fn failed(seq: u32, failure: Failure) -> ItemReport {
    ItemReport {
        seq: Seq(seq),
        outcome: Outcome::Failed(failure),
        duration: TOOK,
    }
}

/// The handler raised.
pub(crate) fn failure(message: &str) -> Failure {
    Failure::new(ErrorKind::Handler, message)
}

/// Items as a planner lists them.
pub(crate) fn new_items<const N: usize>(keys: [&str; N]) -> Vec<NewItem> {
    let item = |key: &str| NewItem {
        key: Some(key.to_owned()),
        payload: Json::from_checked(format!("{{\"planned\": {key:?}}}")),
    };
    keys.into_iter().map(item).collect()
}

/// Whatever was leased, each of it ended so.
fn whole(lease: &Lease, each: impl Fn(u32) -> Outcome) -> ReportBody {
    match &lease.work {
        LeasedWork::Unit => ReportBody::Unit {
            outcome: each(0),
            duration: TOOK,
        },
        LeasedWork::Plan => panic!("a plan has no outcome: {lease:?}"),
        LeasedWork::Chunk(_) => ReportBody::Chunk {
            items: seqs(lease)
                .into_iter()
                .map(|seq| ItemReport {
                    seq: Seq(seq),
                    outcome: each(seq),
                    duration: TOOK,
                })
                .collect(),
            release: Some(Release::Normal),
        },
    }
}

/// The report that all that was leased succeeded.
pub(crate) fn success(lease: &Lease) -> LeaseReport {
    LeaseReport {
        lease: lease.id,
        job: lease.job,
        body: whole(lease, |seq| succeeded(seq).outcome),
    }
}

impl Case {
    pub(crate) async fn report(&self, lease: &Lease, body: ReportBody) -> ReportAnswer {
        let report = LeaseReport {
            lease: lease.id,
            job: lease.job,
            body,
        };
        let answers = self.reports(vec![report]).await;
        assert_eq!(answers.len(), 1, "one report, one answer");
        answers[0]
    }

    pub(crate) async fn reports(&self, reports: Vec<LeaseReport>) -> Vec<ReportAnswer> {
        self.store
            .report(reports, 1, self.now())
            .await
            .expect("a report is taken")
    }

    /// A report that the store must take.
    async fn accepted(&self, lease: &Lease, body: ReportBody) {
        let answer = self.report(lease, body).await;
        assert_eq!(answer, ReportAnswer::Accepted, "on {lease:?}");
    }

    /// All that was leased succeeded, and the lease ends.
    pub(crate) async fn succeed(&self, lease: &Lease) {
        self.accepted(lease, whole(lease, |seq| succeeded(seq).outcome))
            .await;
    }

    /// The same of many leases in one call.
    pub(crate) async fn succeed_all(&self, leases: &[Lease]) {
        let report = |lease: &Lease| LeaseReport {
            lease: lease.id,
            job: lease.job,
            body: whole(lease, |seq| succeeded(seq).outcome),
        };
        let answers = self.reports(leases.iter().map(report).collect()).await;
        let lost = answers
            .iter()
            .filter(|answer| **answer != ReportAnswer::Accepted);
        assert_eq!(lost.count(), 0, "all are taken");
    }

    /// All that was leased failed, and the lease ends.
    pub(crate) async fn fail(&self, lease: &Lease, message: &str) {
        self.fail_with(lease, &failure(message)).await;
    }

    pub(crate) async fn fail_with(&self, lease: &Lease, failure: &Failure) {
        self.accepted(lease, whole(lease, |_| Outcome::Failed(failure.clone())))
            .await;
    }

    /// Some items ended; the lease goes on.
    pub(crate) async fn partly(&self, lease: &Lease, items: Vec<ItemReport>) {
        let release = None;
        self.accepted(lease, ReportBody::Chunk { items, release })
            .await;
    }

    /// Some items ended, and the lease ends.
    pub(crate) async fn release(&self, lease: &Lease, items: Vec<ItemReport>, release: Release) {
        let release = Some(release);
        self.accepted(lease, ReportBody::Chunk { items, release })
            .await;
    }

    pub(crate) async fn hand_back(&self, lease: &Lease) {
        self.accepted(lease, ReportBody::HandBack).await;
    }

    pub(crate) async fn list(&self, plan: &Lease, items: Vec<NewItem>) {
        self.accepted(plan, ReportBody::Planned(items)).await;
    }

    pub(crate) async fn end_plan(&self, plan: &Lease) {
        self.accepted(plan, ReportBody::PlanDone).await;
    }

    pub(crate) async fn fail_plan(&self, plan: &Lease, message: &str) {
        self.accepted(plan, ReportBody::PlanFailed(failure(message)))
            .await;
    }

    /// What a worker that lost this lease would still report.
    pub(crate) async fn late_success(&self, lease: &Lease) -> ReportAnswer {
        self.report(lease, whole(lease, |seq| succeeded(seq).outcome))
            .await
    }
}
