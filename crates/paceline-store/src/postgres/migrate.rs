//! Brings the schema up to date: numbered steps, each applied once, in a transaction of its own.

use deadpool_postgres::Object;
use paceline_core::store::StoreError;

use super::error::{Error, Result};
use super::row::Columns;
use crate::num::as_i64;

const STEPS: &[&str] = &[
    include_str!("../../migrations/postgres/0001_initial.sql"),
    include_str!("../../migrations/postgres/0002_views.sql"),
];

/// The schema version that this program writes.
pub(crate) fn known() -> i64 {
    as_i64(STEPS.len())
}

/// Applies what is missing. Nodes that start at one time do so one after the other.
pub(crate) async fn migrate(client: &Object, schema: &str) -> Result<()> {
    if version(client, schema).await? == Some(known()) {
        return Ok(());
    }
    loop {
        client.batch_execute("BEGIN").await?;
        match step(client, schema).await {
            Ok(more) => {
                client.batch_execute("COMMIT").await?;
                if !more {
                    return Ok(());
                }
            }
            Err(error) => {
                client.batch_execute("ROLLBACK").await?;
                return Err(error);
            }
        }
    }
}

/// Applies the next step; false when there was none.
async fn step(client: &Object, schema: &str) -> Result<bool> {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('paceline.' || $1), 0)";
    client.execute(LOCK, &[&schema]).await?;
    if !exists(client, schema).await? {
        let make = format!(
            "CREATE SCHEMA IF NOT EXISTS {schema};
            CREATE TABLE {schema}.schema_version (
                only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), version bigint NOT NULL)"
        );
        client.batch_execute(&make).await?;
    }
    let found = version(client, schema).await?.unwrap_or(0);
    let next = usize::try_from(found)
        .ok()
        .and_then(|found| STEPS.get(found));
    let Some(sql) = next else {
        return Ok(false);
    };
    client.batch_execute(sql).await?;
    let count = format!(
        "INSERT INTO {schema}.schema_version (version) VALUES ($1)
        ON CONFLICT (only_one) DO UPDATE SET version = excluded.version"
    );
    client.execute(&count, &[&(found + 1)]).await?;
    Ok(true)
}

fn newer(found: i64) -> Result<()> {
    let known = known();
    if found > known {
        return Err(StoreError::TooNew { found, known }.into());
    }
    Ok(())
}

async fn exists(client: &Object, schema: &str) -> Result<bool> {
    let table = format!("{schema}.schema_version");
    let row = client
        .query_one("SELECT to_regclass($1) IS NOT NULL", &[&table])
        .await?;
    row.value(0)
}

/// The version of the schema that is there, if any; a newer one is refused.
async fn version(client: &Object, schema: &str) -> Result<Option<i64>> {
    if !exists(client, schema).await? {
        return Ok(None);
    }
    let select = format!("SELECT version FROM {schema}.schema_version");
    let Some(row) = client.query_opt(&select, &[]).await? else {
        return Ok(None);
    };
    let found = row.number(0)?;
    newer(found)?;
    Ok(Some(found))
}

/// What a node can do with a schema that is not where statements would look for it.
pub(crate) fn misplaced(schema: &str) -> Error {
    Error::unavailable(format!(
        "the connection does not use the schema `{schema}`: a pooler in between must pass on \
         `options`, or say ALTER ROLE … SET search_path = {schema}"
    ))
}
