//! What people and programs do to jobs: which jobs an action is for, and what came of it.

use paceline_core::query::Selector;
use paceline_core::store::{Action, Controlled, Refusal};
use paceline_core::{JobId, Time};

use crate::context::WriteContext;
use crate::control_job::{self, Done};
use crate::error::Result;
use crate::filter::Conditions;
use crate::job_row::JobRow;
use crate::num::JobNum;

/// Most refusals that are listed.
const REFUSED: usize = 1_000;
/// Jobs of a filter that are read at once.
const PAGE: u32 = 1_000;

pub(crate) fn control(
    context: &mut WriteContext<'_>,
    selector: &Selector,
    action: &Action,
    dry_run: bool,
    now: Time,
) -> Result<Controlled> {
    let mut run = Run {
        action,
        only_count: dry_run,
        now,
        controlled: Controlled::default(),
    };
    match selector {
        Selector::Ids(ids) => {
            for &id in ids {
                run.id(context, id)?;
            }
        }
        Selector::Filter(filter) => run.filter(context, &Conditions::new(filter))?,
    }
    Ok(run.controlled)
}

/// One action on its way through the jobs.
struct Run<'a> {
    action: &'a Action,
    only_count: bool,
    now: Time,
    controlled: Controlled,
}

impl Run<'_> {
    fn id(&mut self, context: &mut WriteContext<'_>, id: JobId) -> Result<()> {
        if let Some(job) = JobRow::by_id(context, id)? {
            return self.job(context, job);
        }
        self.refuse(id, Refusal::NotFound);
        Ok(())
    }

    /// Page by page, in the order of submission: a job is met once, whatever the action makes
    /// of it.
    fn filter(&mut self, context: &mut WriteContext<'_>, conditions: &Conditions) -> Result<()> {
        let mut last = JobNum(0);
        loop {
            let page = conditions.nums_after(context.connection, last, PAGE)?;
            for &num in &page {
                let job = JobRow::existing(context, num)?;
                self.job(context, job)?;
            }
            match page.last() {
                Some(&num) => last = num,
                None => return Ok(()),
            }
        }
    }

    fn job(&mut self, context: &mut WriteContext<'_>, job: JobRow) -> Result<()> {
        let id = job.id;
        self.controlled.matched += 1;
        let done = if self.only_count {
            control_job::would(context, &job, self.action, self.now)?
        } else {
            control_job::act(context, job, self.action, self.now)?
        };
        match done {
            Ok(Done { revoked }) => {
                self.controlled.changed += 1;
                let revoked = revoked.into_iter().map(|lease| (id, lease));
                self.controlled.revoked.extend(revoked);
            }
            Err(refused) => self.refuse(id, Refusal::State(refused)),
        }
        Ok(())
    }

    fn refuse(&mut self, id: JobId, refusal: Refusal) {
        if self.controlled.refused.len() < REFUSED {
            self.controlled.refused.push((id, refusal));
        }
    }
}
