//! Messages to addresses outside, and how far the events were heard.

use paceline_core::id::{DeliveryId, EventSeq};
use paceline_core::notify::{News, Topic};
use paceline_core::outbox::{
    Delivery, DeliveryRecord, DeliveryState, Heard, NewDelivery, Post, Reach, Settled, Taken, Taker,
};
use paceline_core::{JobId, Json, NodeId, Time};
use rusqlite::{Connection, Row, ToSql};

use crate::context::{WriteContext, find, list};
use crate::error::Result;
use crate::news_row::{joined_json, kinds_of, target_columns, target_of};
use crate::notices;
use crate::text::{maybe_time, word};

pub(crate) fn heard(connection: &Connection) -> Result<Option<EventSeq>> {
    find(connection, "SELECT seq FROM heard", (), |row| {
        row.get(0).map(EventSeq)
    })
}

/// Looks through at most `limit` events after `after` for news of these topics.
pub(crate) fn hear(
    connection: &Connection,
    after: EventSeq,
    limit: u32,
    topics: &[Topic],
) -> Result<Heard> {
    const LAST: &str = "SELECT max(seq) FROM (
        SELECT seq FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2)";
    let told = format!(
        "SELECT e.seq, e.at, e.kind, j.id, j.name, j.task, j.batch, j.user, e.state, e.data
        FROM events e LEFT JOIN jobs j ON j.num = coalesce(e.job, e.unit)
        WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind IN ({}) ORDER BY e.seq",
        kinds_of(topics)
    );
    let last: Option<i64> = find(connection, LAST, (after.0, limit), |row| row.get(0))?.flatten();
    let Some(last) = last else {
        return Ok(Heard {
            news: Vec::new(),
            through: after,
        });
    };
    Ok(Heard {
        news: list(connection, &told, (after.0, last), |row| news(row, 0))?,
        through: EventSeq(last),
    })
}

/// The ten columns of what people are told of, from `first` on.
pub(crate) fn news(row: &Row<'_>, first: usize) -> rusqlite::Result<News> {
    let state = match row.get_ref(first + 8)?.as_str_or_null()? {
        None => None,
        Some(_) => Some(word(row, first + 8)?),
    };
    Ok(News {
        seq: EventSeq(row.get(first)?),
        at: Time::from_micros(row.get(first + 1)?),
        kind: word(row, first + 2)?,
        job: row
            .get::<_, Option<[u8; 16]>>(first + 3)?
            .map(JobId::from_bytes),
        name: row.get(first + 4)?,
        task: row.get(first + 5)?,
        batch: row.get(first + 6)?,
        user: row.get(first + 7)?,
        state,
        data: row
            .get::<_, Option<String>>(first + 9)?
            .map_or_else(Json::empty_object, Json::from_checked),
    })
}

/// The values of [`news`].
pub(crate) fn news_values(news: &News) -> [Box<dyn ToSql + '_>; 10] {
    let News {
        seq,
        at,
        kind,
        job,
        name,
        task,
        batch,
        user,
        state,
        data,
    } = news;
    [
        Box::new(seq.0),
        Box::new(at.as_micros()),
        Box::new(kind.as_str()),
        Box::new(job.map(JobId::into_bytes)),
        Box::new(name),
        Box::new(task),
        Box::new(batch),
        Box::new(user),
        Box::new(state.map(paceline_core::JobState::as_str)),
        Box::new(data.as_str()),
    ]
}

/// Writes what follows from events and moves the mark, if it is where `post` says.
pub(crate) fn post(context: &WriteContext<'_>, post: &Post) -> Result<bool> {
    const FIRST: &str = "INSERT INTO heard (only_one, seq) VALUES (1, ?1) ON CONFLICT DO NOTHING";
    const MOVE: &str = "UPDATE heard SET seq = ?1 WHERE seq = ?2";
    let moved = match post.from {
        None => context.execute(FIRST, (post.to.0,))?,
        Some(from) => context.execute(MOVE, (post.to.0, from.0))?,
    };
    if moved == 0 {
        return Ok(false);
    }
    for (reader, news) in &post.notices {
        notices::insert(context, reader, news)?;
    }
    for delivery in &post.deliveries {
        insert(context, delivery, post.now)?;
    }
    Ok(true)
}

fn insert(context: &WriteContext<'_>, delivery: &NewDelivery, now: Time) -> Result<()> {
    const INSERT: &str = "INSERT INTO outbox (seq, at, kind, job, name, task, batch, owner, state,
            data, id, channel, configured, user, address, status, attempt, due)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, ?17)";
    let NewDelivery {
        id,
        channel,
        target,
        address,
        news,
    } = delivery;
    let (configured, user) = target_columns(target);
    let more: [Box<dyn ToSql + '_>; 7] = [
        Box::new(id.into_bytes()),
        Box::new(channel.as_str()),
        Box::new(configured),
        Box::new(user),
        Box::new(address),
        Box::new(DeliveryState::Waiting.as_str()),
        Box::new(now.as_micros()),
    ];
    let values = news_values(news).into_iter().chain(more);
    context.execute(INSERT, rusqlite::params_from_iter(values))?;
    Ok(())
}

/// When the next message is due, if there is one.
pub(crate) fn next_due(connection: &Connection) -> Result<Option<Time>> {
    let due: Option<i64> = find(
        connection,
        "SELECT min(due) FROM outbox WHERE due IS NOT NULL",
        (),
        |row| row.get(0),
    )?
    .flatten();
    Ok(due.map(Time::from_micros))
}

/// Takes messages that are due.
pub(crate) fn take(
    context: &WriteContext<'_>,
    reach: &Reach,
    by: Taker,
    now: Time,
) -> Result<Taken> {
    const DUE: &str =
        "SELECT o.seq, o.at, o.kind, o.job, o.name, o.task, o.batch, o.owner, o.state,
            o.data, o.id, o.channel, o.configured, o.user, o.address, o.attempt + 1,
            p.webhook_secret
        FROM outbox o LEFT JOIN preferences p ON p.user = o.user
        WHERE o.due IS NOT NULL AND o.due <= ?1
            AND (o.configured IS NULL OR o.configured IN (SELECT value FROM json_each(?2)))
            AND (?3 OR o.channel <> 'email')
            AND o.address NOT IN (SELECT value FROM json_each(?5))
        ORDER BY o.due LIMIT ?4";
    const TAKE: &str = "UPDATE outbox SET attempt = attempt + 1, due = ?2, taken_by = ?3
        WHERE id = ?1";
    let params = (
        now.as_micros(),
        joined_json(&reach.configured),
        reach.email,
        by.limit,
        joined_json(&reach.busy),
    );
    let deliveries = context.list(DUE, params, |row| {
        Ok(Delivery {
            message: message(row)?,
            attempt: row.get(15)?,
            secret: row.get(16)?,
        })
    })?;
    for delivery in &deliveries {
        let id = delivery.message.id.into_bytes();
        context.execute(TAKE, (id, by.until.as_micros(), by.node.0))?;
    }
    Ok(Taken {
        deliveries,
        next_due: next_due(context.connection)?,
    })
}

/// Messages that a node had taken which is gone, or that all had, are due again.
pub(crate) fn take_back(context: &WriteContext<'_>, node: Option<NodeId>, now: Time) -> Result<()> {
    const UPDATE: &str = "UPDATE outbox SET due = min(due, ?2), taken_by = NULL
        WHERE taken_by IS NOT NULL AND due IS NOT NULL AND (?1 IS NULL OR taken_by = ?1)";
    let node = node.map(|node| node.0);
    context.execute(UPDATE, (node, now.as_micros()))?;
    Ok(())
}

/// The columns of [`news`], then id, channel, target and address.
fn message(row: &Row<'_>) -> rusqlite::Result<NewDelivery> {
    Ok(NewDelivery {
        news: news(row, 0)?,
        id: DeliveryId::from_bytes(row.get(10)?),
        channel: word(row, 11)?,
        target: target_of(row.get(12)?, row.get(13)?),
        address: row.get(14)?,
    })
}

/// Takes down what became of an attempt, if it was the last one.
pub(crate) fn settle(
    context: &WriteContext<'_>,
    id: DeliveryId,
    attempt: u32,
    settled: &Settled,
    now: Time,
) -> Result<bool> {
    const UPDATE: &str = "UPDATE outbox SET status = ?3, due = ?4, error = coalesce(?5, error),
            settled_at = ?6, taken_by = NULL
        WHERE id = ?1 AND attempt = ?2 AND due IS NOT NULL";
    let (state, due, error, at) = settled_columns(settled, now);
    let row = (id.into_bytes(), attempt, state.as_str(), due, error, at);
    Ok(context.execute(UPDATE, row)? > 0)
}

/// State, time of the next attempt, error, time of the end.
pub(crate) fn settled_columns(
    settled: &Settled,
    now: Time,
) -> (DeliveryState, Option<i64>, Option<&str>, Option<i64>) {
    let end = Some(now.as_micros());
    match settled {
        Settled::Sent => (DeliveryState::Sent, None, None, end),
        Settled::Later { at, error } => {
            let at = Some(at.as_micros());
            (DeliveryState::Waiting, at, Some(error), None)
        }
        Settled::GivenUp { error } => (DeliveryState::Failed, None, Some(error), end),
    }
}

pub(crate) fn deliveries(
    connection: &Connection,
    state: Option<DeliveryState>,
    limit: u32,
) -> Result<Vec<DeliveryRecord>> {
    const SELECT: &str = "SELECT seq, at, kind, job, name, task, batch, owner, state, data, id,
            channel, configured, user, address, status, attempt, due, settled_at, error
        FROM outbox WHERE ?1 IS NULL OR status = ?1 ORDER BY id DESC LIMIT ?2";
    let state = state.map(DeliveryState::as_str);
    list(connection, SELECT, (state, limit), |row| {
        Ok(DeliveryRecord {
            message: message(row)?,
            state: word(row, 15)?,
            attempts: row.get(16)?,
            next_attempt_at: maybe_time(row, 17)?,
            settled_at: maybe_time(row, 18)?,
            error: row.get(19)?,
        })
    })
}

/// Said of messages that nobody could send in all the time that they are kept.
pub(crate) const UNREACHABLE: &str =
    "no node has the subscription or the mail server for it in its configuration";

/// Removes what is old: see [`paceline_core::outbox::Outbox::tidy`].
pub(crate) fn tidy(
    context: &WriteContext<'_>,
    before: Time,
    most: u32,
    now: Time,
) -> Result<usize> {
    const OLD: &str = "DELETE FROM outbox WHERE settled_at IS NOT NULL AND settled_at < ?1";
    const GIVE_UP: &str = "UPDATE outbox SET status = ?1, due = NULL, settled_at = ?2,
            error = coalesce(error, ?3) WHERE due IS NOT NULL AND at < ?4";
    const TOLD: &str = "DELETE FROM long_runs WHERE job NOT IN (SELECT num FROM jobs)";
    const SAID: &str = "DELETE FROM node_facts WHERE node NOT IN (SELECT id FROM nodes)";
    let before = before.as_micros();
    let removed = context.execute(OLD, (before,))? + notices::tidy(context, before, most)?;
    let failed = DeliveryState::Failed.as_str();
    context.execute(GIVE_UP, (failed, now.as_micros(), UNREACHABLE, before))?;
    context.execute(TOLD, ())?;
    context.execute(SAID, ())?;
    Ok(removed)
}
