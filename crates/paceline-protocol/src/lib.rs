//! Every wire shape of Paceline: REST bodies, problems, events and worker messages.
//!
//! Owns how things are written on the wire and how they are read back, with the schema of each
//! for the API document. Owns no rule and no HTTP: the server, the workers and the command line
//! share these types.

pub mod event;
pub mod json;
pub mod notice;
pub mod problem;
pub mod rest;
pub mod units;
pub mod words;
pub mod worker;
