//! Templates in `PostgreSQL`.

use paceline_core::event::EventKind;
use paceline_core::store::StoreError;
use paceline_core::template::Template;
use paceline_core::{TemplateId, Time};
use tokio_postgres::Row;
use uuid::Uuid;

use super::changes::Changes;
use super::connect::Shared;
use super::error::Result;
use super::flush;
use super::items_write::clean;
use super::load::Entries;
use super::row::Columns;
use super::session::{Batch, Session, values};
use crate::templates::{names, taken};

macro_rules! select_templates {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, job, version, created_at, updated_at FROM templates ",
            $rest
        )
    };
}

pub(crate) async fn add(shared: &Shared, template: &Template, now: Time) -> Result<()> {
    const INSERT: &str = "INSERT INTO templates (id, name, job, version, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let written = write(shared, INSERT, template, EventKind::TemplateCreated, now).await;
    written.map(|_| ())
}

/// Writes a changed template if it is still as it was read.
pub(crate) async fn change(shared: &Shared, template: &Template, now: Time) -> Result<bool> {
    const UPDATE: &str = "UPDATE templates SET name = $2, job = $3, version = $4 + 1,
        created_at = $5, updated_at = $6 WHERE id = $1 AND version = $4 RETURNING id";
    write(shared, UPDATE, template, EventKind::TemplateChanged, now).await
}

/// False, and nothing is written, when the statement gives no row.
async fn write(
    shared: &Shared,
    sql: &'static str,
    template: &Template,
    kind: EventKind,
    now: Time,
) -> Result<bool> {
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin();
    let row = values![
        Uuid::from_bytes(template.id.into_bytes()),
        clean(&template.name),
        template.job.as_str().to_owned(),
        template.version,
        template.created_at.as_micros(),
        template.updated_at.as_micros(),
    ];
    let place = batch.add(sql, row);
    let written = session.run(batch).await.map_err(|error| {
        if error.is_a_duplicate() {
            taken(template).into()
        } else {
            error
        }
    });
    if written?.first(place).is_none() {
        session.roll_back().await;
        return Ok(false);
    }
    tell(shared, &mut session, template, kind, now).await?;
    Ok(true)
}

pub(crate) async fn remove(shared: &Shared, id: TemplateId, now: Time) -> Result<()> {
    const REMOVE: &str = "DELETE FROM templates WHERE id = $1
        RETURNING id, name, job, version, created_at, updated_at";
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin();
    let place = batch.add(REMOVE, values![Uuid::from_bytes(id.into_bytes())]);
    let Some(removed) = session.run(batch).await?.first(place) else {
        session.roll_back().await;
        return Err(StoreError::NotFound("template").into());
    };
    let template = read(&removed)?;
    tell(
        shared,
        &mut session,
        &template,
        EventKind::TemplateDeleted,
        now,
    )
    .await
}

/// Tells of a change and commits it.
async fn tell(
    shared: &Shared,
    session: &mut Session,
    template: &Template,
    kind: EventKind,
    now: Time,
) -> Result<()> {
    let mut changes = Changes::default();
    changes.record(kind, &names(template), now);
    let batch = Batch::default();
    flush::commit(shared, session, batch, Entries::new(), changes).await?;
    Ok(())
}

/// The template with this id or name.
pub(crate) async fn one(session: &mut Session, named: &str) -> Result<Option<Template>> {
    const BY_ID: &str = select_templates!("WHERE id = $1");
    const BY_NAME: &str = select_templates!("WHERE name = $1");
    let found = match named.parse::<TemplateId>() {
        Ok(id) => {
            let id = Uuid::from_bytes(id.into_bytes());
            session.find(BY_ID, values![id]).await?
        }
        Err(_) => session.find(BY_NAME, values![clean(named)]).await?,
    };
    found.as_ref().map(read).transpose()
}

pub(crate) async fn all(session: &mut Session) -> Result<Vec<Template>> {
    const ALL: &str = select_templates!("ORDER BY name COLLATE \"C\"");
    let found = session.list(ALL, values![]).await?;
    found.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Template> {
    let id: Uuid = row.value(0)?;
    Ok(Template {
        id: TemplateId::from_bytes(id.into_bytes()),
        name: row.text(1)?,
        job: row.json(2)?,
        version: row.number(3)?,
        created_at: row.time(4)?,
        updated_at: row.time(5)?,
    })
}
