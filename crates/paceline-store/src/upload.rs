//! Streamed submissions: items come in under the number that their job will have, and nobody
//! sees them before the upload is finished.

use std::sync::Arc;

use paceline_core::dependency::Standing;
use paceline_core::item::NewItem;
use paceline_core::job::{NewJob, Work};
use paceline_core::merge::Decision;
use paceline_core::store::{StoreError, Submitted};
use paceline_core::{JobId, Json, Priority, Time, UploadId};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::error::Result;
use crate::items_write::{self, Append};
use crate::links_text;
use crate::merge::Brought;
use crate::num::JobNum;
use crate::options_row;
use crate::search;
use crate::submit::{self, Arrival, Ties};
use crate::text::{Labels, invalid, labels_text, maybe_json, maybe_time};

const NO_UPLOAD: StoreError = StoreError::NotFound("upload");

pub(crate) fn begin(context: &mut WriteContext<'_>, job: &NewJob, now: Time) -> Result<UploadId> {
    const INSERT: &str = "INSERT INTO uploads (num, id, name, task, queue, priority, user, key,
        batch, labels, options, params, run_at, created_at, items, skipped, links)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, 0, ?15)";
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
    // Said now, not after a million items.
    Ties::of(context, job)?;
    let num = context.next(Sequence::Job);
    let row = rusqlite::params![
        num,
        id.into_bytes(),
        name,
        task,
        queue,
        priority.level(),
        user,
        key,
        batch,
        labels_text(labels),
        options_row::to_text(options),
        params.as_str(),
        run_at.map(Time::as_micros),
        now.as_micros(),
        links_text::to_text(links),
    ];
    context.execute(INSERT, row)?;
    Ok(UploadId(num))
}

pub(crate) fn append(
    context: &WriteContext<'_>,
    upload: UploadId,
    items: &[NewItem],
) -> Result<()> {
    const SELECT: &str = "SELECT task, items, coalesce(options ->> 'only_new', 0), created_at
        FROM uploads WHERE num = ?1";
    const UPDATE: &str =
        "UPDATE uploads SET items = items + ?2, skipped = skipped + ?3 WHERE num = ?1";
    let (task, from, only_new, created_at) = context
        .find(SELECT, (upload.0,), |row| {
            let task: String = row.get(0)?;
            Ok((task, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .ok_or(NO_UPLOAD)?;
    let skipped = items_write::append(
        context,
        &Append {
            job: JobNum(upload.0),
            task: &task,
            from,
            items,
            only_new,
            now: Time::from_micros(created_at),
        },
    )?;
    context.execute(UPDATE, (upload.0, crate::num::as_i64(items.len()), skipped))?;
    Ok(())
}

pub(crate) fn finish(
    context: &mut WriteContext<'_>,
    upload: UploadId,
    now: Time,
) -> Result<Submitted> {
    const TAKE: &str = "DELETE FROM uploads WHERE num = ?1 RETURNING id, name, task, queue,
        priority, user, key, batch, labels, options, params, run_at, items, skipped, created_at,
        links";
    let taken = context.list(TAKE, (upload.0,), read)?;
    let (mut job, options, counts, created_at) = taken.into_iter().next().ok_or(NO_UPLOAD)?;
    job.options = context.memory.options.get(&options)?;
    let num = JobNum(upload.0);
    // Its time is that of its number, by which jobs are listed: when the upload began.
    let arrival = Arrival {
        num,
        job: &job,
        options: &options,
        created_at,
        depends: Standing::Free,
    };
    let ties = Ties::of(context, &job)?;
    let arrival = arrival.tied(&ties);
    if let Decision::Into(survivor) = ties.decision {
        let brought = Brought::Uploaded(num, counts);
        let merged = submit::merge_into(context, &arrival, survivor, brought, &ties, now)?;
        search::changed(context, num)?;
        return Ok(merged);
    }
    let progress = submit::with_work(context, num, job.options.workers, counts, now)?;
    let state = submit::submit_with_items(context, &arrival, progress, now)?;
    let state = ties.tie(context, &arrival, now)?.unwrap_or(state);
    search::changed(context, num)?;
    Ok(Submitted {
        id: job.id,
        state,
        merged_into: None,
        cached_from: None,
    })
}

pub(crate) fn abort(context: &WriteContext<'_>, upload: UploadId) -> Result<()> {
    const DELETE: &str = "DELETE FROM uploads WHERE num = ?1";
    if context.execute(DELETE, (upload.0,))? == 0 {
        return Err(NO_UPLOAD.into());
    }
    context.execute(
        "INSERT INTO garbage (job, task) VALUES (?1, '')",
        (upload.0,),
    )?;
    Ok(())
}

/// Removes all uploads, with their items in time. Returns how many there were.
pub(crate) fn sweep(context: &WriteContext<'_>) -> Result<u64> {
    let all = "INSERT INTO garbage (job, task) SELECT num, '' FROM uploads";
    let swept = context.execute(all, ())?;
    if swept > 0 {
        context.execute("DELETE FROM uploads", ())?;
    }
    Ok(u64::try_from(swept).unwrap_or(0))
}

/// The job, the text of its options, how many items there are and are skipped, and when it began.
type Finished = (NewJob, String, (u32, u32), Time);

fn read(row: &Row<'_>) -> rusqlite::Result<Finished> {
    let job = NewJob {
        id: JobId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        task: row.get(2)?,
        queue: row.get(3)?,
        priority: Priority::from_level(row.get(4)?),
        user: row.get(5)?,
        key: row.get(6)?,
        batch: row.get(7)?,
        labels: maybe_json::<Labels>(row, 8)?.map_or_else(Vec::new, |labels| labels.0),
        params: Json::from_checked(row.get::<_, String>(10)?),
        options: Arc::default(),
        run_at: maybe_time(row, 11)?,
        work: Work::Items(Vec::new()),
        links: links_text::from_text(row.get_ref(15)?.as_str_or_null()?)
            .map_err(|error| invalid(15, error))?,
    };
    let created_at = Time::from_micros(row.get(14)?);
    Ok((job, row.get(9)?, (row.get(12)?, row.get(13)?), created_at))
}
