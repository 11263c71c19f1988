//! Templates: submissions that are kept to be launched again, by people or by schedules.
//!
//! Owns what a template is and the verbs of a store about them ([`TemplateStore`]). What stands in
//! the submission is not looked at here: it is settled each time when it is used.

use async_trait::async_trait;

use crate::id::TemplateId;
use crate::json::Json;
use crate::store::Result;
use crate::time::Time;

/// A template as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub id: TemplateId,
    /// Unique.
    pub name: String,
    /// The submission as its JSON text.
    pub job: Json,
    /// Grows with every change: what is written holds only for what was read.
    pub version: i64,
    pub created_at: Time,
    pub updated_at: Time,
}

/// The part of [`crate::store::Store`] that keeps templates. All that is written is durable.
#[async_trait]
pub trait TemplateStore {
    /// Keeps a new template. [`crate::store::StoreError::NameTaken`] if its name is in use.
    async fn add_template(&self, template: Template, now: Time) -> Result<()>;

    /// Writes a template that was read and changed. False, and nothing was written, when somebody
    /// else was faster or it is gone.
    async fn change_template(&self, template: Template, now: Time) -> Result<bool>;

    /// [`crate::store::StoreError::NotFound`] when there is none.
    async fn remove_template(&self, id: TemplateId, now: Time) -> Result<()>;

    /// The template with this id or name.
    async fn template(&self, named: &str) -> Result<Option<Template>>;

    /// All templates by name.
    async fn templates(&self) -> Result<Vec<Template>>;
}
