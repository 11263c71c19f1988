//! A look at a server from outside, for people who want to know what is wrong. Changes nothing.

use std::time::Duration;

use paceline_core::Time;
use paceline_core::store::Result;

use super::connect::Options;
use super::error::{self, Error};
use super::pool::Pools;
use super::rights::Rights;
use super::row::Columns;
use super::session::{Session, values};
use super::url::Target;
use super::{access, migrate, tls};

/// What a look at a server told.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// `15.4 (Debian 15.4-1)`
    pub server: String,
    /// 13 or newer.
    pub is_new_enough: bool,
    pub schema: String,
    pub role: String,
    /// What the role may not do, and what to do about it.
    pub missing_rights: Option<String>,
    /// A pooler of transactions is in between.
    pub pooled: bool,
    pub encrypted: bool,
    /// The version of the schema and the oldest one whose nodes work with it, if it is there.
    pub version: Option<(i64, i64)>,
    /// The version that this program makes.
    pub known_version: i64,
    pub connections: Connections,
    /// How far the server's clock is ahead of this one's, or behind it.
    pub clock_difference: Duration,
    pub durability: Durability,
}

/// Connections that the server, the database and the role allow together, and who uses them.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    pub limit: u32,
    /// By programs that are no nodes.
    pub of_others: u32,
    /// Nodes that are alive.
    pub nodes: u32,
    /// Most that one node opens.
    pub of_a_node: u32,
}

/// Settings by which a server may forget what it acknowledged.
#[derive(Clone, Debug)]
pub struct Durability {
    pub fsync: bool,
    pub full_page_writes: bool,
    /// `on`, `off`, `local`, `remote_write`, `remote_apply`
    pub synchronous_commit: String,
    /// It is a standby, or takes no writes for another reason.
    pub read_only: bool,
}

/// Looks at the server at this URL. `clock` tells the time here.
pub async fn inspect(url: &str, clock: impl Fn() -> Time + Sync) -> Result<Inspection> {
    let target = Target::parse(url)?;
    let tls = tls::connector(&target.trust)?;
    let pooled = access::is_pooled(&target, &tls).await?;
    let pools = Pools::new(&target, &tls, pooled, (1, 1))?;
    let looked = look(&pools, &target.schema, pooled, clock).await;
    pools.close();
    Ok(looked?)
}

async fn look(
    pools: &Pools,
    schema: &str,
    pooled: bool,
    clock: impl Fn() -> Time + Sync,
) -> error::Result<Inspection> {
    const SERVER: &str = "SELECT current_setting('server_version'),
        current_setting('server_version_num')::int >= 130000,
        coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)";
    let mut session = pools.reader().await?;
    let server = session.find(SERVER, values![]).await?;
    let server = server.ok_or_else(nothing)?;
    let rights = Rights::look(&mut session, schema).await?;
    let missing_rights = rights.missing(schema);
    let version = match missing_rights {
        None => migrate::version(&mut session, schema).await?,
        // Not everything can be looked at then.
        Some(_) => None,
    };
    Ok(Inspection {
        server: server.text(0)?,
        is_new_enough: server.value(1)?,
        encrypted: server.value(2)?,
        schema: schema.to_owned(),
        role: rights.role.clone(),
        missing_rights,
        pooled,
        version: version.map(|version| (version.number, version.compatible_from)),
        known_version: migrate::known(),
        connections: connections(&mut session, version.is_some()).await?,
        clock_difference: clock_difference(&mut session, clock).await?,
        durability: durability(&mut session).await?,
    })
}

async fn connections(session: &mut Session, has_schema: bool) -> error::Result<Connections> {
    const LIMIT: &str = "SELECT least(
            current_setting('max_connections')::int
                - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true)::int, 0),
            (SELECT nullif(datconnlimit, -1) FROM pg_database
                WHERE datname = current_database()),
            (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)),
        (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend'
            AND application_name IS DISTINCT FROM current_setting('application_name'))";
    const NODES: &str = "SELECT count(*)::int FROM nodes
        WHERE until > extract(epoch FROM clock_timestamp()) * 1000000";
    let row = session.find(LIMIT, values![]).await?.ok_or_else(nothing)?;
    let nodes = if has_schema {
        session.find(NODES, values![]).await?
    } else {
        None
    };
    Ok(Connections {
        limit: row.count(0)?,
        of_others: row.count(1)?,
        nodes: nodes.map_or(Ok(0), |row| row.count(0))?,
        of_a_node: Options::default().connections(),
    })
}

/// What is read half way through the question is told half way through it.
async fn clock_difference(
    session: &mut Session,
    clock: impl Fn() -> Time + Sync,
) -> error::Result<Duration> {
    const NOW: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    // Prepared first, which takes a time of its own.
    session.find(NOW, values![]).await?;
    let before = clock();
    let there = session.find(NOW, values![]).await?;
    let here = before + clock().since(before) / 2;
    let there = there.ok_or_else(nothing)?.time(0)?;
    Ok(here.since(there).max(there.since(here)))
}

async fn durability(session: &mut Session) -> error::Result<Durability> {
    const SETTINGS: &str = "SELECT current_setting('fsync')::boolean,
        current_setting('full_page_writes')::boolean, current_setting('synchronous_commit'),
        pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean";
    let row = session.find(SETTINGS, values![]).await?;
    let row = row.ok_or_else(nothing)?;
    Ok(Durability {
        fsync: row.value(0)?,
        full_page_writes: row.value(1)?,
        synchronous_commit: row.text(2)?,
        read_only: row.value(3)?,
    })
}

fn nothing() -> Error {
    Error::corrupt("the server gave no row")
}
