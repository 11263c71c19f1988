//! Working through a pooler that may give each transaction another server process, as `PgBouncer`
//! does in its transaction mode.
//!
//! Nothing may outlive a transaction then: no prepared statement, no setting, no `LISTEN`. So every
//! statement runs in a transaction that begins with its settings, and is sent whole, under no name,
//! with the types of its values. These the server is asked for once for each statement. A name
//! would not only be unknown to another server process: it could be that of another node's
//! statement.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deadpool_postgres::Object;
use futures::future::join_all;
use tokio_postgres::types::{ToSql, Type};

use super::error::{Error, Result};
use super::session::{Answers, Batch, values};

#[derive(Debug)]
pub(crate) struct Pooled {
    /// Sets all settings until the end of the transaction.
    settings: String,
    /// The types of the values of statements that were asked for.
    types: Mutex<HashMap<String, Arc<[Type]>>>,
}

impl Pooled {
    pub(crate) fn new(settings: &[(&str, String)]) -> Self {
        let each = settings.iter().map(|(name, value)| {
            let value = value.replace('\'', "''");
            format!("set_config('{name}', '{value}', true)")
        });
        let each: Vec<String> = each.collect();
        Pooled {
            settings: format!("SELECT {}", each.join(", ")),
            types: Mutex::default(),
        }
    }

    /// Puts the settings behind the begin of a transaction, which is added if there is none.
    /// Returns where statements were added whose answers nobody asked for.
    pub(super) fn dress(&self, batch: &mut Batch<'_>, open: bool) -> Range<usize> {
        let statements = &mut batch.0;
        let set = || (self.settings.clone().into(), values![]);
        if let Some(begin) = statements
            .iter()
            .position(|(sql, _)| sql.starts_with("BEGIN"))
        {
            statements.insert(begin + 1, set());
            return begin + 1..begin + 2;
        }
        if open {
            return 0..0;
        }
        statements.insert(0, ("BEGIN".into(), values![]));
        statements.insert(1, set());
        statements.push(("COMMIT".into(), values![]));
        0..2
    }

    pub(super) async fn send(&self, client: &Object, batch: &Batch<'_>) -> Result<Answers> {
        let types = self.types_of(client, batch).await?;
        let mut values = Vec::with_capacity(batch.0.len());
        for ((_, of_one), types) in batch.0.iter().zip(&types) {
            let pairs = of_one.iter().zip(types.iter());
            let pairs: Vec<(&(dyn ToSql + Sync), Type)> = pairs
                .map(|(value, kind)| (&**value as _, kind.clone()))
                .collect();
            values.push(pairs);
        }
        // Each sends when it is first asked, which is in this order.
        let sent = batch
            .0
            .iter()
            .zip(&values)
            .map(|((sql, _), values)| client.query_typed(sql, values));
        let answers: std::result::Result<Vec<_>, _> = join_all(sent).await.into_iter().collect();
        Ok(Answers(answers?))
    }

    /// The types of the values of each statement; what is not known yet is asked for.
    async fn types_of(&self, client: &Object, batch: &Batch<'_>) -> Result<Vec<Arc<[Type]>>> {
        let unknown: Vec<&str> = {
            let known = self.known();
            let with_values = batch.0.iter().filter(|(_, values)| !values.is_empty());
            with_values
                .map(|(sql, _)| &**sql)
                .filter(|sql| !known.contains_key(*sql))
                .collect()
        };
        if !unknown.is_empty() {
            let begins = batch.0.iter().any(|(sql, _)| sql.starts_with("BEGIN"));
            if begins {
                let begin = format!("BEGIN; {}", self.settings);
                client.batch_execute(&begin).await?;
            }
            let asked = self.ask(client, &unknown).await;
            if begins {
                client.batch_execute("ROLLBACK").await?;
            }
            asked?;
        }
        let known = self.known();
        let types = batch.0.iter().map(|(sql, values)| match known.get(&**sql) {
            Some(types) => Ok(types.clone()),
            None if values.is_empty() => Ok(Arc::default()),
            None => Err(Error::corrupt("the types of a statement are not known")),
        });
        types.collect()
    }

    /// In a transaction: a statement is let go of before another process may be asked.
    async fn ask(&self, client: &Object, unknown: &[&str]) -> Result<()> {
        for sql in unknown {
            let statement = client.prepare(sql).await?;
            self.known()
                .insert((*sql).to_owned(), statement.params().into());
        }
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Arc<[Type]>>> {
        self.types.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
