//! Templates in `SQLite`.

use paceline_core::event::EventKind;
use paceline_core::store::StoreError;
use paceline_core::template::Template;
use paceline_core::{Json, TemplateId, Time};
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::context::{WriteContext, find, list};
use crate::error::Result;
use crate::events;
use crate::text::to_json;

macro_rules! select_templates {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, job, version, created_at, updated_at FROM templates ",
            $rest
        )
    };
}

pub(crate) fn add(context: &mut WriteContext<'_>, template: &Template, now: Time) -> Result<()> {
    must_be_free(context, template)?;
    put(context, template)?;
    events::record(context, EventKind::TemplateCreated, &names(template), now)
}

/// Writes a changed template if it is still as it was read.
pub(crate) fn change(
    context: &mut WriteContext<'_>,
    template: &Template,
    now: Time,
) -> Result<bool> {
    const VERSION: &str = "SELECT version FROM templates WHERE id = ?1";
    let found = context.find(VERSION, (template.id.into_bytes(),), |row| row.get(0))?;
    if found != Some(template.version) {
        return Ok(false);
    }
    must_be_free(context, template)?;
    let changed = Template {
        version: template.version + 1,
        ..template.clone()
    };
    put(context, &changed)?;
    events::record(context, EventKind::TemplateChanged, &names(template), now)?;
    Ok(true)
}

pub(crate) fn remove(context: &mut WriteContext<'_>, id: TemplateId, now: Time) -> Result<()> {
    let template = one(context.connection, &id.to_string())?;
    let template = template.ok_or(StoreError::NotFound("template"))?;
    context.execute("DELETE FROM templates WHERE id = ?1", (id.into_bytes(),))?;
    events::record(context, EventKind::TemplateDeleted, &names(&template), now)
}

/// No other template may have its name.
fn must_be_free(context: &WriteContext<'_>, template: &Template) -> Result<()> {
    const OTHER: &str = "SELECT 1 FROM templates WHERE name = ?1 AND id <> ?2";
    let key = (&template.name, template.id.into_bytes());
    match context.find(OTHER, key, |_| Ok(()))? {
        None => Ok(()),
        Some(()) => Err(taken(template).into()),
    }
}

pub(crate) fn taken(template: &Template) -> StoreError {
    StoreError::NameTaken {
        what: "template",
        name: template.name.clone(),
    }
}

/// The data of an event about it.
pub(crate) fn names(template: &Template) -> Json {
    #[derive(Serialize)]
    struct Data<'a> {
        template: &'a str,
        id: String,
    }
    Json::from_checked(to_json(&Data {
        template: &template.name,
        id: template.id.to_string(),
    }))
}

fn put(context: &WriteContext<'_>, template: &Template) -> Result<()> {
    const PUT: &str = "INSERT OR REPLACE INTO templates
        (id, name, job, version, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Template {
        id,
        name,
        job,
        version,
        created_at,
        updated_at,
    } = template;
    context.execute(
        PUT,
        (
            id.into_bytes(),
            name,
            job.as_str(),
            version,
            created_at.as_micros(),
            updated_at.as_micros(),
        ),
    )?;
    Ok(())
}

/// The template with this id or name.
pub(crate) fn one(connection: &Connection, named: &str) -> Result<Option<Template>> {
    const BY_ID: &str = select_templates!("WHERE id = ?1");
    const BY_NAME: &str = select_templates!("WHERE name = ?1");
    match named.parse::<TemplateId>() {
        Ok(id) => find(connection, BY_ID, (id.into_bytes(),), read),
        Err(_) => find(connection, BY_NAME, (named,), read),
    }
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Template>> {
    const ALL: &str = select_templates!("ORDER BY name");
    list(connection, ALL, (), read)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Template> {
    Ok(Template {
        id: TemplateId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        job: Json::from_checked(row.get::<_, String>(2)?),
        version: row.get(3)?,
        created_at: Time::from_micros(row.get(4)?),
        updated_at: Time::from_micros(row.get(5)?),
    })
}
