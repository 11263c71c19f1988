//! What a submission says of other jobs: which it waits for, and what it asks of them.

use paceline_core::JobId;
use paceline_core::dependency::Policy;
use paceline_core::links::{Parent, Wanted};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{AfterRef, JobRequest};

use super::Place;
use crate::problem::{Refusal, Result};

/// Most jobs and batches that one job names to wait for.
const MOST_PARENTS: usize = 10_000;

/// `earlier` are the ids of the jobs that stand before this one in the same request.
pub(super) fn wanted(request: &JobRequest<'_>, place: Place, earlier: &[JobId]) -> Result<Wanted> {
    let given = request.after.as_deref().unwrap_or_default();
    if given.len() > MOST_PARENTS {
        let message = format!(
            "{} jobs; give at most {MOST_PARENTS}, or a batch",
            given.len()
        );
        return Err(Refusal::field(
            Code::TooMany,
            format!("{place}after"),
            message,
        ));
    }
    if given.is_empty() && request.after_policy.is_some() {
        let message = "say with `after` which jobs it is about";
        let field = format!("{place}after_policy");
        return Err(Refusal::field(Code::InvalidField, field, message));
    }
    let mut after = Vec::with_capacity(given.len());
    for (index, reference) in given.iter().enumerate() {
        let parent = parent(reference, earlier).map_err(|(code, message)| {
            Refusal::field(code, format!("{place}after[{index}]"), message)
        })?;
        after.push(parent);
    }
    Ok(Wanted {
        after,
        after_policy: request
            .after_policy
            .map_or(Policy::Completed, |word| word.0),
        ..Wanted::default()
    })
}

fn parent(reference: &AfterRef<'_>, earlier: &[JobId]) -> Result<Parent, (Code, String)> {
    match reference {
        AfterRef::Job(id) => match id.parse() {
            Ok(id) => Ok(Parent::Job(id)),
            Err(error) => Err((Code::InvalidField, format!("{error}"))),
        },
        AfterRef::Batch { batch } => Ok(Parent::Batch(batch.to_string())),
        AfterRef::Index { index } => {
            let parent = earlier.get(*index).map(|id| Parent::Job(*id));
            parent.ok_or_else(|| {
                let here = earlier.len();
                let message = format!(
                    "job {index} does not stand before this one (job {here}) in the request; \
                     a job can only wait for those before it, so that none waits for itself"
                );
                (Code::DependencyCycle, message)
            })
        }
    }
}
