//! Notifications in the app, and what users ask to be told of.

use std::collections::BTreeMap;

use paceline_core::Time;
use paceline_core::id::EventSeq;
use paceline_core::notify::{EVERYBODY, News, Preferences};
use paceline_core::outbox::{Notice, NoticeQuery};

use super::changes::{Rows, columns};
use super::connect::Shared;
use super::error::Result;
use super::items_write::clean;
use super::outbox::{NewsRows, news};
use super::row::{Columns, invalid};
use super::session::{Batch, Session, Value, values};
use crate::news_row::PreferencesRow;

columns!(ReaderRows { user_name: String });

pub(crate) fn add(batch: &mut Batch<'_>, notices: &[(String, News)]) {
    const INSERT: &str = "INSERT INTO notices (seq, at, kind, job, name, task, batch, owner, state,
            data, user_name)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::uuid[], $5::text[],
            $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
        ON CONFLICT DO NOTHING";
    let (mut rows, mut readers) = (NewsRows::default(), ReaderRows::default());
    for (reader, news) in notices {
        rows.add(news);
        readers.push((clean(reader),));
    }
    if !rows.is_empty() {
        let mut all: Vec<Value<'static>> = rows.into_values();
        all.extend(readers.into_values());
        batch.add(INSERT, all);
    }
}

/// Whose lists a user sees.
fn lists_of(user: &str) -> Vec<String> {
    vec![EVERYBODY.to_owned(), clean(user)]
}

pub(crate) async fn notices(session: &mut Session, query: &NoticeQuery) -> Result<Vec<Notice>> {
    const SELECT: &str = "SELECT seq, at, kind, job, name, task, batch, owner, state, data,
            user_name, read_at
        FROM notices WHERE user_name = ANY($1) AND seq < $2 AND (read_at IS NULL OR NOT $3)
        ORDER BY seq DESC, user_name LIMIT $4";
    let before = query.before.map_or(i64::MAX, |seq| seq.0);
    let params = values![
        lists_of(&query.user),
        before,
        query.unread,
        i64::from(query.limit)
    ];
    let rows = session.list(SELECT, params).await?;
    let rows = rows.iter().map(|row| {
        Ok(Notice {
            news: news(row, 0)?,
            reader: row.text(10)?,
            read_at: row.maybe_time(11)?,
        })
    });
    rows.collect()
}

pub(crate) async fn unread(session: &mut Session, user: &str) -> Result<u64> {
    const COUNT: &str =
        "SELECT count(*) FROM notices WHERE user_name = ANY($1) AND read_at IS NULL";
    let row = session.find(COUNT, values![lists_of(user)]).await?;
    row.map_or(Ok(0), |row| row.size(0))
}

pub(crate) async fn mark_read(
    shared: &Shared,
    user: &str,
    of: Option<Vec<EventSeq>>,
    now: Time,
) -> Result<u64> {
    const MARK: &str = "WITH marked AS (
            UPDATE notices SET read_at = $2 WHERE user_name = ANY($1) AND read_at IS NULL
                AND ($3::bigint[] IS NULL OR seq = ANY($3)) RETURNING 1)
        SELECT count(*) FROM marked";
    let of: Option<Vec<i64>> = of.map(|of| of.into_iter().map(|seq| seq.0).collect());
    let mut session = shared.pools.writer().await?;
    let params = values![lists_of(user), now.as_micros(), of];
    let row = session.find(MARK, params).await?;
    row.map_or(Ok(0), |row| row.size(0))
}

/// Removes what is older than `before`, and of each list all but the newest `most`. Returns the
/// places of the counts.
pub(crate) fn add_tidy(batch: &mut Batch<'_>, before: Time, most: u32) -> [usize; 2] {
    const OLD: &str = "WITH removed AS (DELETE FROM notices WHERE at < $1 RETURNING 1)
        SELECT count(*) FROM removed";
    const TOO_MANY: &str = "WITH numbered AS (
            SELECT user_name, seq, row_number() OVER (PARTITION BY user_name ORDER BY seq DESC) AS n
            FROM notices),
        removed AS (
            DELETE FROM notices o USING numbered n
            WHERE n.n > $1 AND o.user_name = n.user_name AND o.seq = n.seq RETURNING 1)
        SELECT count(*) FROM removed";
    [
        batch.add(OLD, values![before.as_micros()]),
        batch.add(TOO_MANY, values![i64::from(most)]),
    ]
}

pub(crate) async fn preferences(session: &mut Session) -> Result<BTreeMap<String, Preferences>> {
    const SELECT: &str = "SELECT user_name, in_app, email, email_topics, webhook, webhook_topics,
        webhook_secret, long_running_after FROM preferences";
    let mut all = BTreeMap::new();
    for row in session.list(SELECT, values![]).await? {
        let columns = PreferencesRow {
            in_app: row.text(1)?,
            email: row.maybe_text(2)?,
            email_topics: row.text(3)?,
            webhook: row.maybe_text(4)?,
            webhook_topics: row.text(5)?,
            webhook_secret: row.maybe_text(6)?,
            long_running_after: row.value(7)?,
        };
        let preferences = columns.read().map_err(|error| invalid(1, error))?;
        all.insert(row.text(0)?, preferences);
    }
    Ok(all)
}

pub(crate) async fn set_preferences(
    shared: &Shared,
    user: &str,
    preferences: Preferences,
) -> Result<()> {
    const UPSERT: &str = "INSERT INTO preferences (user_name, in_app, email, email_topics, webhook,
            webhook_topics, webhook_secret, long_running_after)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (user_name) DO UPDATE SET in_app = excluded.in_app, email = excluded.email,
            email_topics = excluded.email_topics, webhook = excluded.webhook,
            webhook_topics = excluded.webhook_topics, webhook_secret = excluded.webhook_secret,
            long_running_after = excluded.long_running_after";
    let PreferencesRow {
        in_app,
        email,
        email_topics,
        webhook,
        webhook_topics,
        webhook_secret,
        long_running_after,
    } = PreferencesRow::of(preferences);
    let maybe_clean = |text: Option<String>| text.as_deref().map(clean);
    let row = values![
        clean(user),
        in_app,
        maybe_clean(email),
        email_topics,
        maybe_clean(webhook),
        webhook_topics,
        maybe_clean(webhook_secret),
        long_running_after
    ];
    let mut session = shared.pools.writer().await?;
    session.list(UPSERT, row).await.map(|_| ())
}
