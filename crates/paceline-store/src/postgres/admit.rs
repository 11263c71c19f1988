//! Letting pending jobs start, as the admission rule chooses: one node at a time, so that no limit
//! is ever exceeded.

use std::collections::{BTreeSet, HashMap};

use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::limits::{Occupied, Rules};
use paceline_core::line::Place;
use paceline_core::progress::Rate;
use paceline_core::scope::{Kind, Scope};
use paceline_core::store::Claim;
use paceline_core::{JobState, Time};
use tokio_postgres::Row;

use super::changes::Changes;
use super::connect::Shared;
use super::entry::Entry;
use super::error::Result;
use super::flush;
use super::load::{self, Which};
use super::parked;
use super::row::{Columns, int};
use super::rules::{self, LOCK, OCCUPIED, RULES};
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::events::Data;
use crate::num::JobNum;
use crate::walk::{Found, Line, MOST, Page, Pending, Plan, Walk};

/// Most users whose jobs are looked at for themselves.
const USERS: u32 = 1_000;
/// Of units for whose task no worker asks, most that are looked at where nothing limits all jobs.
const OF_OTHERS: u32 = 100;

/// Starts jobs with items. Single-unit jobs start with the claim that leases them.
pub(crate) async fn admit(shared: &Shared, now: Time) -> Result<u64> {
    let mut all = 0;
    loop {
        let (started, more) = retrying(|| async {
            let mut session = shared.pools.writer().await?;
            if !is_anyone_pending(&mut session).await? {
                return Ok((0, false));
            }
            let Some(chosen) = choose(&mut session, None, now).await? else {
                return Ok((0, false));
            };
            let more = chosen.more;
            let started = chosen.start_items(shared, &mut session, now).await?;
            // Some may have come back to their lines.
            shared.heads.forget();
            Ok((started, more))
        })
        .await?;
        all += started;
        if !more {
            return Ok(all);
        }
    }
}

/// Looked at first without any lock: mostly there is nobody.
async fn is_anyone_pending(session: &mut Session) -> Result<bool> {
    const ITEMS: &str = "SELECT 1 FROM jobs WHERE lane = 2 ORDER BY place, num LIMIT 1";
    const FREED: &str = "SELECT 1 FROM freed LIMIT 1";
    let mut batch = Batch::default();
    let items = batch.add(ITEMS, values![]);
    let freed = batch.add(FREED, values![]);
    let mut answers = session.run(batch).await?;
    Ok(!answers.take(items).is_empty() || !answers.take(freed).is_empty())
}

/// Whose work a claim asks for, and how many leases of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) claim: &'a Claim,
    /// Those of its tasks of which something may be handed out.
    pub(crate) tasks: &'a [String],
    pub(crate) wanted: u32,
}

/// Starts jobs with items as [`admit`] does. Returns the single-unit jobs of the tasks that may
/// start, those first that are to be leased first: if there are any, in a transaction that is open
/// still and has the lock of admission.
pub(crate) async fn admit_for(
    shared: &Shared,
    session: &mut Session,
    asked: Asked<'_>,
) -> Result<Vec<i64>> {
    loop {
        let Some(mut chosen) = choose(session, Some(asked), asked.claim.now).await? else {
            return Ok(Vec::new());
        };
        let units = std::mem::take(&mut chosen.units);
        if chosen.items.is_empty() && !units.is_empty() {
            let mut batch = Batch::default();
            parked::park(&mut batch, chosen.park);
            session.run(batch).await?;
            return Ok(units);
        }
        let more = chosen.more;
        let started = chosen.start_items(shared, session, asked.claim.now).await?;
        // Those with items have begun in a transaction of their own; now for the units.
        if units.is_empty() && (started > 0 || !more) {
            return Ok(Vec::new());
        }
    }
}

/// What admission has decided in a transaction that is open still.
#[derive(Debug)]
struct Chosen {
    /// Jobs with items that start.
    items: Vec<i64>,
    /// Single-unit jobs that may start and are asked for.
    units: Vec<i64>,
    park: Vec<(JobNum, Scope)>,
    /// Something else was written.
    written: bool,
    /// There may be more.
    more: bool,
}

/// Decides who may start; `None` when there is no room for anybody.
async fn choose(
    session: &mut Session,
    asked: Option<Asked<'_>>,
    now: Time,
) -> Result<Option<Chosen>> {
    // Of very many keys few have parked jobs.
    const TAKE_FREED: &str = "WITH taken AS (DELETE FROM freed RETURNING scope)
        SELECT scope, EXISTS (SELECT 1 FROM jobs WHERE lane = 7 AND parked_by = scope) FROM taken";
    let mut batch = Batch::begin_relaxed();
    batch.add(LOCK, values![]);
    // Each statement sees what was committed before it. What ends after the first is noted for the
    // next admission; what ended before it is not counted as running.
    let freed_at = batch.add(TAKE_FREED, values![]);
    let rules_at = batch.add(RULES, values![]);
    let occupied_at = batch.add(OCCUPIED, values![]);
    let mut answers = session.run(batch).await?;
    let rules = rules::read_rules(&answers.take(rules_at))?;
    let mut occupied = rules::read_occupied(&answers.take(occupied_at))?;
    let room = rules.room_for_all(&occupied);
    if room == Some(0) {
        session.roll_back().await;
        return Ok(None);
    }
    let taken = answers.take(freed_at);
    let mut freed: BTreeSet<Scope> = BTreeSet::new();
    for row in &taken {
        if row.value(1)? {
            freed.insert(row.word(0)?);
        }
    }
    let freed = freed.into_iter().collect();
    let back = parked::bring_back(session, freed, &rules, &occupied, now).await?;
    let most = room.unwrap_or(MOST).min(MOST);
    let mut walk = Walk::new(&rules, &occupied, now);
    walk.add(Line::Items, most);
    if !rules.is_open() {
        let lines = Lines {
            rules: &rules,
            occupied: &occupied,
            most,
            asked,
            now,
        };
        lines.add(session, &mut walk).await?;
    }
    read_all(session, &mut walk).await?;
    let Plan { start, park, more } = walk.finish(&mut occupied);
    let woken = parked::who_stands_aside(session, &park, &back, &rules).await?;
    let (units, items): (Vec<Found>, Vec<Found>) =
        start.into_iter().partition(|job| job.id.is_unit);
    let mut items: Vec<i64> = items.into_iter().map(|job| job.id.num.0).collect();
    items.sort_unstable();
    Ok(Some(Chosen {
        items,
        units: asked.map_or_else(Vec::new, |asked| asked.among(units)),
        park: park
            .into_iter()
            .map(|(job, scope)| (job.id.num, scope))
            .collect(),
        written: !taken.is_empty() || woken,
        more: more || woken,
    }))
}

impl Asked<'_> {
    /// The jobs that workers ask for, of each task as many as they can have at most.
    fn among(&self, units: Vec<Found>) -> Vec<i64> {
        let mut left: HashMap<&str, u32> = self
            .tasks
            .iter()
            .map(|task| (task.as_str(), self.wanted))
            .collect();
        let mut nums = Vec::new();
        for job in units {
            if let Some(left) = left.get_mut(job.task.as_str())
                && *left > 0
            {
                *left -= 1;
                nums.push(job.id.num.0);
            }
        }
        nums
    }

    /// How many leases are asked for of a task.
    fn leases(&self, task: &String) -> u32 {
        let asking = self.claim.offers.iter();
        let asking = asking.filter(|offer| offer.tasks.contains(task));
        asking.fold(0_u32, |sum, offer| sum.saturating_add(offer.leases))
    }
}

impl Chosen {
    /// Starts the jobs with items, puts aside who cannot start, and commits.
    async fn start_items(self, shared: &Shared, session: &mut Session, now: Time) -> Result<u64> {
        if self.items.is_empty() && self.park.is_empty() && !self.written {
            session.roll_back().await;
            return Ok(0);
        }
        let mut batch = Batch::default();
        parked::park(&mut batch, self.park);
        start_all(shared, session, batch, self.items, now).await
    }
}

async fn read_all(session: &mut Session, walk: &mut Walk<'_>) -> Result<()> {
    loop {
        let pages = walk.pages();
        if pages.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        let places: Vec<usize> = pages
            .iter()
            .map(|page| add_page(&mut batch, page))
            .collect();
        let mut answers = session.run(batch).await?;
        for (page, place) in pages.iter().zip(places) {
            let rows = answers.take(place);
            let jobs = rows.iter().map(candidate).collect::<Result<_>>()?;
            walk.take(page, jobs);
        }
    }
}

fn add_page(batch: &mut Batch<'_>, page: &Page) -> usize {
    const ITEMS: &str = "SELECT num, place, kind = 'unit', user_name, task, queue, key FROM jobs
        WHERE lane = 2 AND (place, num) > ($1, $2) ORDER BY place, num LIMIT $3";
    const UNITS: &str = "SELECT num, place, kind = 'unit', user_name, task, queue, key FROM jobs
        WHERE lane = 1 AND task = $4 AND (place, num) > ($1, $2) ORDER BY place, num LIMIT $3";
    const USER: &str = "SELECT num, place, kind = 'unit', user_name, task, queue, key FROM jobs
        WHERE user_name IS NOT NULL AND lane IN (1, 2) AND user_name = $4
            AND (place, num) > ($1, $2) ORDER BY place, num LIMIT $3";
    let (place, num) = page.after;
    let most = i64::from(int(page.most));
    let mut values = values![place.as_micros(), num.0, most];
    match &page.line {
        Line::Items => batch.add(ITEMS, values),
        Line::Units(task) => {
            values.push(Box::new(task.clone()));
            batch.add(UNITS, values)
        }
        Line::User(user) => {
            values.push(Box::new(user.clone()));
            batch.add(USER, values)
        }
    }
}

pub(crate) fn candidate(row: &Row) -> Result<Found> {
    Ok(Found {
        id: Pending {
            num: row.num(0)?,
            is_unit: row.value(2)?,
        },
        place: Place::from_micros(row.number(1)?),
        user: row.maybe_text(3)?,
        task: row.text(4)?,
        queue: row.text(5)?,
        key: row.maybe_text(6)?,
    })
}

/// Which lines are searched besides that of jobs with items.
struct Lines<'a> {
    rules: &'a Rules,
    occupied: &'a Occupied,
    most: u32,
    asked: Option<Asked<'a>>,
    now: Time,
}

/// Tasks with pending unit jobs are each found by one step in the index.
const TASKS: &str = "WITH RECURSIVE tasks (name) AS (
        SELECT (SELECT min(task) FROM jobs WHERE lane = 1)
        UNION ALL
        SELECT (SELECT min(task) FROM jobs WHERE lane = 1 AND task > tasks.name)
        FROM tasks WHERE tasks.name IS NOT NULL)
    SELECT name FROM tasks WHERE name IS NOT NULL";
/// Users with pending jobs, found likewise. An empty name is nobody's.
const WITH_JOBS: &str = "WITH RECURSIVE users (name, n) AS (
        SELECT (SELECT min(user_name) FROM jobs
            WHERE user_name IS NOT NULL AND lane IN (1, 2) AND user_name > ''), 1
        UNION ALL
        SELECT (SELECT min(user_name) FROM jobs
            WHERE user_name IS NOT NULL AND lane IN (1, 2) AND user_name > users.name), n + 1
        FROM users WHERE users.name IS NOT NULL AND n < $1::bigint)
    SELECT name FROM users WHERE name IS NOT NULL";

impl Lines<'_> {
    async fn add(&self, session: &mut Session, walk: &mut Walk<'_>) -> Result<()> {
        let mut batch = Batch::default();
        let tasks = batch.add(TASKS, values![]);
        let users = batch.add(WITH_JOBS, values![i64::from(int(USERS))]);
        let mut answers = session.run(batch).await?;
        for row in answers.take(tasks) {
            let task = row.text(0)?;
            let wanted = self.units(&task).min(self.most);
            walk.add(Line::Units(task), wanted);
        }
        for row in answers.take(users) {
            let user = row.text(0)?;
            let room = self.rules.room(Kind::User, &user, self.occupied, self.now);
            let wanted = room.map_or(self.most, |room| room.min(self.most));
            walk.add(Line::User(user), wanted);
        }
        Ok(())
    }

    /// How many units of a task are looked for.
    fn units(&self, task: &String) -> u32 {
        if self.rules.limits().jobs.is_some() {
            return self.most;
        }
        match self.asked.map_or(0, |asked| asked.leases(task)) {
            0 => OF_OTHERS,
            leases => leases,
        }
    }
}

/// Moves the jobs to running, starts their clocks and commits. Returns how many those were.
async fn start_all(
    shared: &Shared,
    session: &mut Session,
    mut batch: Batch<'_>,
    nums: Vec<i64>,
    now: Time,
) -> Result<u64> {
    let places = load::add(&mut batch, &Which::Nums(nums));
    let mut answers = session.run(batch).await?;
    let mut entries = load::read(shared, &mut answers, places)?;
    let mut changes = Changes::default();
    let mut started = 0;
    for entry in entries.values_mut() {
        // Somebody may have paused or cancelled it since.
        if entry.job.state == JobState::Pending {
            start_one(&mut changes, entry, now)?;
            started += 1;
        }
    }
    let batch = Batch::default();
    flush::commit(shared, session, batch, entries, changes).await?;
    Ok(started)
}

fn start_one(changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
    entry.must_step(changes, Event::Admit, now)?;
    entry.job.started_at = entry.job.started_at.or(Some(now));
    entry.job.start_clock(now);
    if let Some(progress) = &mut entry.progress {
        progress.rate = Rate::start(now, progress.counters.done());
    }
    entry.progressed(now);
    let data = Data {
        attempt: Some(entry.job.attempt),
        ..entry.data()
    };
    changes.tell(EventKind::Started, &entry.job, &data, now);
    Ok(())
}
