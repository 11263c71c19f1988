//! What may differ between servers, and the ways in which one can be stopped.

use std::path::PathBuf;

/// How an own server is run.
#[derive(Clone, Debug)]
pub struct Settings {
    pub max_connections: u32,
    /// More settings, as the server's command line takes them: `-c name=value`.
    pub more: String,
    /// Listens on TCP too; without it, on its Unix socket only.
    pub listen: Option<Listen>,
    /// The network namespace that it runs in, if it is not that of the tests.
    pub namespace: Option<PathBuf>,
}

/// Where a server listens, and whom it lets in.
#[derive(Clone, Debug)]
pub struct Listen {
    pub address: String,
    /// Addresses of clients, such as `10.0.0.0/8`.
    pub clients: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            max_connections: 400,
            more: String::new(),
            listen: None,
            namespace: None,
        }
    }
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It breaks off what runs, and puts everything away.
    Fast,
    /// It breaks off, and puts nothing away.
    Immediate,
    /// `kill -9`: it does not even know.
    Kill,
}
