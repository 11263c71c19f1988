//! Where Paceline's state lives: an embedded `SQLite` database, or a `PostgreSQL` server that many
//! nodes share ([`postgres`]), behind [`paceline_core::store::Store`].
//!
//! Owns the schemas, every SQL statement, the one thread that writes to `SQLite` (with group commit)
//! and the pool that reads, and moving a store from the one to the other ([`transfer`]). Owns no
//! rule: each verb reads what a rule of `paceline-core` needs, asks the rule, and writes the answer
//! together with the events that tell of it.

mod admit;
mod background;
mod batch_store;
mod batches;
mod catalogue;
mod catalogue_match;
mod catalogue_query;
mod catalogue_rows;
mod catalogue_shared;
mod claim;
mod claim_chunk;
mod claim_unit;
mod command;
mod connection;
mod context;
mod control;
mod control_job;
mod counters;
mod delete;
mod dependencies;
mod ending;
mod error;
mod errors;
mod events;
mod filter;
mod free;
mod health;
mod hook;
mod idempotency;
mod items;
mod items_write;
mod job_columns;
mod job_row;
mod lane;
mod leases;
mod links_text;
mod list;
mod list_sql;
mod log;
mod migrate;
mod news_row;
mod node;
mod note;
mod notices;
mod num;
mod options_row;
mod outbox;
mod parents;
mod parked;
pub mod postgres;
mod progress_row;
mod prune;
mod read;
mod readers;
mod report;
mod report_chunk;
mod report_plan;
mod report_unit;
mod rerun;
mod rules;
mod rules_text;
mod samples;
mod schedule_row;
mod schedule_store;
mod schedules;
mod search;
mod search_found;
mod search_recent;
mod sqlite;
mod statistics;
mod store;
mod submit;
mod tasks;
mod telling;
mod template_store;
mod templates;
mod text;
mod throttle_set;
mod throttle_text;
mod throttles;
mod tick;
pub mod transfer;
mod upload;
mod waiting;
mod walk;
mod watch;
mod writer;
mod writer_state;

pub use postgres::PostgresStore;
pub use sqlite::{Durability, Options, SqliteStore};
