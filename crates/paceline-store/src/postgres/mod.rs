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
//! rows of `jobs` by number, rows of `progress` by job, rows of `successes` by key, `tally`,
//! statistics. The rows of a job's ranges, leases, items and outcomes are guarded by its row of
//! `progress`.

mod catalogue;
mod connect;
mod error;
mod errors;
mod events;
mod filter;
mod health;
mod hook;
mod idempotency;
mod items;
mod list;
mod list_catalogue;
mod listen;
mod logs;
mod migrate;
mod pool;
mod read;
mod row;
mod session;
mod store;
mod tasks;
mod tls;
mod url;
mod waiting;

pub use connect::{Options, PostgresStore};
