//! What `[node]` says: what the machine has for workers, its gates, and when the node is lost.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use paceline_protocol::rest::ThrottleRequest;
use toml::Spanned;

use super::diagnostic::Source;
use super::file::NodeSection;
use super::values::Seconds;
use crate::exit::Result;

/// The silence after which the others take back what a node holds.
const LOST_AFTER: Duration = Duration::from_secs(10);
/// Less is a hiccup of the network or of the database; after more nobody would wait for the work.
const LOST_AFTER_BOUNDS: RangeInclusive<Duration> =
    Duration::from_secs(3)..=Duration::from_mins(10);

/// What the machine has for workers, where it is not detected, its gates, and how long the node may
/// be silent.
#[derive(Debug, PartialEq)]
pub(crate) struct NodeSettings {
    /// Thousandths of a processor.
    pub(crate) milli_cpus: Option<u64>,
    pub(crate) memory: Option<u64>,
    pub(crate) resources: BTreeMap<String, u64>,
    pub(crate) max_load: Option<f64>,
    pub(crate) min_free_memory: Option<u64>,
    /// When the others have not heard of this node for as long, it is taken for dead.
    pub(crate) lost_after: Duration,
}

pub(super) fn settle(section: NodeSection, source: &Source<'_>) -> Result<NodeSettings> {
    let cpus = positive(section.cpus, "4.0", source)?;
    let declared = ThrottleRequest {
        cpus,
        ..ThrottleRequest::default()
    };
    Ok(NodeSettings {
        milli_cpus: cpus.map(|_| declared.needs().milli_cpus),
        memory: section.memory.map(|size| size.0.0),
        resources: section.resources,
        max_load: positive(section.max_load, "1.5", source)?,
        min_free_memory: section.min_free_memory.map(|size| size.0.0),
        lost_after: lost_after(section.lost_after, source)?,
    })
}

fn positive(
    written: Option<Spanned<f64>>,
    example: &str,
    source: &Source<'_>,
) -> Result<Option<f64>> {
    match written {
        Some(number) if !(*number.get_ref() > 0.0 && number.get_ref().is_finite()) => Err(source
            .fault(
                number.span(),
                format!("{} is too little", number.get_ref()),
                Some(format!("write more than nothing, such as {example}")),
            )),
        Some(number) => Ok(Some(number.into_inner())),
        None => Ok(None),
    }
}

fn lost_after(written: Option<Spanned<Seconds>>, source: &Source<'_>) -> Result<Duration> {
    let Some(written) = written else {
        return Ok(LOST_AFTER);
    };
    let after = written.get_ref().0;
    if LOST_AFTER_BOUNDS.contains(&after) {
        return Ok(after);
    }
    let what = if after < *LOST_AFTER_BOUNDS.start() {
        "too soon to take a node for dead"
    } else {
        "too late to take a node for dead"
    };
    Err(source.fault(
        written.span(),
        format!("{} is {what}", written.get_ref()),
        Some("write 3s to 10m; 10s is the default".to_owned()),
    ))
}
