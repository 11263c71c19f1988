//! The schema that a store is moved into: one transaction on a connection of its own.

use std::pin::pin;

use bytes::Bytes;
use futures::SinkExt;
use paceline_core::store::StoreError;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_postgres::Client;

use super::error::TransferError;
use super::source::{Numbers, Source};
use super::tables::{OTHERS, TABLES, Table};
use crate::postgres::transfer::dedicated;

/// Pieces of rows that wait to be written.
const WAITING: usize = 4;

#[derive(Debug)]
pub(super) struct Target {
    client: Client,
    schema: String,
    /// Reads and writes for the client. Ending it ends the connection, and an open transaction.
    connection: JoinHandle<()>,
}

impl Drop for Target {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Target {
    /// Connects, keeps everyone else from writing to the schema, and holds that it is empty.
    pub(super) async fn begin(url: &str) -> Result<Self, TransferError> {
        let (client, connection, schema) = dedicated(url).await.map_err(TransferError::Target)?;
        let target = Target {
            client,
            schema: schema.clone(),
            connection,
        };
        let names: Vec<&str> = all_tables().collect();
        let begin = format!(
            "BEGIN;
            SET LOCAL search_path = {schema};
            SET LOCAL statement_timeout = 0;
            SET LOCAL idle_in_transaction_session_timeout = 0;
            LOCK TABLE tally, {} IN EXCLUSIVE MODE",
            names.join(", ")
        );
        target.run(&begin).await?;
        let mut tables = Vec::new();
        for table in all_tables() {
            let rows = target
                .count(&format!("SELECT count(*) FROM {table}"))
                .await?;
            if rows > 0 {
                tables.push((table, u64::try_from(rows).unwrap_or(0)));
            }
        }
        if tables.is_empty() {
            Ok(target)
        } else {
            Err(TransferError::NotEmpty { schema, tables })
        }
    }

    /// Writes the rows of one table as they are read. Gives the source back.
    pub(super) async fn copy(
        &self,
        source: Source,
        table: &'static Table,
        step: &mut impl FnMut(&'static str, u64),
    ) -> Result<Source, TransferError> {
        let (pieces, waiting) = mpsc::channel(WAITING);
        let reading = spawn_blocking(move || {
            let sent = source.send(table, &pieces);
            (source, sent)
        });
        let (source, rows) = self.write(table, waiting, reading).await?;
        step(table.name, rows);
        Ok(source)
    }

    async fn write(
        &self,
        table: &Table,
        mut pieces: mpsc::Receiver<Bytes>,
        reading: JoinHandle<(Source, crate::error::Result<()>)>,
    ) -> Result<(Source, u64), TransferError> {
        let copy = format!("COPY {} ({}) FROM STDIN", table.name, table.columns);
        let mut sink = pin!(
            self.client
                .copy_in::<_, Bytes>(&copy)
                .await
                .map_err(failed)?
        );
        while let Some(piece) = pieces.recv().await {
            sink.send(piece).await.map_err(failed)?;
        }
        let (source, sent) = reading
            .await
            .map_err(|error| TransferError::Source(StoreError::Unavailable(error.to_string())))?;
        // Leaving the sink unfinished makes the server drop what came.
        sent.map_err(|error| TransferError::Source(error.into()))?;
        let rows = sink.finish().await.map_err(failed)?;
        Ok((source, rows))
    }

    /// Lets numbers go on where they ended, and counts the jobs in each state.
    pub(super) async fn number(&self, last: Numbers) -> Result<(), TransferError> {
        let Numbers {
            event,
            job,
            node,
            lease,
        } = last;
        let sequence = |name: &str, last: i64| {
            let (at, used) = (last.max(1), last > 0);
            format!("SELECT setval('{name}', {at}, {used});")
        };
        let states = paceline_core::JobState::ALL.iter();
        let counted = states.map(|state| {
            format!(", {state} = (SELECT count(*) FROM jobs WHERE state = '{state}')")
        });
        let sql = format!(
            "{}{}{}UPDATE tally SET event = {event}{}",
            sequence("job_num", job),
            sequence("node_id", node),
            sequence("lease_id", lease),
            counted.collect::<String>(),
        );
        self.run(&sql).await
    }

    pub(super) async fn commit(self) -> Result<(), TransferError> {
        self.run("COMMIT").await?;
        // What the server knows of the tables is from when they were empty. It finds out in time.
        let schema = &self.schema;
        let names: Vec<String> = all_tables()
            .map(|table| format!("{schema}.{table}"))
            .collect();
        if let Err(error) = self.run(&format!("ANALYZE {}", names.join(", "))).await {
            tracing::debug!(%error, "the tables were not analysed");
        }
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<(), TransferError> {
        self.client.batch_execute(sql).await.map_err(failed)
    }

    /// The number that a query gives.
    pub(super) async fn count(&self, sql: &str) -> Result<i64, TransferError> {
        let row = self.client.query_one(sql, &[]).await.map_err(failed)?;
        row.try_get(0).map_err(failed)
    }

    /// Words with a number each.
    pub(super) async fn counts(&self, sql: &str) -> Result<Vec<(String, i64)>, TransferError> {
        let rows = self.client.query(sql, &[]).await.map_err(failed)?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, _>>()
            .map_err(failed)
    }
}

fn all_tables() -> impl Iterator<Item = &'static str> {
    let copied = TABLES.iter().map(|table| table.name);
    copied.chain(OTHERS.iter().copied())
}

fn failed(error: tokio_postgres::Error) -> TransferError {
    TransferError::Target(crate::postgres::transfer::explain(error))
}
