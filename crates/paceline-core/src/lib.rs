//! The rules of Paceline.
//!
//! Owns the words (jobs, items, leases, …), every rule about them (which transition is legal,
//! when a retry is due, how large a chunk is, whose turn it is) and the [`store::Store`] trait
//! where engine and databases meet. Owns no clock, no randomness, no I/O and no wire format:
//! time and dice come in as arguments, so that each rule can be tested by itself and the whole
//! engine can be simulated from a seed.

pub mod admission;
pub mod alert;
pub mod batch;
pub mod breaker;
pub mod cache;
pub mod chunk;
pub mod clock;
pub mod dependency;
pub mod dice;
pub mod error;
pub mod estimate;
pub mod event;
pub mod fingerprint;
pub mod id;
pub mod item;
pub mod job;
pub mod json;
pub mod lease;
pub mod lifecycle;
pub mod limits;
pub mod line;
pub mod links;
pub mod merge;
pub mod node;
pub mod notify;
pub mod options;
pub mod outbox;
pub mod progress;
pub mod query;
pub mod ranges;
pub mod rate;
pub mod resources;
pub mod retention;
pub mod retry;
pub mod sample;
pub mod schedule;
pub mod scope;
pub mod state;
pub mod store;
pub mod task;
pub mod task_history;
pub mod template;
pub mod throttle;
pub mod time;
pub mod turns;
pub mod watch;
pub mod worker;

pub use error::{ErrorKind, Failure, JobError};
pub use id::{JobId, LeaseId, NodeId, ScheduleId, Seq, TemplateId, UploadId};
pub use job::{Job, NewJob, Work};
pub use json::Json;
pub use options::JobOptions;
pub use state::{ItemState, JobState, Priority};
pub use time::Time;
