//! A harness around the real binary: nodes to start and kill, an HTTP client, the journal that
//! handlers write, and a look at what is left behind.
//!
//! Knows the outermost boundary only: command line, HTTP, files, processes. It imports nothing of
//! Paceline, so that a test can see no more than a user.

#![expect(
    clippy::disallowed_methods,
    reason = "real processes run on the real clock, and the surroundings name the binary"
)]

pub mod api;
pub mod events;
pub mod journal;
pub mod network;
pub mod node;
pub mod numbers;
pub mod processes;
pub mod project;
pub mod relay;
pub mod seed;
pub mod wait;

pub use api::Api;
pub use journal::Journal;
pub use node::Node;
pub use project::Project;
