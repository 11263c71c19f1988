//! The real binary from outside: exit codes, standard output, standard error.

mod backup;
mod batches;
mod commands;
mod configuration;
mod control;
mod dependencies;
mod first_steps;
mod items;
mod node;
mod postgres;
mod reconnect;
mod reload;
mod same_work;
mod schedules;
mod support;
