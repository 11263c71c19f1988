//! The API as its callers meet it: a real store, a real engine and real HTTP, one file per group
//! of routes. Every answer that the harness sees is compared with the API document.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests talk to a server over sockets, in real time"
)]

mod batches;
mod bulk;
mod cache;
mod control;
mod dashboard;
mod dependencies;
mod events;
mod guard;
mod harness;
mod idempotency;
mod items;
mod jobs;
mod limits;
mod load;
mod log;
mod merge;
mod node;
mod nodes;
mod notify;
mod openapi;
mod results;
mod schedules;
mod shutdown;
mod socket;
mod stream;
mod submit;
mod system;
mod tasks;
mod templates;
mod wrong;
