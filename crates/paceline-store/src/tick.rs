//! What the time moves on by itself: starts that come due, time-outs, nodes that fell silent.

use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::store::Ticked;
use paceline_core::{ErrorKind, JobError, Time};

use crate::claim::next_due;
use crate::context::WriteContext;
use crate::control_job::tell;
use crate::ending::{self, Ending};
use crate::error::Result;
use crate::job_row::JobRow;
use crate::node;
use crate::num::JobNum;
use crate::{progress_row, rules, throttles};

pub(crate) fn tick(context: &mut WriteContext<'_>, now: Time) -> Result<Ticked> {
    rules::lift_due(context, now)?;
    let mut ticked = Ticked {
        due: wake_scheduled(context, now)?,
        ..Ticked::default()
    };
    time_out(context, &mut ticked, now)?;
    ticked.freed = throttles::free_due(context, now)?;
    ticked.recovered = node::take_back_from_dead(context, now)?;
    ticked.next_due = next_due(context, now)?;
    Ok(ticked)
}

fn wake_scheduled(context: &mut WriteContext<'_>, now: Time) -> Result<u64> {
    const DUE: &str = "SELECT num FROM jobs WHERE lane = 5 AND lane_key <= ?1
        ORDER BY lane_key, num";
    let due: Vec<JobNum> = context.list(DUE, (now.as_micros(),), |row| row.get(0))?;
    for &num in &due {
        let mut job = JobRow::existing(context, num)?;
        let mut progress = progress_row::of(context, &job)?;
        job.must_step(context, progress.as_ref(), Event::Due, now)?;
        job.save(context)?;
        tell(context, EventKind::Due, &job, progress.as_ref(), now)?;
        ending::end_if_empty(context, &mut job, progress.as_mut(), now)?;
    }
    Ok(u64::try_from(due.len()).unwrap_or(0))
}

fn time_out(context: &mut WriteContext<'_>, ticked: &mut Ticked, now: Time) -> Result<()> {
    const LATE: &str = "SELECT num FROM jobs WHERE lane = 4 AND lane_key <= ?1
        UNION ALL SELECT num FROM jobs WHERE lane = 3 AND deadline_at <= ?1";
    let late: Vec<JobNum> = context.list(LATE, (now.as_micros(),), |row| row.get(0))?;
    for num in late {
        let mut job = JobRow::existing(context, num)?;
        let mut progress = progress_row::of(context, &job)?;
        let seconds = job.options.timeout.as_secs_f64();
        let message = format!("the job did not end within its timeout of {seconds} s");
        let ending = Ending::Failed(JobError::new(ErrorKind::Timeout, message));
        let revoked = ending::end(context, &mut job, progress.as_mut(), &ending, now)?;
        ticked.timed_out.push(job.id);
        ticked
            .revoked
            .extend(revoked.into_iter().map(|lease| (job.id, lease)));
    }
    Ok(())
}
