//! Taking a whole store away again, for those who made it to measure or to try something.

use paceline_core::store::Result;

use super::error::Error;
use super::pool::Pools;
use super::row::Columns;
use super::session::values;
use super::url::Target;
use super::{access, tls};

/// Removes the schema that the URL names, with all jobs in it. No node may use it any more.
pub async fn remove(url: &str) -> Result<()> {
    let target = Target::parse(url)?;
    let pools = one_connection(&target).await?;
    // The name is plain: `Target` takes no other.
    let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", target.schema);
    let dropped = pools.writer().await?.script(&drop).await;
    pools.close();
    Ok(dropped?)
}

/// The process on the server's machine that serves a connection just now.
pub async fn server_process(url: &str) -> Result<i32> {
    const SELECT: &str = "SELECT pg_backend_pid()";
    let pools = one_connection(&Target::parse(url)?).await?;
    let row = pools.reader().await?.find(SELECT, values![]).await?;
    let row = row.ok_or_else(|| Error::unavailable("the server does not tell its process"))?;
    Ok(row.value(0)?)
}

async fn one_connection(target: &Target) -> Result<Pools> {
    let tls = tls::connector(&target.trust)?;
    let pooled = access::is_pooled(target, &tls).await?;
    Ok(Pools::new(target, &tls, pooled, (1, 1))?)
}
