//! The connections of a node: some for calls that write, some for those that read, so that neither
//! waits for the other.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{Error, Result};
use super::session::Session;
use super::url::Target;

/// Longest wait for a connection to become free, to come about, or to be looked at.
const WAIT: Duration = Duration::from_secs(10);

/// Statements that write find their rows by an index, always: what the server knows of a table's
/// size may be from a time when it was empty, and a plan that reads all of it may be kept long.
const PLANS: &str = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off \
    -c plan_cache_mode=force_generic_plan";

#[derive(Clone, Debug)]
pub(crate) struct Pools {
    writers: Pool,
    readers: Pool,
}

impl Pools {
    pub(crate) fn new(
        target: &Target,
        tls: &MakeRustlsConnect,
        (writers, readers): (u32, u32),
    ) -> Result<Self> {
        let mut writing = target.config.clone();
        let options = writing.get_options().unwrap_or_default();
        writing.options(format!("{options} {PLANS}"));
        Ok(Pools {
            writers: pool(writing, tls, writers)?,
            readers: pool(target.config.clone(), tls, readers)?,
        })
    }

    pub(crate) async fn writer(&self) -> Result<Session> {
        Ok(Session::new(self.writers.get().await?))
    }

    pub(crate) async fn reader(&self) -> Result<Session> {
        Ok(Session::new(self.readers.get().await?))
    }

    pub(crate) async fn connection(&self) -> Result<deadpool_postgres::Object> {
        Ok(self.writers.get().await?)
    }

    /// Readers in use now, and how many there may be.
    pub(crate) fn usage(&self) -> (u32, u32) {
        let status = self.readers.status();
        let used = status.size.saturating_sub(status.available);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (count(used), count(status.max_size))
    }

    pub(crate) fn close(&self) {
        self.writers.close();
        self.readers.close();
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
