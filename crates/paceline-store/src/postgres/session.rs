//! A connection in use: statements sent in batches, each batch in one round trip.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Object;
use futures::future::join_all;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::error::{Error, Result};
use super::pooled::Pooled;

/// Longest that one call may take in all.
const PATIENCE: Duration = Duration::from_secs(30);
const MUCH_PATIENCE: Duration = Duration::from_mins(10);

/// A value in a statement.
pub(crate) type Value<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// The values of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$(Box::new($value) as $crate::postgres::session::Value<'_>),*]
    };
}
pub(crate) use values;

/// Statements that are sent one after the other without waiting in between.
#[derive(Default)]
pub(crate) struct Batch<'a>(pub(super) Vec<(Cow<'a, str>, Vec<Value<'a>>)>);

impl<'a> Batch<'a> {
    /// Begins with the begin of a transaction.
    pub(crate) fn begin() -> Self {
        let mut batch = Batch::default();
        batch.add("BEGIN", values![]);
        batch
    }

    /// Begins a transaction whose commit need not survive a loss of power.
    pub(crate) fn begin_relaxed() -> Self {
        let mut batch = Batch::begin();
        batch.add("SET LOCAL synchronous_commit = off", values![]);
        batch
    }

    /// Adds a statement; returns the place of its answer.
    pub(crate) fn add(&mut self, sql: impl Into<Cow<'a, str>>, values: Vec<Value<'a>>) -> usize {
        self.0.push((sql.into(), values));
        self.0.len() - 1
    }

    pub(crate) fn commit(&mut self) {
        self.add("COMMIT", values![]);
    }
}

/// The rows that the statements of a batch gave.
#[derive(Debug)]
pub(crate) struct Answers(pub(super) Vec<Vec<Row>>);

impl Answers {
    pub(crate) fn take(&mut self, place: usize) -> Vec<Row> {
        self.0
            .get_mut(place)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(crate) fn first(&mut self, place: usize) -> Option<Row> {
        self.take(place).into_iter().next()
    }
}

/// A connection taken from a pool for one call.
pub(crate) struct Session {
    object: Option<Object>,
    /// Of a connection that leads to a pooler.
    pooled: Option<Arc<Pooled>>,
    /// A transaction was begun and its end was not seen: the connection must not be used again.
    open: bool,
    /// Statements were sent and not answered: nor must it be used then.
    waits: bool,
    until: Instant,
}

impl Session {
    pub(crate) fn new(object: Object, pooled: Option<Arc<Pooled>>) -> Self {
        Session {
            object: Some(object),
            pooled,
            open: false,
            waits: false,
            until: Instant::now() + PATIENCE,
        }
    }

    pub(crate) fn client(&self) -> Result<&Object> {
        self.object
            .as_ref()
            .ok_or_else(|| Error::unavailable("the connection is closed"))
    }

    /// Runs the statements. The first that fails is told; in a transaction it fails the others.
    pub(crate) async fn run(&mut self, mut batch: Batch<'_>) -> Result<Answers> {
        let pooled = self.pooled.clone();
        let added = match &pooled {
            Some(pooled) => pooled.dress(&mut batch, self.open),
            None => 0..0,
        };
        let begins = batch.0.iter().any(|(sql, _)| sql.starts_with("BEGIN"));
        let ends = batch.0.last().is_some_and(|(sql, _)| sql == "COMMIT");
        self.open |= begins;
        self.waits = true;
        let sent = async {
            let client = self.client()?;
            match &pooled {
                Some(pooled) => pooled.send(client, &batch).await,
                None => send(client, &batch).await,
            }
        };
        match self.within(sent).await {
            Ok(mut answers) => {
                self.waits = false;
                if ends {
                    self.open = false;
                }
                answers.0.drain(added);
                Ok(answers)
            }
            Err(error) => {
                if let Error::Sql(answered) = &error
                    && answered.as_db_error().is_some()
                {
                    self.waits = false;
                    self.roll_back().await;
                }
                Err(error)
            }
        }
    }

    /// For calls that may have very much to do.
    pub(crate) fn with_patience(mut self) -> Self {
        self.until = Instant::now() + MUCH_PATIENCE;
        self
    }

    /// Waits for an answer no longer than the call has time.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        timeout_at(self.until, work)
            .await
            .unwrap_or_else(|_| Err(Error::unavailable("PostgreSQL did not answer in time")))
    }

    pub(crate) async fn list(&mut self, sql: &str, values: Vec<Value<'_>>) -> Result<Vec<Row>> {
        let mut batch = Batch::default();
        let place = batch.add(sql, values);
        Ok(self.run(batch).await?.take(place))
    }

    /// Runs a statement that was built for this call, so that keeping it prepared is of no use.
    pub(crate) async fn once(&mut self, sql: &str, values: Vec<Value<'_>>) -> Result<Vec<Row>> {
        // A pooler keeps what is prepared and what is run together in a transaction only.
        let alone = self.pooled.is_some() && !self.open;
        if alone {
            self.run(Batch::begin()).await?;
        }
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
        let client = self.client()?;
        let rows = async { Ok(client.query(sql, &values).await?) };
        let rows = self.within(rows).await?;
        if alone {
            self.finish().await?;
        }
        Ok(rows)
    }

    /// Runs a script in the transaction that is open.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        let client = self.client()?;
        let done = async { Ok(client.batch_execute(sql).await?) };
        self.within(done).await
    }

    /// The only row, if there is one.
    pub(crate) async fn find(&mut self, sql: &str, values: Vec<Value<'_>>) -> Result<Option<Row>> {
        Ok(self.list(sql, values).await?.into_iter().next())
    }

    /// Lets all statements up to [`Session::finish`] see one state of the database.
    pub(crate) async fn snapshot(&mut self) -> Result<()> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        self.list(begin, values![]).await.map(|_| ())
    }

    pub(crate) async fn finish(&mut self) -> Result<()> {
        self.list("COMMIT", values![]).await.map(|_| ())
    }

    /// Gives up what was done. A connection that cannot even do that is not used again.
    pub(crate) async fn roll_back(&mut self) {
        let undone = match self.client() {
            Ok(client) if self.open => self.within(send_rollback(client)).await.is_ok(),
            Ok(_) | Err(_) => false,
        };
        if undone {
            self.open = false;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if (self.open || self.waits)
            && let Some(object) = self.object.take()
        {
            // Closing it rolls back.
            drop(Object::take(object));
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

async fn send_rollback(client: &Object) -> Result<()> {
    Ok(client.batch_execute("ROLLBACK").await?)
}

async fn send(client: &Object, batch: &Batch<'_>) -> Result<Answers> {
    let mut statements = Vec::with_capacity(batch.0.len());
    for (sql, _) in &batch.0 {
        statements.push(client.prepare_cached(sql).await?);
    }
    let mut values = Vec::with_capacity(batch.0.len());
    for (_, of_one) in &batch.0 {
        let of_one: Vec<&(dyn ToSql + Sync)> = of_one.iter().map(|value| &**value as _).collect();
        values.push(of_one);
    }
    // Each sends when it is first asked, which is in this order.
    let sent = statements
        .iter()
        .zip(&values)
        .map(|(statement, values)| client.query(statement, values));
    let answers: std::result::Result<Vec<_>, _> = join_all(sent).await.into_iter().collect();
    Ok(Answers(answers?))
}
