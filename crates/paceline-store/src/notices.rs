//! Notifications in the app, and what users ask to be told of.

use std::collections::BTreeMap;

use paceline_core::Time;
use paceline_core::id::EventSeq;
use paceline_core::notify::{EVERYBODY, News, Preferences};
use paceline_core::outbox::{Notice, NoticeQuery};
use rusqlite::{Connection, Row, ToSql};

use crate::context::{WriteContext, find, list};
use crate::error::Result;
use crate::news_row::PreferencesRow;
use crate::outbox::{news, news_values};
use crate::text::{invalid, maybe_time};

pub(crate) fn insert(context: &WriteContext<'_>, reader: &str, news: &News) -> Result<()> {
    const INSERT: &str = "INSERT OR IGNORE INTO notices (seq, at, kind, job, name, task, batch,
            owner, state, data, user)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let reader: [Box<dyn ToSql + '_>; 1] = [Box::new(reader)];
    let values = news_values(news).into_iter().chain(reader);
    context.execute(INSERT, rusqlite::params_from_iter(values))?;
    Ok(())
}

pub(crate) fn notices(connection: &Connection, query: &NoticeQuery) -> Result<Vec<Notice>> {
    const SELECT: &str = "SELECT seq, at, kind, job, name, task, batch, owner, state, data, user,
            read_at
        FROM notices WHERE user IN (?1, ?2) AND seq < ?3 AND (read_at IS NULL OR NOT ?4)
        ORDER BY seq DESC, user LIMIT ?5";
    let before = query.before.map_or(i64::MAX, |seq| seq.0);
    let params = (EVERYBODY, &query.user, before, query.unread, query.limit);
    list(connection, SELECT, params, |row| {
        Ok(Notice {
            news: news(row, 0)?,
            reader: row.get(10)?,
            read_at: maybe_time(row, 11)?,
        })
    })
}

pub(crate) fn unread(connection: &Connection, user: &str) -> Result<u64> {
    const COUNT: &str = "SELECT count(*) FROM notices WHERE user IN (?1, ?2) AND read_at IS NULL";
    let count = find(connection, COUNT, (EVERYBODY, user), |row| row.get(0))?;
    Ok(count.unwrap_or(0))
}

pub(crate) fn mark_read(
    context: &WriteContext<'_>,
    user: &str,
    of: Option<&[EventSeq]>,
    now: Time,
) -> Result<u64> {
    const ALL: &str = "UPDATE notices SET read_at = ?3 WHERE user IN (?1, ?2) AND read_at IS NULL";
    const ONE: &str = "UPDATE notices SET read_at = ?3
        WHERE user IN (?1, ?2) AND seq = ?4 AND read_at IS NULL";
    let now = now.as_micros();
    let marked = match of {
        None => context.execute(ALL, (EVERYBODY, user, now))?,
        Some(of) => {
            let mut marked = 0;
            for seq in of {
                marked += context.execute(ONE, (EVERYBODY, user, now, seq.0))?;
            }
            marked
        }
    };
    Ok(u64::try_from(marked).unwrap_or(0))
}

/// Removes what is older than `before`, and of each list all but the newest `most`.
pub(crate) fn tidy(context: &WriteContext<'_>, before: i64, most: u32) -> Result<usize> {
    const OLD: &str = "DELETE FROM notices WHERE at < ?1";
    const TOO_MANY: &str = "DELETE FROM notices WHERE (user, seq) IN (SELECT user, seq FROM (
            SELECT user, seq, row_number() OVER (PARTITION BY user ORDER BY seq DESC) AS n
            FROM notices) WHERE n > ?1)";
    Ok(context.execute(OLD, (before,))? + context.execute(TOO_MANY, (most,))?)
}

pub(crate) fn preferences(connection: &Connection) -> Result<BTreeMap<String, Preferences>> {
    const SELECT: &str = "SELECT user, in_app, email, email_topics, webhook, webhook_topics,
        webhook_secret, long_running_after FROM preferences";
    let rows = list(connection, SELECT, (), read)?;
    Ok(rows.into_iter().collect())
}

fn read(row: &Row<'_>) -> rusqlite::Result<(String, Preferences)> {
    let columns = PreferencesRow {
        in_app: row.get(1)?,
        email: row.get(2)?,
        email_topics: row.get(3)?,
        webhook: row.get(4)?,
        webhook_topics: row.get(5)?,
        webhook_secret: row.get(6)?,
        long_running_after: row.get(7)?,
    };
    let preferences = columns.read().map_err(|error| invalid(1, error))?;
    Ok((row.get(0)?, preferences))
}

pub(crate) fn set_preferences(
    context: &WriteContext<'_>,
    user: &str,
    preferences: Preferences,
) -> Result<()> {
    const UPSERT: &str = "INSERT OR REPLACE INTO preferences (user, in_app, email, email_topics,
            webhook, webhook_topics, webhook_secret, long_running_after)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let PreferencesRow {
        in_app,
        email,
        email_topics,
        webhook,
        webhook_topics,
        webhook_secret,
        long_running_after,
    } = PreferencesRow::of(preferences);
    let row = (
        user,
        in_app,
        email,
        email_topics,
        webhook,
        webhook_topics,
        webhook_secret,
        long_running_after,
    );
    context.execute(UPSERT, row)?;
    Ok(())
}
