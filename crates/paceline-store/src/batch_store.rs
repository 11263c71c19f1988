//! The trait's part about batches: passes each call to its verb.

use async_trait::async_trait;
use paceline_core::Time;
use paceline_core::batch::{Batch, BatchQuery, BatchStatus, BatchStore};
use paceline_core::query::Page;
use paceline_core::store::Result;

use crate::batches;
use crate::command::Durable;
use crate::sqlite::SqliteStore;

#[async_trait]
impl BatchStore for SqliteStore {
    async fn add_batch(&self, batch: Batch, _now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| batches::add(context, &batch))
            .await
    }

    async fn batch(&self, name: &str) -> Result<Option<BatchStatus>> {
        let name = name.to_owned();
        self.read(move |connection| batches::one(connection, &name))
            .await
    }

    async fn batches(&self, query: BatchQuery) -> Result<Page<BatchStatus>> {
        self.read(move |connection| batches::page(connection, &query))
            .await
    }
}
