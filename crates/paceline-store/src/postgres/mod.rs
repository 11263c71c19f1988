//! The store of many nodes: a `PostgreSQL` server behind [`paceline_core::store::Store`].
//!
//! Owns its schema, its statements and its connections. What it shares with `SQLite` (rows in
//! memory, texts of columns, what events say) is in the modules above. Rules are asked, never
//! written in SQL.
//!
//! A transaction that changes jobs has two round trips: the first begins it, locks and loads the
//! rows ([`load`]); then the verb works on them in memory ([`work`]); the second writes all that
//! changed, set by set, appends the events and commits ([`flush`]).
//!
//! Locks are taken in one order, so that no two transactions wait for each other: advisory locks,
//! a row of `schedules`, rows of `jobs` by number, rows of `progress` by job, rows of `successes` by key, `tally`,
//! statistics. The rows of a job's ranges, leases, items and outcomes are guarded by its row of
//! `progress`.

mod access;
mod admit;
mod batch_store;
mod batches;
mod buckets;
mod cache;
mod catalogue;
mod changes;
mod circles;
mod claim;
mod claim_chunk;
mod claim_round;
mod connect;
mod control;
mod dead;
mod dependencies;
mod ending;
mod entry;
mod error;
mod errors;
mod events;
mod filter;
mod flush;
mod gather;
mod heads;
mod health;
mod hook;
mod idempotency;
mod inspect;
mod items;
mod items_write;
mod list;
mod list_catalogue;
mod listen;
mod load;
mod logs;
mod merge;
mod merge_rows;
mod migrate;
mod node;
mod note;
mod notices;
mod outbox;
mod parents;
mod parked;
mod pool;
mod pooled;
mod prune;
mod read;
mod remember;
mod remove;
mod report;
mod report_chunk;
mod report_plan;
mod report_unit;
mod rerun;
mod rights;
mod row;
mod rules;
mod schedule_store;
mod schedules;
mod seen;
mod session;
mod store;
mod submit;
mod submit_merged;
mod sweep;
mod system_samples;
mod tasks;
mod telling;
mod template_store;
mod templates;
mod throttles;
mod tick;
mod ties;
mod tls;
mod transact;
pub(crate) mod transfer;
mod unheard;
mod upload;
mod url;
mod wait_for;
mod waiting;
mod watch;

pub use connect::{Options, PostgresStore};
pub use inspect::{Connections, Durability, Inspection, inspect};
pub use remove::{remove, server_process};
