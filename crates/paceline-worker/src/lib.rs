//! Runs leases: warm worker processes, plain commands and in-process handlers.

pub mod lease_source;
