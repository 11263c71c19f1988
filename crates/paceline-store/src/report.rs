//! Recording what workers say of their leases.

use paceline_core::Time;
use paceline_core::job::JobKind;
use paceline_core::lease::{LeaseReport, ReportAnswer, ReportBody};

use crate::context::WriteContext;
use crate::error::Result;
use crate::job_row::JobRow;
use crate::leases::{self, Back, LeaseRow};
use crate::progress_row::Progress;
use crate::report_unit::UnitReports;
use crate::{report_chunk, report_plan, report_unit, throttles};

pub(crate) fn report(
    context: &mut WriteContext<'_>,
    reports: &[LeaseReport],
    seed: u64,
    now: Time,
) -> Result<Vec<ReportAnswer>> {
    throttles::load(context)?;
    let mut units = UnitReports::prepare(context.connection, seed, now)?;
    let mut answers = Vec::with_capacity(reports.len());
    for report in reports {
        answers.push(report_one(context, &mut units, report, seed, now)?);
    }
    throttles::count(context, now)?;
    Ok(answers)
}

fn report_one(
    context: &mut WriteContext<'_>,
    units: &mut UnitReports<'_>,
    report: &LeaseReport,
    seed: u64,
    now: Time,
) -> Result<ReportAnswer> {
    if let ReportBody::Unit { outcome, duration } = &report.body {
        return units.ended(context, report, outcome, *duration);
    }
    let Some(mut held) = Held::find(context, report)? else {
        return match &report.body {
            ReportBody::HandBack => report_unit::hand_back(context, report, now),
            ReportBody::Chunk { .. }
            | ReportBody::Unit { .. }
            | ReportBody::Planned(_)
            | ReportBody::PlanDone
            | ReportBody::PlanFailed(_) => Ok(ReportAnswer::Lost),
        };
    };
    match (&report.body, held.lease.ranges.is_some()) {
        (ReportBody::Chunk { items, release }, true) => {
            report_chunk::report(context, &mut held, items, *release, seed, now)
        }
        (ReportBody::HandBack, _) => report_chunk::hand_back(context, &mut held, now),
        (ReportBody::Planned(items), false) => report_plan::planned(context, &mut held, items, now),
        (ReportBody::PlanDone, false) => report_plan::done(context, &mut held, now),
        (ReportBody::PlanFailed(failure), false) => {
            report_plan::failed(context, &mut held, failure, seed, now)
        }
        // A report that does not fit its lease is not the holder's.
        (
            ReportBody::Chunk { .. }
            | ReportBody::Unit { .. }
            | ReportBody::Planned(_)
            | ReportBody::PlanDone
            | ReportBody::PlanFailed(_),
            _,
        ) => Ok(ReportAnswer::Lost),
    }
}

/// A lease that is there, with its job.
pub(crate) struct Held {
    pub(crate) lease: LeaseRow,
    pub(crate) job: JobRow,
    pub(crate) progress: Progress,
}

impl Held {
    fn find(context: &mut WriteContext<'_>, report: &LeaseReport) -> Result<Option<Self>> {
        let Some(lease) = leases::get(context, report.lease)? else {
            return Ok(None);
        };
        let job = JobRow::existing(context, lease.job)?;
        if job.id != report.job || job.kind == JobKind::Unit {
            return Ok(None);
        }
        let progress = Progress::existing(context, job.num)?;
        Ok(Some(Held {
            lease,
            job,
            progress,
        }))
    }

    /// Ends the lease; what it did not report goes back to the job.
    pub(crate) fn release(&mut self, context: &WriteContext<'_>, back: Back) -> Result<()> {
        leases::take_back(context, &mut self.progress, &self.lease, back)
    }
}
