//! What moving a store here needs of this side: a connection of its own, and giving back what was
//! in workers' hands.

use paceline_core::Time;
use paceline_core::store::{Result, StoreError};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::connect::PostgresStore;
use super::error::{Error, cannot_connect};
use super::node;
use super::tls;
use super::url::Target;

/// A connection that no pool knows of and that has no settings yet, so that it may lead through a
/// pooler; and the name of the schema that is meant.
pub(crate) async fn dedicated(url: &str) -> Result<(Client, JoinHandle<()>, String)> {
    let target = Target::parse(url)?;
    let tls = tls::connector(&target.trust)?;
    let connected = target.config.connect(tls).await;
    let (client, connection) =
        connected.map_err(|error| StoreError::Unavailable(cannot_connect(&error)))?;
    let connection = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection ended");
        }
    });
    Ok((client, connection, target.schema))
}

/// An error in the words of the store.
pub(crate) fn explain(error: tokio_postgres::Error) -> StoreError {
    Error::from(error).into()
}

impl PostgresStore {
    /// Gives back the leases of all nodes that are not known here. Returns how many there were.
    pub(crate) async fn take_back_lost(&self, now: Time) -> Result<u64> {
        Ok(node::take_back_lost(&self.shared, now).await?)
    }
}
