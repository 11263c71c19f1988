//! What only a store of many nodes can show: nodes side by side on one database, and servers that
//! break off, stop and come back. What every store must do is in the suite `conformance`.

mod breakdown;
mod dependencies;
mod halted;
mod merge;
mod nodes;
mod open;
mod pooler;
mod rights;
mod schedules;
mod support;
mod tls;
mod transfer;
mod versions;
mod views;
