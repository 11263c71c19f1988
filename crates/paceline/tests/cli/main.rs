//! The real binary from outside: exit codes, standard output, standard error.

mod backup;
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
mod schedules;
mod support;
