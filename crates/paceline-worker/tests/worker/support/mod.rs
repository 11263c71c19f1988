//! What the tests share.

mod processes;
mod source;
mod workers;

pub(crate) use processes::{alive, children_with_mark, eventually};
pub(crate) use source::{FakeSource, JobSpec, Tally};
pub(crate) use workers::{pool, start, start_all, supervisor};
