//! Streamed submissions: items come in under the number that their job will have, and nobody sees
//! them before the upload is finished.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use bytes::{BufMut, BytesMut};
use futures::SinkExt;
use paceline_core::item::NewItem;
use paceline_core::job::{NewJob, Work};
use paceline_core::links::Wanted;
use paceline_core::store::{StoreError, Submitted};
use paceline_core::{Seq, Time, UploadId};
use tokio_postgres::Row;

use super::changes::Changes;
use super::connect::Shared;
use super::error::{Error, Result};
use super::flush;
use super::items_write::{self, Append, KNOWN, clean};
use super::load;
use super::row::{Columns, int, invalid, uuid};
use super::session::{Batch, Session, values};
use super::submit::{Arrivals, Source};
use super::ties::{self, Ties};
use super::transact::retrying;
use crate::items_write::all_but;
use crate::links_text;
use crate::num::JobNum;
use crate::options_row;
use crate::text::labels_text;

const NO_UPLOAD: StoreError = StoreError::NotFound("upload");

pub(crate) async fn begin(shared: &Shared, job: &NewJob, now: Time) -> Result<UploadId> {
    const INSERT: &str = "INSERT INTO uploads (num, node, id, name, task, queue, priority,
        user_name, key, batch, labels, options, params, run_at, created_at, items, skipped, links)
        VALUES (nextval('job_num'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
            0, 0, $15) RETURNING num";
    let NewJob {
        id,
        name,
        task,
        queue,
        priority,
        user,
        key,
        batch,
        labels,
        params,
        options,
        run_at,
        work: _,
        links,
    } = job;
    let row = values![
        shared.node.load(Ordering::Relaxed),
        uuid(*id),
        clean(name),
        clean(task),
        clean(queue),
        i32::try_from(priority.level()).unwrap_or(0),
        user.as_deref().map(clean),
        key.as_deref().map(clean),
        batch.as_deref().map(clean),
        labels_text(labels),
        options_row::to_text(options),
        params.as_str().to_owned(),
        run_at.map(Time::as_micros),
        now.as_micros(),
        links_text::to_text(links),
    ];
    // Said now, not after a million items.
    let mut session = shared.pools.writer().await?;
    let mut batch = lock_parents(shared, &mut session, job, now).await?;
    let num = batch.add(INSERT, row);
    batch.commit();
    let num = session.run(batch).await?.first(num);
    let num = num.ok_or_else(|| Error::corrupt("no upload"))?.number(0)?;
    Ok(UploadId(num))
}

/// Begins the transaction, and locks what the job is to wait for, so that no clean-up removes it
/// before it is written down who needs it.
async fn lock_parents(
    shared: &Shared,
    session: &mut Session,
    job: &NewJob,
    now: Time,
) -> Result<Batch<'static>> {
    let mut batch = Batch::begin();
    if job.links == Wanted::default() {
        return Ok(batch);
    }
    let places = ties::add(&mut batch, std::iter::once(job));
    let mut answers = session.run(batch).await?;
    let (mut ties, _) = Ties::read(shared, session, &mut answers, places).await?;
    match ties.refusal(std::slice::from_ref(job), now) {
        None => Ok(Batch::default()),
        Some(refused) => {
            session.roll_back().await;
            Err(refused.into())
        }
    }
}

pub(crate) async fn append(shared: &Shared, upload: UploadId, items: &[NewItem]) -> Result<()> {
    retrying(|| try_append(shared, upload, items)).await
}

async fn try_append(shared: &Shared, upload: UploadId, items: &[NewItem]) -> Result<()> {
    const LOCK: &str = "SELECT task, items, options, created_at FROM uploads WHERE num = $1
        FOR UPDATE";
    const LISTED: &str = "SELECT i.key, i.seq FROM unnest($2::text[]) n (key)
        JOIN items i ON i.job = $1 AND md5(i.key) = md5(n.key) AND i.key IS NOT NULL";
    const UPDATE: &str =
        "UPDATE uploads SET items = items + $2, skipped = skipped + $3 WHERE num = $1";
    let keys = || -> Vec<String> {
        items
            .iter()
            .filter_map(|item| item.key.as_deref())
            .map(clean)
            .collect()
    };
    let mut session = shared.pools.writer().await?.with_patience();
    let mut batch = Batch::begin_relaxed();
    let upload_at = batch.add(LOCK, values![upload.0]);
    let listed = batch.add(LISTED, values![upload.0, keys()]);
    let mut answers = session.run(batch).await?;
    let Some(row) = answers.first(upload_at) else {
        session.roll_back().await;
        return Err(NO_UPLOAD.into());
    };
    let mut known = HashMap::new();
    for row in answers.take(listed) {
        known.insert(row.text(0)?, row.count(1)?);
    }
    let (task, from, created_at) = (row.text(0)?, row.count(1)?, row.time(3)?);
    let only_new = load::options(shared, row.value(2)?)?.only_new;
    let checked = items_write::check_count(from, items)
        .and_then(|()| items_write::check_keys(&mut known, from, items));
    if let Err(refused) = checked {
        session.roll_back().await;
        return Err(refused.into());
    }
    let succeeded = if only_new {
        succeeded(&mut session, &task, keys()).await?
    } else {
        HashSet::new()
    };
    let mut changes = Changes::default();
    let append = Append {
        job: JobNum(upload.0),
        from,
        items,
        now: created_at,
    };
    let is_known = |index: usize| {
        let key = items.get(index).and_then(|item| item.key.as_deref());
        key.is_some_and(|key| succeeded.contains(&clean(key)))
    };
    // The items go by COPY, what was skipped with the rest.
    let skipped = items_write::append(&mut changes, append, is_known);
    changes.items = super::changes::ItemRows::default();
    copy(&session, JobNum(upload.0), from, items).await?;
    let mut batch = Batch::default();
    let skipped = int(u32::try_from(skipped.len()).unwrap_or(u32::MAX));
    let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
    batch.add(UPDATE, values![upload.0, count, skipped]);
    flush::commit(shared, &mut session, batch, load::Entries::new(), changes).await?;
    Ok(())
}

/// Which of the keys have a succeeded result of the task.
async fn succeeded(
    session: &mut Session,
    task: &str,
    keys: Vec<String>,
) -> Result<HashSet<String>> {
    let tasks = vec![task.to_owned(); keys.len()];
    let mut known = HashSet::new();
    for row in session.list(KNOWN, values![tasks, keys.clone()]).await? {
        let place = usize::try_from(row.number(0)? - 1).unwrap_or(usize::MAX);
        known.extend(keys.get(place).cloned());
    }
    Ok(known)
}

/// Bytes that are sent at once.
const PIECE: usize = 256 * 1024;

/// Writes items by COPY in its binary form: a header, rows of counted fields, a trailer.
async fn copy(session: &Session, job: JobNum, from: u32, items: &[NewItem]) -> Result<()> {
    const COPY: &str = "COPY items (job, seq, key, payload) FROM STDIN (FORMAT binary)";
    const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    if items.is_empty() {
        return Ok(());
    }
    let copied = async {
        let sink = session.client()?.copy_in(COPY).await?;
        futures::pin_mut!(sink);
        let mut piece = BytesMut::with_capacity(PIECE + 4096);
        piece.put_slice(HEADER);
        for (item, seq) in items.iter().zip(from..) {
            piece.put_i16(4);
            piece.put_i32(8);
            piece.put_i64(job.0);
            piece.put_i32(4);
            piece.put_i32(int(seq));
            match &item.key {
                Some(key) => put_text(&mut piece, &clean(key)),
                None => piece.put_i32(-1),
            }
            put_text(&mut piece, item.payload.as_str());
            if piece.len() >= PIECE {
                sink.send(piece.split().freeze()).await?;
            }
        }
        piece.put_i16(-1);
        sink.send(piece.freeze()).await?;
        let rows = sink.finish().await?;
        Ok(rows)
    };
    let rows = session.within(copied).await?;
    if rows == u64::try_from(items.len()).unwrap_or(0) {
        Ok(())
    } else {
        Err(Error::corrupt("not all items were written"))
    }
}

fn put_text(piece: &mut BytesMut, text: &str) {
    piece.put_i32(i32::try_from(text.len()).unwrap_or(i32::MAX));
    piece.put_slice(text.as_bytes());
}

pub(crate) async fn finish(shared: &Shared, upload: UploadId, now: Time) -> Result<Submitted> {
    retrying(|| try_finish(shared, upload, now)).await
}

async fn try_finish(shared: &Shared, upload: UploadId, now: Time) -> Result<Submitted> {
    const TAKE: &str = "DELETE FROM uploads WHERE num = $1 RETURNING id, name, task, queue,
        priority, user_name, key, batch, labels, options, params, run_at, items, skipped,
        created_at, links";
    const SKIPPED: &str = "SELECT seq FROM outcomes
        WHERE job = $1 AND state = 'skipped' AND state <> 'succeeded' ORDER BY seq";
    let mut session = shared.pools.writer().await?.with_patience();
    let mut batch = Batch::begin();
    let taken = batch.add(TAKE, values![upload.0]);
    let skipped = batch.add(SKIPPED, values![upload.0]);
    let mut answers = session.run(batch).await?;
    let Some(row) = answers.first(taken) else {
        session.roll_back().await;
        return Err(NO_UPLOAD.into());
    };
    let job = read(shared, &row)?;
    let total = row.count(12)?;
    let mut without = Vec::new();
    for row in answers.take(skipped) {
        without.push(Seq(row.count(0)?));
    }
    let work = all_but(total, without);
    // Its time is that of its number, by which jobs are listed: when the upload began.
    let when = (row.time(14)?, now);
    let mut batch = Batch::default();
    let places = ties::add(&mut batch, std::iter::once(&job));
    let mut answers = session.run(batch).await?;
    let (mut ties, survivors) = Ties::read(shared, &mut session, &mut answers, places).await?;
    if let Some(refused) = ties.refusal(std::slice::from_ref(&job), now) {
        session.roll_back().await;
        return Err(refused.into());
    }
    let mut arrivals = Arrivals::tied(ties, survivors);
    let num = JobNum(upload.0);
    let source = Source::Uploaded {
        under: num,
        total,
        work: &work,
    };
    let submitted = arrivals.add(num, &job, row.value(9)?, source, when)?;
    let mut batch = Batch::default();
    arrivals.insert(&mut batch);
    let (entries, changes) = arrivals.into_parts();
    flush::commit(shared, &mut session, batch, entries, changes).await?;
    Ok(submitted)
}

fn read(shared: &Shared, row: &Row) -> Result<NewJob> {
    Ok(NewJob {
        id: row.job_id(0)?,
        name: row.text(1)?,
        task: row.text(2)?,
        queue: row.text(3)?,
        priority: load::priority(row, 4)?,
        user: row.maybe_text(5)?,
        key: row.maybe_text(6)?,
        batch: row.maybe_text(7)?,
        labels: row.labels(8)?,
        params: row.json(10)?,
        options: load::options(shared, row.value(9)?)?,
        run_at: row.maybe_time(11)?,
        work: Work::Items(Vec::new()),
        links: links_text::from_text(row.value(15)?).map_err(|error| invalid(15, error))?,
    })
}

pub(crate) async fn abort(shared: &Shared, upload: UploadId) -> Result<()> {
    const ABORT: &str = "WITH aborted AS (DELETE FROM uploads WHERE num = $1 RETURNING num)
        INSERT INTO garbage (job, task) SELECT num, '' FROM aborted RETURNING job";
    let mut session = shared.pools.writer().await?;
    if session.list(ABORT, values![upload.0]).await?.is_empty() {
        return Err(NO_UPLOAD.into());
    }
    Ok(())
}
