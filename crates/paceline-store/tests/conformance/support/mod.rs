//! Fixtures that let a case read like its sentence.

mod case;
mod draft;
mod ear;
mod read;
mod replay;
mod reports;

pub(crate) use case::{Case, START, offer, offer_of};
pub(crate) use draft::{Draft, OTHER, TASK, items, keyed, planned, unit, unkeyed};
pub(crate) use read::seqs;
pub(crate) use replay::Replay;
pub(crate) use reports::{failed, failure, new_items, succeeded, success};

use std::time::Duration;

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn hours(hours: u64) -> Duration {
    Duration::from_hours(hours)
}

pub(crate) const fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}
