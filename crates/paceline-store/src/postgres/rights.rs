//! What the role of a connection may do: told before anything is tried, in words that help.

use super::error::{Error, Result};
use super::row::Columns;
use super::session::{Session, values};

/// Everything is about one role and one schema.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    pub(crate) role: String,
    database: String,
    may_make_schemas: bool,
    /// Of the schema, if it is there: who owns it, and whether things may be used and made in it.
    schema: Option<(String, bool)>,
    /// A table that the role may not read and write, and who owns it.
    forbidden: Option<(String, String)>,
}

impl Rights {
    pub(crate) async fn look(session: &mut Session, schema: &str) -> Result<Self> {
        const ROLE: &str = "SELECT current_user::text, current_database()::text,
            has_database_privilege(current_database(), 'CREATE')";
        const SCHEMA: &str = "SELECT pg_get_userbyid(nspowner)::text,
            has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE')
            FROM pg_namespace WHERE nspname = $1";
        const FORBIDDEN: &str = "SELECT c.relname::text, pg_get_userbyid(c.relowner)::text
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind = 'r' AND NOT (
                has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
            ORDER BY c.relname LIMIT 1";
        let row = session.find(ROLE, values![]).await?;
        let row = row.ok_or_else(|| Error::corrupt("there is no role"))?;
        let there = session.find(SCHEMA, values![schema]).await?;
        let forbidden = session.find(FORBIDDEN, values![schema]).await?;
        Ok(Rights {
            role: row.text(0)?,
            database: row.text(1)?,
            may_make_schemas: row.value(2)?,
            schema: there
                .map(|row| Ok::<_, Error>((row.text(0)?, row.value(1)?)))
                .transpose()?,
            forbidden: forbidden
                .map(|row| Ok::<_, Error>((row.text(0)?, row.text(1)?)))
                .transpose()?,
        })
    }

    /// What is missing for running a node, and what to do about it.
    pub(crate) fn missing(&self, schema: &str) -> Option<String> {
        let Rights {
            role,
            database,
            may_make_schemas,
            schema: there,
            forbidden,
        } = self;
        match (there, forbidden) {
            (None, _) if !may_make_schemas => Some(format!(
                "the role `{role}` may not make the schema `{schema}` in the database \
                 `{database}`: let an administrator run `CREATE SCHEMA {schema} AUTHORIZATION {role}`"
            )),
            (Some((owner, false)), _) => Some(format!(
                "the role `{role}` may not use the schema `{schema}`, which belongs to `{owner}`: \
                 connect as `{owner}`, or let an administrator run \
                 `ALTER SCHEMA {schema} OWNER TO {role}`"
            )),
            (Some(_), Some((table, owner))) => Some(format!(
                "the role `{role}` may not read and write the table `{schema}.{table}`, which \
                 belongs to `{owner}`: connect as `{owner}`, or let an administrator run \
                 `GRANT {owner} TO {role}`"
            )),
            (None | Some(_), _) => None,
        }
    }
}

/// Refuses a role that could not run a node.
pub(crate) async fn check(session: &mut Session, schema: &str) -> Result<()> {
    let rights = Rights::look(session, schema).await?;
    match rights.missing(schema) {
        None => Ok(()),
        Some(why) => Err(Error::unavailable(why)),
    }
}
