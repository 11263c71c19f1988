//! Paceline's HTTP API.
//!
//! Owns routes, the shapes of answers and errors, event streams, the API document, metrics, and the serving
//! of the dashboard's files.
//! Owns no rule and no state: it asks the engine and its store, and renders what they say.
//! `docs/API-DESIGN.md` tells the conventions that all routes follow.

mod body;
mod cache;
mod convert;
mod dashboard;
mod extract;
mod filter;
mod guard;
mod idempotency;
mod job_maker;
mod log_follow;
mod machine;
mod metrics;
mod once;
mod openapi;
mod overrides;
mod params_schema;
mod problem;
mod results;
mod router;
mod routes;
mod scheduling;
mod serve;
mod settle;
mod sse;
mod state;
mod submission;
mod upload;

pub use dashboard::{Dashboard, File as DashboardFile};
pub use openapi::document;
pub use router::router;
pub use serve::{ServeError, serve};
pub use state::{AppState, BodyLimits, ServerOptions, WorkersView};
