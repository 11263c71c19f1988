//! The trait's part about batches: passes each call to its verb.

use async_trait::async_trait;
use paceline_core::Time;
use paceline_core::batch::{Batch, BatchQuery, BatchStatus, BatchStore};
use paceline_core::query::Page;
use paceline_core::store::Result;

use super::batches;
use super::connect::PostgresStore;

#[async_trait]
impl BatchStore for PostgresStore {
    async fn add_batch(&self, batch: Batch, _now: Time) -> Result<()> {
        let mut session = self.shared.pools.writer().await?;
        Ok(batches::make(&mut session, &batch).await?)
    }

    async fn batch(&self, name: &str) -> Result<Option<BatchStatus>> {
        Ok(batches::one(&mut self.reader().await?, name).await?)
    }

    async fn batches(&self, query: BatchQuery) -> Result<Page<BatchStatus>> {
        Ok(batches::page(&mut self.reader().await?, &query).await?)
    }
}
