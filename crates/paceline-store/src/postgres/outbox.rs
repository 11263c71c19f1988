//! Messages to addresses outside, and how far the events were heard.

use paceline_core::id::{DeliveryId, EventSeq};
use paceline_core::notify::{News, Topic};
use paceline_core::outbox::{
    Delivery, DeliveryRecord, DeliveryState, Heard, NewDelivery, Post, Reach, Settled, Taken, Taker,
};
use paceline_core::{JobId, JobState, Json, Time};
use tokio_postgres::Row;
use uuid::Uuid;

use super::changes::{Rows, columns};
use super::connect::Shared;
use super::error::Result;
use super::items_write::clean;
use super::notices;
use super::row::{Columns, int, uuid};
use super::session::{Batch, Session, Value, values};
use crate::news_row::{kinds_of, target_columns, target_of};
use crate::outbox::{UNREACHABLE, settled_columns};

pub(crate) async fn heard(session: &mut Session) -> Result<Option<EventSeq>> {
    let row = session.find("SELECT seq FROM heard", values![]).await?;
    row.map(|row| row.number(0).map(EventSeq)).transpose()
}

/// Looks through at most `limit` events after `after` for news of these topics.
pub(crate) async fn hear(
    session: &mut Session,
    after: EventSeq,
    limit: u32,
    topics: &[Topic],
) -> Result<Heard> {
    // Numbers have no gaps but where events were removed.
    const LAST: &str = "SELECT least(event, $1::bigint + $2::bigint) FROM tally";
    let told = format!(
        "SELECT e.seq, e.at, e.kind, j.id, j.name, j.task, j.batch, j.user_name, e.state, e.data
        FROM (SELECT * FROM events WHERE seq > $1 AND seq <= $2 AND kind IN ({})) e
        LEFT JOIN LATERAL (
            SELECT id, name, task, batch, user_name FROM jobs WHERE num = e.job OFFSET 0) j ON true
        ORDER BY e.seq",
        kinds_of(topics)
    );
    // One state of the database for both: events come in the order of their numbers.
    session.snapshot().await?;
    let last = session
        .find(LAST, values![after.0, i64::from(limit)])
        .await?;
    let last: i64 = last.map_or(Ok(after.0), |row| row.number(0))?;
    let rows = if last > after.0 {
        session.list(&told, values![after.0, last]).await?
    } else {
        Vec::new()
    };
    session.finish().await?;
    let rows = rows.iter().map(|row| news(row, 0));
    Ok(Heard {
        news: rows.collect::<Result<_>>()?,
        through: EventSeq(last.max(after.0)),
    })
}

/// The ten columns of what people are told of, from `first` on.
pub(crate) fn news(row: &Row, first: usize) -> Result<News> {
    let job: Option<Uuid> = row.value(first + 3)?;
    Ok(News {
        seq: EventSeq(row.number(first)?),
        at: row.time(first + 1)?,
        kind: row.word(first + 2)?,
        job: job.map(|id| JobId::from_bytes(id.into_bytes())),
        name: row.maybe_text(first + 4)?,
        task: row.maybe_text(first + 5)?,
        batch: row.maybe_text(first + 6)?,
        user: row.maybe_text(first + 7)?,
        state: row.maybe_word(first + 8)?,
        data: row
            .maybe_json(first + 9)?
            .unwrap_or_else(Json::empty_object),
    })
}

columns!(
    /// What [`news`] reads.
    NewsRows {
        seq: i64,
        at: i64,
        kind: &'static str,
        job: Option<Uuid>,
        name: Option<String>,
        task: Option<String>,
        batch: Option<String>,
        owner: Option<String>,
        state: Option<&'static str>,
        data: String,
    }
);

impl NewsRows {
    pub(crate) fn add(&mut self, news: &News) {
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
        } = news.clone();
        self.push((
            seq.0,
            at.as_micros(),
            kind.as_str(),
            job.map(uuid),
            name,
            task,
            batch,
            user,
            state.map(JobState::as_str),
            data.as_str().to_owned(),
        ));
    }
}

columns!(MessageRows {
    id: Uuid,
    channel: &'static str,
    configured: Option<String>,
    user_name: Option<String>,
    address: String,
    due: i64,
});

/// Writes what follows from events and moves the mark, if it is where `post` says. Whoever moves
/// it at the same time waits for the row, and then finds it elsewhere.
pub(crate) async fn post(shared: &Shared, post: &Post) -> Result<bool> {
    const FIRST: &str = "INSERT INTO heard (seq) VALUES ($1)
        ON CONFLICT (only_one) DO NOTHING RETURNING seq";
    const MOVE: &str = "UPDATE heard SET seq = $1 WHERE seq = $2 RETURNING seq";
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    let moved = match post.from {
        None => batch.add(FIRST, values![post.to.0]),
        Some(from) => batch.add(MOVE, values![post.to.0, from.0]),
    };
    let mut answers = session.run(batch).await?;
    if answers.first(moved).is_none() {
        session.roll_back().await;
        return Ok(false);
    }
    let mut batch = Batch::default();
    notices::add(&mut batch, &post.notices);
    add(&mut batch, &post.deliveries, post.now);
    batch.commit();
    session.run(batch).await?;
    Ok(true)
}

fn add(batch: &mut Batch<'_>, deliveries: &[NewDelivery], now: Time) {
    const INSERT: &str = "INSERT INTO outbox (seq, at, kind, job, name, task, batch, owner, state,
            data, id, channel, configured, user_name, address, due, status, attempt)
        SELECT *, $17, 0 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::uuid[],
            $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[],
            $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[])";
    let (mut news, mut messages) = (NewsRows::default(), MessageRows::default());
    for delivery in deliveries {
        let (configured, user) = target_columns(&delivery.target);
        news.add(&delivery.news);
        messages.push((
            id(delivery.id),
            delivery.channel.as_str(),
            configured.map(clean),
            user.map(clean),
            clean(&delivery.address),
            now.as_micros(),
        ));
    }
    if !news.is_empty() {
        let mut all: Vec<Value<'static>> = news.into_values();
        all.extend(messages.into_values());
        all.push(Box::new(DeliveryState::Waiting.as_str()));
        batch.add(INSERT, all);
    }
}

fn id(id: DeliveryId) -> Uuid {
    Uuid::from_bytes(id.into_bytes())
}

/// When the next message is due, if there is one.
pub(crate) async fn next_due(session: &mut Session) -> Result<Option<Time>> {
    const NEXT: &str = "SELECT min(due) FROM outbox WHERE due IS NOT NULL";
    let row = session.find(NEXT, values![]).await?;
    row.map_or(Ok(None), |row| row.maybe_time(0))
}

/// Takes messages that are due. The commit is flushed, and with it all that was committed before:
/// nobody is told of what a crash can undo.
pub(crate) async fn take(shared: &Shared, reach: &Reach, by: Taker, now: Time) -> Result<Taken> {
    const TAKE: &str = "WITH due AS (
            SELECT id FROM outbox WHERE due IS NOT NULL AND due <= $1
                AND (configured IS NULL OR configured = ANY($2))
                AND ($3 OR channel <> 'email')
                AND address <> ALL($6)
            ORDER BY due LIMIT $4 FOR UPDATE SKIP LOCKED),
        taken AS (
            UPDATE outbox o SET attempt = o.attempt + 1, due = $5, taken_by = $7
            FROM due WHERE o.id = due.id RETURNING o.*)
        SELECT t.seq, t.at, t.kind, t.job, t.name, t.task, t.batch, t.owner, t.state, t.data, t.id,
            t.channel, t.configured, t.user_name, t.address, t.attempt, p.webhook_secret
        FROM taken t LEFT JOIN preferences p ON p.user_name = t.user_name";
    let mut batch = Batch::begin();
    let taken = batch.add(
        TAKE,
        values![
            now.as_micros(),
            reach.configured.clone(),
            reach.email,
            i64::from(by.limit),
            by.until.as_micros(),
            reach.busy.clone(),
            by.node.0
        ],
    );
    batch.commit();
    let mut session = shared.pools.writer().await?;
    let mut answers = session.run(batch).await?;
    let deliveries = answers.take(taken);
    let deliveries = deliveries.iter().map(|row| {
        Ok(Delivery {
            message: message(row)?,
            attempt: row.count(15)?,
            secret: row.maybe_text(16)?,
        })
    });
    Ok(Taken {
        deliveries: deliveries.collect::<Result<_>>()?,
        next_due: next_due(&mut session).await?,
    })
}

/// Messages that this node had taken are due again.
pub(crate) const TAKE_BACK_OF: &str =
    "UPDATE outbox SET due = least(due, $2), taken_by = NULL WHERE taken_by = $1
    AND due IS NOT NULL";
/// … and those that nodes had taken which are gone.
pub(crate) const TAKE_BACK_LOST: &str =
    "UPDATE outbox o SET due = least(due, $1), taken_by = NULL WHERE taken_by IS NOT NULL
    AND due IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = o.taken_by AND n.until >= $1)";

/// The columns of [`news`], then id, channel, target and address.
fn message(row: &Row) -> Result<NewDelivery> {
    let id: Uuid = row.value(10)?;
    Ok(NewDelivery {
        news: news(row, 0)?,
        id: DeliveryId::from_bytes(id.into_bytes()),
        channel: row.word(11)?,
        target: target_of(row.maybe_text(12)?, row.maybe_text(13)?),
        address: row.text(14)?,
    })
}

/// Takes down what became of an attempt, if it was the last one.
pub(crate) async fn settle(
    shared: &Shared,
    of: DeliveryId,
    attempt: u32,
    settled: &Settled,
    now: Time,
) -> Result<bool> {
    const UPDATE: &str = "UPDATE outbox SET status = $3, due = $4, error = coalesce($5, error),
            settled_at = $6, taken_by = NULL
        WHERE id = $1 AND attempt = $2 AND due IS NOT NULL RETURNING 1";
    let (state, due, error, at) = settled_columns(settled, now);
    let row = values![
        id(of),
        int(attempt),
        state.as_str(),
        due,
        error.map(clean),
        at
    ];
    let mut session = shared.pools.writer().await?;
    Ok(session.find(UPDATE, row).await?.is_some())
}

pub(crate) async fn deliveries(
    session: &mut Session,
    state: Option<DeliveryState>,
    limit: u32,
) -> Result<Vec<DeliveryRecord>> {
    const SELECT: &str = "SELECT seq, at, kind, job, name, task, batch, owner, state, data, id,
            channel, configured, user_name, address, status, attempt, due, settled_at, error
        FROM outbox WHERE $1::text IS NULL OR status = $1 ORDER BY id DESC LIMIT $2";
    let state = state.map(DeliveryState::as_str);
    let rows = session
        .list(SELECT, values![state, i64::from(limit)])
        .await?;
    let rows = rows.iter().map(|row| {
        Ok(DeliveryRecord {
            message: message(row)?,
            state: row.word(15)?,
            attempts: row.count(16)?,
            next_attempt_at: row.maybe_time(17)?,
            settled_at: row.maybe_time(18)?,
            error: row.maybe_text(19)?,
        })
    });
    rows.collect()
}

/// Removes what is old: see [`paceline_core::outbox::Outbox::tidy`].
pub(crate) async fn tidy(shared: &Shared, before: Time, most: u32, now: Time) -> Result<u64> {
    const OLD: &str = "WITH removed AS (
            DELETE FROM outbox WHERE settled_at IS NOT NULL AND settled_at < $1 RETURNING 1)
        SELECT count(*) FROM removed";
    const GIVE_UP: &str = "UPDATE outbox SET status = $1, due = NULL, settled_at = $2,
            error = coalesce(error, $3) WHERE due IS NOT NULL AND at < $4";
    const TOLD: &str = "DELETE FROM long_runs l WHERE NOT EXISTS (
        SELECT 1 FROM jobs j WHERE j.num = l.job)";
    const SAID: &str = "DELETE FROM node_facts f WHERE NOT EXISTS (
        SELECT 1 FROM nodes n WHERE n.id = f.node)";
    let mut session = shared.pools.writer().await?.with_patience();
    let mut batch = Batch::begin_relaxed();
    let mut counts = vec![batch.add(OLD, values![before.as_micros()])];
    counts.extend(notices::add_tidy(&mut batch, before, most));
    let failed = DeliveryState::Failed.as_str();
    batch.add(
        GIVE_UP,
        values![failed, now.as_micros(), UNREACHABLE, before.as_micros()],
    );
    batch.add(TOLD, values![]);
    batch.add(SAID, values![]);
    batch.commit();
    let mut answers = session.run(batch).await?;
    let mut removed = 0;
    for place in counts {
        removed += answers.first(place).map_or(Ok(0), |row| row.size(0))?;
    }
    Ok(removed)
}
