//! Taking a whole store away again, for those who made it to measure or to try something.

use paceline_core::store::{Result, StoreError};

use super::error::Error;
use super::pool::Pools;
use super::tls;
use super::url::Target;

/// Removes the schema that the URL names, with all jobs in it. No node may use it any more.
pub async fn remove(url: &str) -> Result<()> {
    let target = Target::parse(url)?;
    let pools = one_connection(&target)?;
    let client = pools.connection().await?;
    // The name is plain: `Target` takes no other.
    let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", target.schema);
    client.batch_execute(&drop).await.map_err(Error::from)?;
    Ok(())
}

/// The process on the server's machine that serves a connection just now.
pub async fn server_process(url: &str) -> Result<i32> {
    let pools = one_connection(&Target::parse(url)?)?;
    let client = pools.connection().await?;
    let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
    Ok(row.map_err(Error::from)?.get(0))
}

fn one_connection(target: &Target) -> Result<Pools, StoreError> {
    Ok(Pools::new(target, &tls::connector(&target.trust)?, (1, 1))?)
}
