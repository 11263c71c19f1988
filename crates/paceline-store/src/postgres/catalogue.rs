//! The catalogue of all jobs (see [`crate::catalogue`]), kept by each node for its own lists.
//!
//! It follows the stream of events: each change that a list can show is told there, by whatever
//! node made it, and the numbers of events have the order of the commits. So what is told after the
//! last event that was seen names the jobs to read anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use paceline_core::event::EventKind;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use tokio_postgres::Row;

use super::error::{Error, Result};
use super::events;
use super::list::{PROGRESS, counts};
use super::pool::Pools;
use super::row::{Columns, invalid};
use super::session::{Session, values};
use crate::catalogue::{Catalogue, EntryColumns};
use crate::num::as_i64;

/// With more new events than this, to read all jobs anew is less work than to follow.
const CHANGES: i64 = 1_000_000;
/// With more new events than this the store is so busy that lists may lag …
const BUSY: i64 = 20_000;
/// … by this, so that looking at them does not slow it down.
const LAG: Duration = Duration::from_secs(1);
/// Jobs that are read at a time.
const SLICE: usize = 5_000;

/// A catalogue as of an event.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) catalogue: Catalogue,
    seen: i64,
    at: Instant,
}

/// What the lists of a node share. It is empty until a list needs it.
#[derive(Debug)]
pub(crate) struct SharedCatalogue {
    /// From how many jobs on lists use it.
    from: u64,
    followed: Arc<RwLock<Option<Followed>>>,
}

/// Held while a list is read from it.
pub(crate) type Held = OwnedRwLockReadGuard<Option<Followed>, Followed>;

impl SharedCatalogue {
    pub(crate) fn new(from: u64) -> Self {
        SharedCatalogue {
            from,
            followed: Arc::default(),
        }
    }

    pub(crate) fn is_for(&self, jobs: u64) -> bool {
        jobs >= self.from
    }

    /// The catalogue as of now: everything that was committed before is in it. Who waits for it
    /// keeps no connection from others meanwhile.
    pub(crate) async fn caught_up(&self, pools: &Pools) -> Result<Held> {
        let newest = events::last(&mut pools.reader().await?).await?.0;
        let read = self.followed.clone().read_owned().await;
        if read.as_ref().is_some_and(|known| known.will_do(newest)) {
            return held(read);
        }
        drop(read);
        // Held while the changes are applied: who comes meanwhile waits for them.
        let mut followed = self.followed.clone().write_owned().await;
        if !followed.as_ref().is_some_and(|known| known.will_do(newest)) {
            let mut session = pools.reader().await?.with_patience();
            session.snapshot().await?;
            match followed.as_mut() {
                // What an error or a caller's departure leaves half done is done again: to read a
                // job anew twice does no harm.
                Some(known) if newest - known.seen <= CHANGES => {
                    known.refresh(&mut session).await?;
                }
                Some(_) | None => {
                    *followed = None;
                    *followed = Some(build(&mut session).await?);
                }
            }
            session.finish().await?;
        }
        held(OwnedRwLockWriteGuard::downgrade(followed))
    }
}

fn held(read: OwnedRwLockReadGuard<Option<Followed>>) -> Result<Held> {
    OwnedRwLockReadGuard::try_map(read, Option::as_ref)
        .map_err(|_| Error::corrupt("the catalogue is gone"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how often jobs are read anew is a matter of real time"
)]
fn instant() -> Instant {
    Instant::now()
}

impl Followed {
    fn will_do(&self, newest: i64) -> bool {
        let lag = instant().saturating_duration_since(self.at);
        self.seen >= newest || (newest - self.seen > BUSY && lag < LAG)
    }

    /// Reads jobs anew that were changed, came or went.
    async fn refresh(&mut self, session: &mut Session) -> Result<()> {
        const CHANGED: &str = "SELECT DISTINCT coalesce(job, gone), coalesce(job, gone) IS NULL
            AND kind IN ($3, $4) FROM events WHERE seq > $1 AND seq <= $2";
        let newest = events::last(session).await?.0;
        let (deleted, cleaned_up) = (EventKind::Deleted.as_str(), EventKind::CleanedUp.as_str());
        let changed = values![self.seen, newest, deleted, cleaned_up];
        let mut nums = Vec::new();
        let mut some_went = false;
        for row in session.list(CHANGED, changed).await? {
            nums.extend(row.value::<Option<i64>>(0)?);
            some_went |= row.value::<bool>(1)?;
        }
        for slice in nums.chunks(SLICE) {
            self.read_anew(session, slice).await?;
        }
        if some_went {
            let left = nums_of_all(session).await?;
            self.catalogue.keep_only(&left);
        }
        self.seen = newest;
        self.at = instant();
        Ok(())
    }

    async fn read_anew(&mut self, session: &mut Session, nums: &[i64]) -> Result<()> {
        let sql = select("j.num = ANY($1)");
        let mut gone = nums.to_vec();
        gone.sort_unstable();
        for row in session.list(&sql, values![nums.to_vec()]).await? {
            let columns = columns(&row)?;
            self.catalogue.put(&columns);
            if let Ok(place) = gone.binary_search(&columns.num) {
                gone.remove(place);
            }
        }
        for num in gone {
            self.catalogue.remove(num);
        }
        Ok(())
    }
}

/// Reads all jobs: a few seconds for a million.
async fn build(session: &mut Session) -> Result<Followed> {
    let sql = select(&format!("j.num > $1 ORDER BY j.num LIMIT {SLICE}"));
    let seen = events::last(session).await?.0;
    let jobs: u64 = counts(session).await?.values().sum();
    let mut catalogue = Catalogue::for_jobs(usize::try_from(jobs).unwrap_or(0));
    let mut after = -1;
    loop {
        let rows = session.list(&sql, values![after]).await?;
        for row in &rows {
            let columns = columns(row)?;
            after = columns.num;
            catalogue.put(&columns);
        }
        if rows.len() < SLICE {
            break;
        }
    }
    Ok(Followed {
        catalogue,
        seen,
        at: instant(),
    })
}

async fn nums_of_all(session: &mut Session) -> Result<Vec<i64>> {
    const SELECT: &str = "SELECT num FROM jobs WHERE num > $1 ORDER BY num LIMIT $2";
    const MOST: usize = 50_000;
    let mut nums = Vec::new();
    loop {
        let after = nums.last().copied().unwrap_or(-1);
        let rows = session.list(SELECT, values![after, as_i64(MOST)]).await?;
        for row in &rows {
            nums.push(row.number(0)?);
        }
        if rows.len() < MOST {
            return Ok(nums);
        }
    }
}

fn select(condition: &str) -> String {
    format!(
        "SELECT j.num, j.created_at, j.started_at, j.finished_at, ({PROGRESS})::bigint, j.task,
        j.queue, j.user_name, j.batch, j.labels, j.key, j.state, j.priority
        FROM jobs j LEFT JOIN progress p ON p.job = j.num WHERE {condition}"
    )
}

fn columns(row: &Row) -> Result<EntryColumns<'_>> {
    let progress = row.number(4)?;
    let priority: i32 = row.value(12)?;
    Ok(EntryColumns {
        num: row.number(0)?,
        created_at: row.number(1)?,
        started_at: row.value(2)?,
        finished_at: row.value(3)?,
        progress: u32::try_from(progress).map_err(|error| invalid(4, error))?,
        task: row.value(5)?,
        queue: row.value(6)?,
        user: row.value(7)?,
        batch: row.value(8)?,
        labels: row.value(9)?,
        key: row.value(10)?,
        state: row.word(11)?,
        priority: u8::try_from(priority).map_err(|error| invalid(12, error))?,
    })
}
