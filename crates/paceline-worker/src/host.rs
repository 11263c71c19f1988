//! What every executor has of its node.

use std::sync::Arc;

use crate::lease_source::LeaseSource;
use crate::notes::NoteBoard;
use crate::stop::Stop;
use crate::supervise::Supervisor;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) supervisor: Arc<Supervisor>,
    pub(crate) source: Arc<dyn LeaseSource>,
    pub(crate) notes: Arc<NoteBoard>,
    pub(crate) stop: Stop,
}
