//! Connecting to a server, and what a node's calls share.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex};

use paceline_core::lease::ReportAnswer;
use paceline_core::store::{Result, StoreError, Submitted};
use tokio::task::AbortHandle;

use super::catalogue::SharedCatalogue;
use super::dead::LastLook;
use super::error::Error;
use super::gather::Gather;
use super::heads::Heads;
use super::hook::Told;
use super::listen::listen;
use super::pool::Pools;
use super::report::Reports;
use super::row::Columns;
use super::seen::Seen;
use super::session::values;
use super::submit::Submission;
use super::throttles::Throttled;
use super::unheard::Unheard;
use super::url::Target;
use super::{access, migrate, report, rights, submit, tls};
use crate::options_row::OptionsCache;
use crate::sweep::Sweeps;

/// The oldest server that will do, as `server_version_num` has it.
const OLDEST_SERVER: i32 = 130_000;

/// How a node connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most queries that run at once.
    pub readers: u32,
    /// Most transactions that write at once.
    pub writers: u32,
    /// From how many jobs on lists use a catalogue in memory: 64 bytes a job, made when a list
    /// first needs it.
    pub catalogue_from: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            readers: 10,
            writers: 6,
            catalogue_from: 2_000,
        }
    }
}

impl Options {
    /// Most connections of a node: those, and one that listens.
    pub fn connections(&self) -> u32 {
        self.readers + self.writers + 1
    }
}

/// A store in a schema of a `PostgreSQL` database, shared by any number of nodes.
#[derive(Debug)]
pub struct PostgresStore {
    pub(crate) shared: Arc<Shared>,
    pub(crate) submissions: Gather<Submission, Vec<Submitted>>,
    pub(crate) reports: Gather<Reports, Vec<ReportAnswer>>,
    listener: AbortHandle,
}

/// What all calls of a node work with.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) pools: Pools,
    pub(crate) told: Told,
    pub(crate) catalogue: SharedCatalogue,
    /// What notifications are sent under.
    pub(crate) channel: String,
    /// The node that registered here last; 0 before.
    pub(crate) node: AtomicI64,
    pub(crate) options: Mutex<OptionsCache>,
    /// When each task's line of unit jobs was served last by this node, as a turn.
    pub(crate) lanes: Mutex<HashMap<String, i64>>,
    pub(crate) heads: Heads,
    /// Jobs of which leases were given here.
    pub(crate) seen: Seen,
    /// Leases that a claim may have given without anyone hearing of it.
    pub(crate) unheard: Unheard,
    /// Bytes that the tables take, as they were last looked at.
    pub(crate) size: AtomicU64,
    /// Most bytes of log that a job keeps.
    pub(crate) log_bytes: AtomicI64,
    /// Queues that are in their table.
    pub(crate) queues: Mutex<HashSet<String>>,
    pub(crate) last_look: LastLook,
    pub(crate) throttled: Throttled,
    pub(crate) sweeps: Sweeps,
}

impl PostgresStore {
    /// Connects, creates the schema if it is not there, and brings it up to date. The URL is that of
    /// libpq; `schema` (default `paceline`), `sslmode` and `sslrootcert` may be among its params.
    pub async fn connect(url: &str, options: Options) -> Result<PostgresStore> {
        let target = Target::parse(url)?;
        let tls = tls::connector(&target.trust)?;
        let pooled = access::is_pooled(&target, &tls).await?;
        let pools = Pools::new(&target, &tls, pooled, (options.writers, options.readers))?;
        prepare(&pools, &target.schema).await?;
        let told = Told::default();
        let listener = tokio::spawn(listen(target.clone(), tls, pools.clone(), told.clone()));
        let shared = Arc::new(Shared {
            pools,
            told,
            catalogue: SharedCatalogue::new(options.catalogue_from),
            channel: target.channel(),
            node: AtomicI64::new(0),
            options: Mutex::default(),
            lanes: Mutex::default(),
            heads: Heads::default(),
            seen: Seen::default(),
            unheard: Unheard::default(),
            size: AtomicU64::new(0),
            log_bytes: AtomicI64::new(default_log_bytes()),
            queues: Mutex::default(),
            last_look: LastLook::default(),
            throttled: Throttled::default(),
            sweeps: Sweeps::default(),
        });
        let (submitting, reporting) = (shared.clone(), shared.clone());
        Ok(PostgresStore {
            submissions: Gather::start(move |calls| {
                let shared = submitting.clone();
                async move { submit::submit(&shared, calls).await }
            }),
            reports: Gather::start(move |calls| {
                let shared = reporting.clone();
                async move { report::report(&shared, calls).await }
            }),
            shared,
            listener: listener.abort_handle(),
        })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.listener.abort();
        self.shared.pools.close();
    }
}

fn default_log_bytes() -> i64 {
    let bytes = paceline_core::store::Retention::default().log_bytes;
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Looks at the server and brings the schema up to date.
async fn prepare(pools: &Pools, schema: &str) -> Result<(), Error> {
    const LOOK: &str = "SELECT current_setting('server_version_num')::int";
    let mut session = pools.writer().await?;
    let found = session.find(LOOK, values![]).await?;
    let found: i32 = found.map_or(Ok(0), |row| row.value(0))?;
    if found < OLDEST_SERVER {
        let major = found / 10_000;
        let why = format!("PostgreSQL {major} is too old; Paceline needs 13 or newer");
        return Err(StoreError::Unavailable(why).into());
    }
    rights::check(&mut session, schema).await?;
    migrate::migrate(&mut session, schema).await
}
