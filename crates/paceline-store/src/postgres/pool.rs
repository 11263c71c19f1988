//! The connections of a node: some for calls that write, some for those that read, so that neither
//! waits for the other.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use paceline_core::store::PoolUsage;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::access::Access;
use super::error::{Error, Result};
use super::pooled::Pooled;
use super::session::Session;
use super::url::Target;

/// Longest wait for a connection to become free, to come about, or to be looked at.
pub(crate) const WAIT: Duration = Duration::from_secs(10);

/// Statements that write find their rows by an index, always: what the server knows of a table's
/// size may be from a time when it was empty, and a plan that reads all of it may be kept long.
const PLANS: [(&str, &str); 4] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
];

#[derive(Clone, Debug)]
pub(crate) struct Pools {
    writers: Pool,
    readers: Pool,
    /// How the connections of each are used.
    writing: Option<Arc<Pooled>>,
    reading: Option<Arc<Pooled>>,
}

impl Pools {
    pub(crate) fn new(
        target: &Target,
        tls: &MakeRustlsConnect,
        pooled: bool,
        (writers, readers): (u32, u32),
    ) -> Result<Self> {
        let writing = Access::new(target, pooled, &PLANS);
        let reading = Access::new(target, pooled, &[]);
        Ok(Pools {
            writers: pool(writing.config, tls, writers)?,
            readers: pool(reading.config, tls, readers)?,
            writing: writing.pooled,
            reading: reading.pooled,
        })
    }

    pub(crate) async fn writer(&self) -> Result<Session> {
        Ok(Session::new(
            self.writers.get().await?,
            self.writing.clone(),
        ))
    }

    pub(crate) async fn reader(&self) -> Result<Session> {
        Ok(Session::new(
            self.readers.get().await?,
            self.reading.clone(),
        ))
    }

    /// Whether notifications have no way here.
    pub(crate) fn is_deaf(&self) -> bool {
        self.reading.is_some()
    }

    /// How those that read and those that write are used.
    pub(crate) fn usage(&self) -> (PoolUsage, PoolUsage) {
        (usage(&self.readers), usage(&self.writers))
    }

    pub(crate) fn close(&self) {
        self.writers.close();
        self.readers.close();
    }
}

fn usage(pool: &Pool) -> PoolUsage {
    let status = pool.status();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    PoolUsage {
        open: count(status.size),
        in_use: count(status.size.saturating_sub(status.available)),
        waiting: count(status.waiting),
        max: count(status.max_size),
    }
}

fn pool(target: Config, tls: &MakeRustlsConnect, most: u32) -> Result<Pool> {
    let config = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(target, tls.clone(), config);
    Pool::builder(manager)
        .max_size(usize::try_from(most.max(1)).unwrap_or(1))
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .recycle_timeout(Some(WAIT))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| Error::unavailable(error.to_string()))
}
