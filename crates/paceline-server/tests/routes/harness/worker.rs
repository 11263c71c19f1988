//! A worker in this process that does whatever a test says.

use std::time::Duration;

use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{Lease, LeaseReport, LeasedItem, LeasedWork, Release, ReportBody};
use paceline_core::store::Offer;
use paceline_core::{ErrorKind, Failure, Json};
use tokio::task::JoinHandle;

use super::Server;

impl Server {
    /// Runs leases of `task` until the server stops; `handle` decides on each item, and on
    /// single-unit jobs, which have no item.
    pub(crate) fn work(
        &self,
        task: &str,
        handle: impl Fn(&Lease, Option<&LeasedItem>) -> Outcome + Send + 'static,
    ) -> JoinHandle<()> {
        self.run(&[task], handle)
    }

    /// Runs leases of several tasks, all with success.
    pub(crate) fn work_on(&self, tasks: &[&str]) -> JoinHandle<()> {
        self.run(tasks, |_, _| succeed(&serde_json::json!(1)))
    }

    fn run(
        &self,
        tasks: &[&str],
        handle: impl Fn(&Lease, Option<&LeasedItem>) -> Outcome + Send + 'static,
    ) -> JoinHandle<()> {
        let engine = self.engine.handle().clone();
        let offer = Offer {
            tasks: tasks.iter().map(|&task| task.to_owned()).collect(),
            leases: 8,
            workers: 1,
        };
        tokio::spawn(async move {
            while let Ok(leases) = engine.lease(offer.clone()).await {
                let reports = leases.iter().map(|lease| report(lease, &handle)).collect();
                if engine.report(reports).await.is_err() {
                    return;
                }
            }
        })
    }

    /// Takes one lease of `task` and keeps it.
    pub(crate) async fn take(&self, task: &str) -> Lease {
        let offer = Offer {
            tasks: vec![task.to_owned()],
            leases: 1,
            workers: 1,
        };
        let leases = self.engine.handle().lease(offer).await.expect("a lease");
        leases.into_iter().next().expect("a lease")
    }

    /// Reports on a lease that was taken.
    pub(crate) async fn finish(&self, lease: &Lease, outcome: Outcome) {
        let report = report(lease, &move |_, _| outcome.clone());
        let answers = self.engine.handle().report(vec![report]).await;
        answers.expect("taken");
    }
}

fn report(lease: &Lease, handle: &impl Fn(&Lease, Option<&LeasedItem>) -> Outcome) -> LeaseReport {
    let duration = Duration::from_millis(2);
    let body = match &lease.work {
        LeasedWork::Unit => ReportBody::Unit {
            outcome: handle(lease, None),
            duration,
        },
        LeasedWork::Plan => ReportBody::PlanDone,
        LeasedWork::Chunk(items) => ReportBody::Chunk {
            items: items
                .iter()
                .map(|item| ItemReport {
                    seq: item.seq,
                    outcome: handle(lease, Some(item)),
                    duration,
                })
                .collect(),
            release: Some(Release::Normal),
        },
    };
    LeaseReport {
        lease: lease.id,
        job: lease.job,
        body,
    }
}

pub(crate) fn succeed(result: &serde_json::Value) -> Outcome {
    Outcome::Succeeded(Json::from_checked(result.to_string()))
}

/// Fails for good.
pub(crate) fn fail(message: &str) -> Outcome {
    Outcome::Failed(Failure::new(ErrorKind::Handler, message).permanent())
}
