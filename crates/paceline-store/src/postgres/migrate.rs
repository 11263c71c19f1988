//! Brings the schema up to date: numbered steps, each applied once, in a transaction of its own.
//!
//! Nodes of two versions share a database while they are replaced one by one. So each step says
//! how old a node may be that still works with what it leaves: a step that only adds (a table, a
//! column that may be empty, an index) says an old version, one that takes away or changes meaning
//! says its own. A node older than that is refused, and such a step waits until none runs.

use paceline_core::store::StoreError;

use super::error::{Error, Result};
use super::row::Columns;
use super::session::{Batch, Session, values};
use crate::num::as_i64;

#[derive(Clone, Copy)]
struct Step {
    sql: &'static str,
    /// The oldest schema version whose nodes work with the schema after this step.
    compatible_from: i64,
}

const STEPS: &[Step] = &[
    Step {
        sql: include_str!("../../migrations/postgres/0001_initial.sql"),
        compatible_from: 1,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0002_views.sql"),
        compatible_from: 1,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0003_compatible.sql"),
        compatible_from: 1,
    },
    // An older node would start jobs beyond limits that it does not know, in another order.
    Step {
        sql: include_str!("../../migrations/postgres/0004_limits.sql"),
        compatible_from: 4,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0005_schedules.sql"),
        compatible_from: 4,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0006_batches.sql"),
        compatible_from: 4,
    },
    // A node of before would end jobs and let those that wait for them wait for ever.
    Step {
        sql: include_str!("../../migrations/postgres/0007_dependencies.sql"),
        compatible_from: 4,
    },
    // An older node would hand out work that a breaker or a rate holds back.
    Step {
        sql: include_str!("../../migrations/postgres/0008_throttles.sql"),
        compatible_from: 8,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0009_notify.sql"),
        compatible_from: 8,
    },
    // A node of before would repeat the work of duplicates, and cannot read how they wait.
    Step {
        sql: include_str!("../../migrations/postgres/0010_merging.sql"),
        compatible_from: 10,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0011_retention.sql"),
        compatible_from: 10,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0012_cache.sql"),
        compatible_from: 10,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0013_task_history.sql"),
        compatible_from: 10,
    },
    // A node of before would hand out compressed results as if they were JSON.
    Step {
        sql: include_str!("../../migrations/postgres/0014_large_results.sql"),
        compatible_from: 14,
    },
    Step {
        sql: include_str!("../../migrations/postgres/0015_taken_messages.sql"),
        compatible_from: 14,
    },
    // A node of before gives work that came back its turn like other.
    Step {
        sql: include_str!("../../migrations/postgres/0016_returned.sql"),
        compatible_from: 14,
    },
    // A node of before cannot read what tells of draining, nor anything that follows.
    Step {
        sql: include_str!("../../migrations/postgres/0017_nodes.sql"),
        compatible_from: 17,
    },
];

/// The schema version that this program writes.
pub(crate) fn known() -> i64 {
    as_i64(STEPS.len())
}

/// What a database says of its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: i64,
    /// The oldest version whose nodes work with it.
    pub(crate) compatible_from: i64,
}

/// Applies what is missing. Nodes that start at one time do so one after the other.
pub(crate) async fn migrate(session: &mut Session, schema: &str) -> Result<()> {
    apply(session, schema, STEPS).await
}

async fn apply(session: &mut Session, schema: &str, steps: &[Step]) -> Result<()> {
    let known = as_i64(steps.len());
    loop {
        if found(session, schema, known).await? >= known {
            return Ok(());
        }
        session.run(Batch::begin()).await?;
        match step(session, schema, steps).await {
            Ok(()) => session.finish().await?,
            Err(error) => {
                session.roll_back().await;
                return Err(error);
            }
        }
    }
}

/// Applies the next step, if no other node was faster.
async fn step(session: &mut Session, schema: &str, steps: &[Step]) -> Result<()> {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('paceline.' || $1), 0)";
    let known = as_i64(steps.len());
    session.list(LOCK, values![schema]).await?;
    if !exists(session, schema).await? {
        make(session, schema).await?;
    }
    let found = found(session, schema, known).await?;
    let Some(step) = usize::try_from(found).ok().and_then(|at| steps.get(at)) else {
        return Ok(());
    };
    if found > 0 && step.compatible_from > found {
        nobody_else_runs(session, schema).await?;
    }
    session.script(step.sql).await?;
    let next = found + 1;
    let count = format!(
        "INSERT INTO {schema}.schema_version (version) VALUES ({next})
        ON CONFLICT (only_one) DO UPDATE SET version = excluded.version"
    );
    session.script(&count).await?;
    if next == known {
        let least = steps.iter().map(|step| step.compatible_from).max();
        let compatible = format!(
            "UPDATE {schema}.schema_version SET compatible_from = {}",
            least.unwrap_or(next)
        );
        session.script(&compatible).await?;
    }
    Ok(())
}

async fn make(session: &mut Session, schema: &str) -> Result<()> {
    // A schema that is there needs no right to make one.
    let there = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
    if session.find(there, values![schema]).await?.is_none() {
        session.script(&format!("CREATE SCHEMA {schema}")).await?;
    }
    let table = format!(
        "CREATE TABLE {schema}.schema_version (
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), version bigint NOT NULL)"
    );
    session.script(&table).await
}

/// Refuses as long as nodes work that could not go on with what is to come.
async fn nobody_else_runs(session: &mut Session, schema: &str) -> Result<()> {
    let running = format!(
        "SELECT coalesce(string_agg(name || ' (' || version || ')', ', '), '') FROM {schema}.nodes
        WHERE until > extract(epoch FROM clock_timestamp()) * 1000000"
    );
    let row = session.find(&running, values![]).await?;
    let nodes = row.map_or(Ok(String::new()), |row| row.text(0))?;
    if nodes.is_empty() {
        return Ok(());
    }
    Err(Error::unavailable(format!(
        "this version changes the schema in a way that nodes of the version before cannot go on \
         with, and some are running: {nodes}; stop them all, then start this one"
    )))
}

/// The version of the schema that is there; 0 when there is none. One that is too new is refused.
async fn found(session: &mut Session, schema: &str, known: i64) -> Result<i64> {
    let Some(Version {
        number: found,
        compatible_from,
    }) = version(session, schema).await?
    else {
        return Ok(0);
    };
    if found > known && compatible_from > known {
        return Err(StoreError::TooNew { found, known }.into());
    }
    if found > known {
        tracing::info!(
            found,
            known,
            "the schema is newer than this node, which can work with it: replace the node in time"
        );
    }
    Ok(found)
}

async fn exists(session: &mut Session, schema: &str) -> Result<bool> {
    // Not by `to_regclass`: a server process remembers that there was no such table, also while it
    // waits for the one that makes it.
    const SELECT: &str = "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = 'schema_version'";
    Ok(session.find(SELECT, values![schema]).await?.is_some())
}

/// What the database says, if there is a schema.
pub(crate) async fn version(session: &mut Session, schema: &str) -> Result<Option<Version>> {
    if !exists(session, schema).await? {
        return Ok(None);
    }
    // The second column came with a later version: as a field it may be missing.
    let select = format!(
        "SELECT version, coalesce((to_jsonb(s) ->> 'compatible_from')::bigint, version)
        FROM {schema}.schema_version s"
    );
    let Some(row) = session.find(&select, values![]).await? else {
        return Ok(None);
    };
    Ok(Some(Version {
        number: row.number(0)?,
        compatible_from: row.number(1)?,
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use paceline_core::Time;
    use paceline_core::store::{NodeInfo, Store};

    use super::*;
    use crate::postgres::{Options, PostgresStore};

    const NOW: Time = Time::from_micros(1_795_342_530_000_000);

    /// What a later version may know.
    fn and_one_more(compatible_from: i64) -> Vec<Step> {
        let one = Step {
            sql: "ALTER TABLE jobs ADD COLUMN tenant text",
            compatible_from,
        };
        STEPS.iter().copied().chain([one]).collect()
    }

    async fn with_a_node(url: &str) -> PostgresStore {
        let store = PostgresStore::connect(url, Options::default()).await;
        let store = store.expect("a store");
        let node = NodeInfo {
            name: "alpha".to_owned(),
            pid: 1,
            version: "0.0.1".to_owned(),
        };
        let far = NOW + Duration::from_hours(87_600);
        store.register_node(node, far, NOW).await.expect("a node");
        store
    }

    #[tokio::test]
    async fn a_change_that_old_nodes_cannot_bear_waits_until_none_runs() {
        let schema = paceline_test_postgres::new_schema();
        let store = with_a_node(&paceline_test_postgres::shared().url(&schema)).await;
        let mut session = store.shared.pools.writer().await.expect("a connection");
        let steps = and_one_more(known() + 1);
        let refused = apply(&mut session, &schema, &steps).await;
        let told = refused.expect_err("a node runs").to_string();
        assert!(told.contains("alpha (0.0.1)"), "{told}");
        let gone = "DELETE FROM nodes";
        session.list(gone, values![]).await.expect("gone");
        apply(&mut session, &schema, &steps).await.expect("applied");
        let found = version(&mut session, &schema).await.expect("read");
        let expected = Version {
            number: known() + 1,
            compatible_from: known() + 1,
        };
        assert_eq!(found, Some(expected));
    }

    #[tokio::test]
    async fn a_change_that_only_adds_is_made_while_old_nodes_run() {
        let schema = paceline_test_postgres::new_schema();
        let url = paceline_test_postgres::shared().url(&schema);
        let store = with_a_node(&url).await;
        let mut session = store.shared.pools.writer().await.expect("a connection");
        let steps = and_one_more(known());
        apply(&mut session, &schema, &steps).await.expect("applied");
        let old = PostgresStore::connect(&url, Options::default()).await;
        old.expect("one of this version works with it");
    }
}
