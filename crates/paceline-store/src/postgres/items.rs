//! Reading items: what was submitted, joined with what became of it.

use paceline_core::item::Item;
use paceline_core::query::ItemQuery;
use paceline_core::ranges::Ranges;
use paceline_core::{ItemState, JobId, Seq};
use tokio_postgres::Row;

use super::error::Result;
use super::row::{Columns, int, invalid, uuid};
use super::session::{Session, values};
use crate::items::Around;

/// The columns of [`read`], of `items i` and `outcomes o`.
const COLUMNS: &str = "SELECT i.seq, i.key, i.payload, o.state, o.attempts, o.result, o.error,
    o.duration, o.finished_at";

async fn around(session: &mut Session, id: JobId) -> Result<Option<Around>> {
    // A job that was answered from the cache shows the items of the one that ran.
    const SELECT: &str = "SELECT coalesce(s.num, j.num), j.state, p.total,
        ARRAY(SELECT l.ranges FROM leases l WHERE l.job = j.num AND l.ranges IS NOT NULL)
        FROM jobs j JOIN progress p ON p.job = j.num LEFT JOIN jobs s ON s.id = j.cached_from
        WHERE j.id = $1";
    let Some(row) = session.find(SELECT, values![uuid(id)]).await? else {
        return Ok(None);
    };
    let leased: Vec<&str> = row.value(3)?;
    let leased = leased.into_iter().map(str::parse::<Ranges>);
    Ok(Some(Around {
        job: row.num(0)?,
        state: row.word(1)?,
        total: row.count(2)?,
        leased: leased
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| invalid(3, error))?,
    }))
}

fn read(around: &Around, row: &Row) -> Result<Item> {
    let seq = Seq(row.count(0)?);
    let outcome: Option<ItemState> = row.maybe_word(3)?;
    let ended = outcome.is_some_and(ItemState::is_terminal);
    let finished_at = row.maybe_time(8)?;
    Ok(Item {
        seq,
        key: row.maybe_text(1)?,
        payload: row.json(2)?,
        state: around.item_state(seq, outcome),
        attempts: row.maybe_count(4)?.unwrap_or(0),
        result: row.maybe_result(5)?,
        error: row.maybe_error(6)?,
        duration: row.maybe_duration(7)?,
        finished_at: finished_at.filter(|_| ended),
    })
}

/// Where a page begins, and how many items it has at most.
#[derive(Clone, Copy)]
struct Window {
    first: u32,
    limit: u32,
}

pub(crate) async fn items(
    session: &mut Session,
    id: JobId,
    query: &ItemQuery,
) -> Result<Vec<Item>> {
    session.snapshot().await?;
    let items = in_snapshot(session, id, query).await?;
    session.finish().await?;
    Ok(items)
}

async fn in_snapshot(session: &mut Session, id: JobId, query: &ItemQuery) -> Result<Vec<Item>> {
    let Some(around) = around(session, id).await? else {
        return Ok(Vec::new());
    };
    let window = Window {
        first: query.after.map_or(0, |seq| seq.0.saturating_add(1)),
        limit: query.limit,
    };
    if window.first >= around.total {
        return Ok(Vec::new());
    }
    match query.state {
        None => all(session, &around, window).await,
        Some(state @ (ItemState::Succeeded | ItemState::Failed | ItemState::Skipped)) => {
            ended(session, &around, window, state).await
        }
        Some(ItemState::Running) => {
            let leased = around.leased_seqs();
            some(session, &around, window, leased).await
        }
        Some(state @ (ItemState::Pending | ItemState::Cancelled)) => {
            // Both are what is free: the job's own state makes the difference.
            if around.state.is_terminal() != (state == ItemState::Cancelled) {
                return Ok(Vec::new());
            }
            let free = free_seqs(session, &around, window).await?;
            some(session, &around, window, free).await
        }
    }
}

// The joins are lateral, so that each row is looked up by its key, whatever the planner believes
// about the sizes of the tables.

async fn all(session: &mut Session, around: &Around, window: Window) -> Result<Vec<Item>> {
    let sql = format!(
        "{COLUMNS} FROM (SELECT * FROM items WHERE job = $1 AND seq >= $2 AND seq < $3
            ORDER BY seq LIMIT $4) i
        LEFT JOIN LATERAL (SELECT * FROM outcomes WHERE job = $1 AND seq = i.seq OFFSET 0) o
            ON true
        ORDER BY i.seq"
    );
    let Window { first, limit } = window;
    let values = values![
        around.job.0,
        int(first),
        int(around.total),
        i64::from(limit)
    ];
    let rows = session.list(&sql, values).await?;
    rows.iter().map(|row| read(around, row)).collect()
}

async fn ended(
    session: &mut Session,
    around: &Around,
    window: Window,
    state: ItemState,
) -> Result<Vec<Item>> {
    // The second condition is that of the index of all that did not succeed.
    let indexed = if state == ItemState::Succeeded {
        ""
    } else {
        "AND state <> 'succeeded'"
    };
    let sql = format!(
        "{COLUMNS} FROM (SELECT * FROM outcomes WHERE job = $1 AND state = '{state}' {indexed}
            AND seq >= $2 ORDER BY seq LIMIT $3) o
        JOIN LATERAL (SELECT * FROM items WHERE job = $1 AND seq = o.seq OFFSET 0) i ON true
        ORDER BY o.seq"
    );
    let Window { first, limit } = window;
    let values = values![around.job.0, int(first), i64::from(limit)];
    let rows = session.list(&sql, values).await?;
    rows.iter().map(|row| read(around, row)).collect()
}

/// The items at some positions, given in order.
async fn some(
    session: &mut Session,
    around: &Around,
    window: Window,
    seqs: Vec<Seq>,
) -> Result<Vec<Item>> {
    let sql = format!(
        "{COLUMNS} FROM unnest($2::integer[]) AS wanted (seq)
        JOIN LATERAL (SELECT * FROM items WHERE job = $1 AND seq = wanted.seq OFFSET 0) i ON true
        LEFT JOIN LATERAL (SELECT * FROM outcomes WHERE job = $1 AND seq = i.seq OFFSET 0) o
            ON true
        ORDER BY i.seq"
    );
    let seqs: Vec<i32> = seqs
        .into_iter()
        .filter(|seq| (window.first..around.total).contains(&seq.0))
        .take(usize::try_from(window.limit).unwrap_or(usize::MAX))
        .map(|seq| int(seq.0))
        .collect();
    let rows = session.list(&sql, values![around.job.0, seqs]).await?;
    rows.iter().map(|row| read(around, row)).collect()
}

async fn free_seqs(session: &mut Session, around: &Around, window: Window) -> Result<Vec<Seq>> {
    const SELECT: &str = "SELECT first_seq, last_seq FROM ranges
        WHERE job = $1 AND last_seq >= $2 ORDER BY first_seq LIMIT $3";
    let Window { first: from, limit } = window;
    let values = values![around.job.0, int(from), i64::from(limit)];
    let mut seqs = Vec::new();
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    for row in session.list(SELECT, values).await? {
        let (first, last) = (row.count(0)?.max(from), row.count(1)?);
        seqs.extend((first..=last).map(Seq).take(most - seqs.len()));
    }
    Ok(seqs)
}

/// The item with this key; of items without keys, the one at this position.
pub(crate) async fn item(session: &mut Session, id: JobId, key: &str) -> Result<Option<Item>> {
    session.snapshot().await?;
    let item = by_key(session, id, key).await?;
    session.finish().await?;
    Ok(item)
}

async fn by_key(session: &mut Session, id: JobId, key: &str) -> Result<Option<Item>> {
    const BY_KEY: &str = "SELECT seq FROM items WHERE job = $1 AND md5(key) = md5($2) AND key = $2";
    let Some(around) = around(session, id).await? else {
        return Ok(None);
    };
    // No key of an item can hold a zero character.
    let found = if key.contains('\0') {
        None
    } else {
        session.find(BY_KEY, values![around.job.0, key]).await?
    };
    let by_key = found.map(|row| row.count(0)).transpose()?.map(Seq);
    let seq = by_key.or_else(|| key.parse().ok().map(Seq));
    let window = Window { first: 0, limit: 1 };
    let items = some(session, &around, window, seq.into_iter().collect()).await?;
    Ok(items
        .into_iter()
        .find(|item| by_key.is_some() || item.key.is_none()))
}
