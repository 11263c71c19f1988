//! The definition of [`paceline_core::store::Store`] in tests: each case runs on every backend.
//!
//! Owns what every store must do, in the words of the trait; what only one database can show (its
//! file, its locks, its crashes) is in the suite of that database. A case never asks which backend
//! it is on. Time is an argument: no case waits.
//!
//! A backend is added by one line in the macro `on_each_backend!` of [`backends`].

#[macro_use]
mod backends;

mod admit;
mod batches;
mod breaker;
mod cache;
mod claim;
mod control;
mod control_filter;
mod control_table;
mod dependencies;
mod draining;
mod events;
mod fairness;
mod holds;
mod idempotency;
mod items;
mod large_results;
mod lease;
mod limits;
mod list;
mod list_filter;
mod list_model;
mod log;
mod many_held;
mod merge;
mod model;
mod nodes;
mod note;
mod outbox;
mod pause;
mod pause_limits;
mod planner;
mod prune;
mod rate;
mod report;
mod report_lost;
mod report_unit;
mod rerun;
mod retry;
mod returned;
mod room;
mod schedule_runs;
mod schedules;
mod stand_aside;
mod submit;
mod submit_only_new;
mod support;
mod task_history;
mod templates;
mod tick;
mod upload;
mod waiting;
mod watch;
