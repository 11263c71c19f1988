//! Black-box tests of the binary: each starts nodes of its own and treats them badly.

#![expect(
    clippy::disallowed_methods,
    reason = "what real processes do is measured on the real clock"
)]

mod actions;
mod breaker;
mod chaos;
mod clients;
mod controls;
mod database;
mod demo;
mod disk_full;
mod drain;
mod drained;
mod failover;
mod follow;
mod kill_node;
mod kill_worker;
mod many_nodes;
mod migrate;
mod misbehaving;
mod notifications;
mod only_new;
mod planner;
mod progress;
mod races;
mod retries;
mod schedules;
mod sharing;
mod stop;
mod streaming;
mod tables;
mod work;
