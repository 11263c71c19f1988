//! What a submission waits for, as the tables hold it while its items come in.

use paceline_core::JobId;
use paceline_core::dependency::{Edge, Policy, Tally};
use paceline_core::links::{Parent, Wanted};
use paceline_core::merge::{Identity, OnDuplicate};
use serde::{Deserialize, Serialize};

use crate::text::{TextError, to_json};

#[derive(Serialize, Deserialize)]
struct WantedText {
    jobs: Vec<String>,
    batches: Vec<String>,
    policy: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<[u8; 32]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_duplicate: Option<String>,
}

/// `None` when nothing is wanted.
pub(crate) fn to_text(wanted: &Wanted) -> Option<String> {
    let Wanted {
        after,
        after_policy,
        identity,
        on_duplicate,
        // Nobody knows the items of a stream in time.
        caching: _,
    } = wanted;
    if after.is_empty() && identity.is_none() {
        return None;
    }
    let mut text = WantedText {
        jobs: Vec::new(),
        batches: Vec::new(),
        policy: after_policy.to_string(),
        identity: identity.map(|identity| identity.0),
        on_duplicate: Some(on_duplicate.to_string()),
    };
    for parent in after {
        match parent {
            Parent::Job(id) => text.jobs.push(id.to_string()),
            Parent::Batch(name) => text.batches.push(name.clone()),
        }
    }
    Some(to_json(&text))
}

pub(crate) fn from_text(text: Option<&str>) -> Result<Wanted, TextError> {
    let Some(text) = text else {
        return Ok(Wanted::default());
    };
    let WantedText {
        jobs,
        batches,
        policy,
        identity,
        on_duplicate,
    } = serde_json::from_str(text)?;
    let mut after = Vec::new();
    for id in jobs {
        after.push(Parent::Job(id.parse()?));
    }
    after.extend(batches.into_iter().map(Parent::Batch));
    Ok(Wanted {
        after,
        after_policy: policy.parse()?,
        identity: identity.map(Identity),
        on_duplicate: on_duplicate.map_or(Ok(OnDuplicate::Allow), |word| word.parse())?,
        caching: None,
    })
}

/// The number that stands for a standing in the tables.
pub(crate) const fn edge_number(edge: Edge) -> i32 {
    match edge {
        Edge::Waits => 0,
        Edge::Met => 1,
        Edge::Broken => 2,
    }
}

pub(crate) const fn edge_of(number: i32) -> Option<Edge> {
    match number {
        0 => Some(Edge::Waits),
        1 => Some(Edge::Met),
        2 => Some(Edge::Broken),
        _ => None,
    }
}

/// The counts of a job's parents, if it has any.
pub(crate) fn tally(
    policy: Option<Policy>,
    [waiting, met, broken]: [Option<u32>; 3],
    behind: Option<bool>,
) -> Option<Tally> {
    policy.map(|policy| Tally {
        policy,
        waiting: waiting.unwrap_or(0),
        met: met.unwrap_or(0),
        broken: broken.unwrap_or(0),
        behind: behind.unwrap_or(false),
    })
}

/// The policy that stands for none: the edge leads to a running duplicate.
pub(crate) const DUPLICATE: &str = "duplicate";

/// The parents of a job from their columns: ids with commas in between, and what it asks of them,
/// if there are any.
pub(crate) fn parents(
    after: Option<&str>,
    policy: Option<&str>,
) -> Result<(Vec<JobId>, Option<Policy>), TextError> {
    let Some(after) = after else {
        return Ok((Vec::new(), None));
    };
    let ids = after.split(',').map(str::parse::<JobId>);
    Ok((
        ids.collect::<Result<_, _>>()?,
        policy.map(str::parse).transpose()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let wanted = Wanted {
            after: vec![
                Parent::Job(JobId::from_bytes([7; 16])),
                Parent::Batch("night \"1\"".to_owned()),
            ],
            after_policy: Policy::Finished,
            identity: Some(Identity([3; 32])),
            on_duplicate: OnDuplicate::Reject,
            caching: None,
        };
        let text = to_text(&wanted).expect("something is wanted");
        assert_eq!(from_text(Some(&text)).expect("own text"), wanted);
        assert_eq!(to_text(&Wanted::default()), None);
    }

    #[test]
    fn each_standing_has_its_number() {
        for edge in Edge::ALL {
            assert_eq!(edge_of(edge_number(*edge)), Some(*edge));
        }
    }
}
