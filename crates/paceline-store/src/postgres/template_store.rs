//! The trait's part about templates: passes each call to its verb.

use async_trait::async_trait;
use paceline_core::store::Result;
use paceline_core::template::{Template, TemplateStore};
use paceline_core::{TemplateId, Time};

use super::connect::PostgresStore;
use super::templates;

#[async_trait]
impl TemplateStore for PostgresStore {
    async fn add_template(&self, template: Template, now: Time) -> Result<()> {
        Ok(templates::add(&self.shared, &template, now).await?)
    }

    async fn change_template(&self, template: Template, now: Time) -> Result<bool> {
        Ok(templates::change(&self.shared, &template, now).await?)
    }

    async fn remove_template(&self, id: TemplateId, now: Time) -> Result<()> {
        Ok(templates::remove(&self.shared, id, now).await?)
    }

    async fn template(&self, named: &str) -> Result<Option<Template>> {
        Ok(templates::one(&mut self.reader().await?, named).await?)
    }

    async fn templates(&self) -> Result<Vec<Template>> {
        Ok(templates::all(&mut self.reader().await?).await?)
    }
}
