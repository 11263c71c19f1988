//! The trait's part about templates: passes each call to its verb.

use async_trait::async_trait;
use paceline_core::store::Result;
use paceline_core::template::{Template, TemplateStore};
use paceline_core::{TemplateId, Time};

use crate::command::Durable;
use crate::sqlite::SqliteStore;
use crate::templates;

#[async_trait]
impl TemplateStore for SqliteStore {
    async fn add_template(&self, template: Template, now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| {
            templates::add(context, &template, now)
        })
        .await
    }

    async fn change_template(&self, template: Template, now: Time) -> Result<bool> {
        self.write(Durable::Yes, move |context| {
            templates::change(context, &template, now)
        })
        .await
    }

    async fn remove_template(&self, id: TemplateId, now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| {
            templates::remove(context, id, now)
        })
        .await
    }

    async fn template(&self, named: &str) -> Result<Option<Template>> {
        let named = named.to_owned();
        self.read(move |connection| templates::one(connection, &named))
            .await
    }

    async fn templates(&self) -> Result<Vec<Template>> {
        self.read(templates::all).await
    }
}
