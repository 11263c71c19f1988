//! Fencing: only the holder of a lease that exists may report on it.

use paceline_core::item::Outcome;
use paceline_core::lease::{Lease, LeaseReport, Release, ReportAnswer, ReportBody};
use paceline_core::{JobState, Json, LeaseId};

use crate::support::{Case, failure, items, new_items, planned, seconds, seqs, succeeded, unit};

/// Everything that can be reported.
fn all_bodies() -> Vec<ReportBody> {
    vec![
        ReportBody::Unit {
            outcome: Outcome::Succeeded(Json::null()),
            duration: seconds(1),
        },
        ReportBody::Unit {
            outcome: Outcome::Failed(failure("no")),
            duration: seconds(1),
        },
        ReportBody::Chunk {
            items: vec![succeeded(0), succeeded(1)],
            release: None,
        },
        ReportBody::Chunk {
            items: vec![succeeded(0), succeeded(1)],
            release: Some(Release::Suspect),
        },
        ReportBody::HandBack,
        ReportBody::Planned(new_items(["a"])),
        ReportBody::PlanDone,
        ReportBody::PlanFailed(failure("no")),
    ]
}

impl Case {
    /// Whatever is reported on this lease is refused and leaves no trace.
    async fn is_fenced(&self, lease: &Lease, why: &str) {
        let before = self.snapshot().await;
        for body in all_bodies() {
            let what = format!("{why}: {body:?}");
            assert_eq!(self.report(lease, body).await, ReportAnswer::Lost, "{what}");
            assert_eq!(self.snapshot().await, before, "{what}");
        }
    }
}

async fn a_cancelled_lease_is_lost(s: Case) {
    for draft in [items(4), unit(), planned()] {
        let job = s.start(draft).await;
        let lease = s.claim_one().await;
        s.cancel(job).await;
        s.is_fenced(&lease, "cancelled").await;
    }
}

async fn a_deleted_jobs_lease_is_lost(s: Case) {
    for draft in [items(4), unit(), planned()] {
        let job = s.start(draft).await;
        let lease = s.claim_one().await;
        s.cancel(job).await;
        s.delete(job).await;
        s.is_fenced(&lease, "deleted").await;
    }
}

async fn a_lease_that_ended_is_lost(s: Case) {
    s.start(items(4).chunk(1)).await;
    let released = s.claim_one().await;
    s.succeed(&released).await;
    s.is_fenced(&released, "released").await;
    s.submit(unit().attempts(3).priority(paceline_core::Priority::Urgent))
        .await;
    let failed = s.claim_one().await;
    s.fail(&failed, "no").await;
    s.is_fenced(&failed, "waits for its next attempt").await;
}

async fn a_recovered_lease_is_lost(s: Case) {
    for draft in [items(4), unit(), planned()] {
        let job = s.start(draft).await;
        let lease = s.claim_one().await;
        s.replace_node().await;
        s.is_fenced(&lease, "recovered").await;
        s.cancel(job).await;
    }
}

async fn a_lease_of_an_earlier_run_is_lost(s: Case) {
    for draft in [items(2), unit(), planned()] {
        let job = s.start(draft).await;
        let old = s.claim_one().await;
        s.cancel(job).await;
        s.retry(job).await;
        s.admit().await;
        let new = s.claim_one().await;
        assert_ne!(old.id, new.id);
        s.is_fenced(&old, "of the run before").await;
        s.cancel(job).await;
    }
}

async fn a_lease_is_good_for_its_own_job_only(s: Case) {
    let other = s.start(items(4).chunk(2)).await;
    let others = s.claim_one().await;
    s.start(items(2).chunk(1)).await;
    let held = s.claim_one().await;
    assert_ne!(held.job, other);
    let foreign = Lease {
        job: other,
        ..held.clone()
    };
    s.is_fenced(&foreign, "of another job").await;
    let nobodys = Lease {
        job: s.new_id(),
        ..held.clone()
    };
    s.is_fenced(&nobodys, "of a job that is not there").await;
    for id in [LeaseId(0), LeaseId(-1), LeaseId(i64::MAX)] {
        let unknown = Lease { id, ..held.clone() };
        s.is_fenced(&unknown, "never given").await;
    }
    s.succeed(&held).await;
    s.succeed(&others).await;
}

async fn a_job_is_good_for_its_own_leases_only(s: Case) {
    let drafts = [unit(), unit()];
    s.submit_all(drafts.into()).await;
    let leases = s.claim(2).await;
    let swapped = Lease {
        id: leases[0].id,
        ..leases[1].clone()
    };
    s.is_fenced(&swapped, "of another unit").await;
    s.succeed(&leases[0]).await;
    s.succeed(&leases[1]).await;
}

async fn the_new_holder_reports(s: Case) {
    let job = s.start(items(2)).await;
    let old = s.claim_one().await;
    s.replace_node().await;
    let new = s.claim_one().await;
    assert_eq!(seqs(&old), seqs(&new));
    assert_eq!(s.late_success(&old).await, ReportAnswer::Lost);
    assert_eq!(s.late_success(&new).await, ReportAnswer::Accepted);
    assert_eq!(s.counters(job).await.succeeded, 1);
}

async fn answers_come_in_the_order_of_the_reports(s: Case) {
    s.submit_all((0..4).map(|_| unit()).collect()).await;
    let job = s.start(items(4)).await;
    let leases = s.claim(5).await;
    let units: Vec<_> = leases.iter().filter(|lease| lease.job != job).collect();
    let lost = units[1].job;
    s.cancel(lost).await;
    let reports = leases.iter().map(|lease| LeaseReport {
        lease: lease.id,
        job: lease.job,
        body: if lease.job == job {
            ReportBody::Chunk {
                items: seqs(lease).into_iter().map(succeeded).collect(),
                release: Some(Release::Normal),
            }
        } else {
            all_bodies().remove(0)
        },
    });
    let answers = s.reports(reports.collect()).await;
    let expected = |lease: &Lease| {
        if lease.job == lost {
            ReportAnswer::Lost
        } else {
            ReportAnswer::Accepted
        }
    };
    assert_eq!(answers, leases.iter().map(expected).collect::<Vec<_>>());
    for lease in units {
        let expected = if lease.job == lost {
            JobState::Cancelled
        } else {
            JobState::Completed
        };
        assert_eq!(s.state(lease.job).await, expected);
    }
    assert!(
        s.counters(job).await.succeeded > 0,
        "one refusal spoils no other report"
    );
    assert_eq!(s.reports(vec![]).await, []);
}

store_tests!(
    a_cancelled_lease_is_lost,
    a_deleted_jobs_lease_is_lost,
    a_lease_that_ended_is_lost,
    a_recovered_lease_is_lost,
    a_lease_of_an_earlier_run_is_lost,
    a_lease_is_good_for_its_own_job_only,
    a_job_is_good_for_its_own_leases_only,
    the_new_holder_reports,
    answers_come_in_the_order_of_the_reports,
);
