//! What a handler said of others: that for a while nobody calls what it calls.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportBody};
use paceline_core::limits::Hold;
use paceline_core::scope::{Kind, Scope};
use paceline_core::store::StoreError;
use paceline_core::{Failure, JobId, Time};

use crate::handle::Shared;

/// Puts on hold what the reports ask for, before they are recorded: what is retried finds the hold
/// there. A hold that lasts longer stays as it is.
pub(crate) async fn hold_back(
    shared: &Shared,
    reports: &[LeaseReport],
    now: Time,
) -> Result<(), StoreError> {
    let wishes = wishes(reports);
    if wishes.is_empty() {
        return Ok(());
    }
    let known = shared.store.rule_book().await?.holds;
    for ((id, kind), (wait, reason)) in wishes {
        let Some(job) = shared.store.job(id).await? else {
            continue;
        };
        let scope = match (kind, job.key) {
            (Kind::Task, _) => Scope::task(job.task),
            (Kind::Key, Some(key)) => Scope::key(key),
            (Kind::Key, None) | (Kind::Queue | Kind::User, _) => continue,
        };
        let hold = Hold {
            scope,
            until: Some(now + wait),
            reason: reason.to_owned(),
            since: now,
        };
        let before = known.iter().find(|known| known.scope == hold.scope);
        if !before.is_some_and(|before| before.outlasts(&hold)) {
            shared.hold(hold, now).await?;
        }
    }
    Ok(())
}

type Wishes<'a> = BTreeMap<(JobId, Kind), (Duration, &'a str)>;

/// The longest wish of each job.
fn wishes(reports: &[LeaseReport]) -> Wishes<'_> {
    let mut wishes = Wishes::new();
    for report in reports {
        for failure in failures(&report.body) {
            let (Some(kind), Some(wait)) = (failure.hold, failure.retry_after) else {
                continue;
            };
            let wish = (wait, failure.error.message.as_str());
            let known = wishes.entry((report.job, kind)).or_insert(wish);
            if known.0 < wait {
                *known = wish;
            }
        }
    }
    wishes
}

fn failures(body: &ReportBody) -> impl Iterator<Item = &Failure> {
    let (items, one) = match body {
        ReportBody::Chunk { items, .. } => (items.as_slice(), None),
        ReportBody::Unit { outcome, .. } => (&[][..], Some(outcome)),
        ReportBody::HandBack
        | ReportBody::Planned(_)
        | ReportBody::PlanDone
        | ReportBody::PlanFailed(_) => (&[][..], None),
    };
    let outcomes = items.iter().map(|item| &item.outcome).chain(one);
    outcomes.filter_map(|outcome| match outcome {
        Outcome::Failed(failure) => Some(failure),
        Outcome::Succeeded(_) => None,
    })
}
