//! Letting pending jobs start, as the admission rule chooses.

use paceline_core::Time;
use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::limits::{Occupied, Rules};
use paceline_core::line::Place;
use paceline_core::progress::Rate;
use paceline_core::scope::Kind;
use paceline_core::store::Claim;
use rusqlite::Row;

use crate::context::WriteContext;
use crate::ending::unit_counters;
use crate::error::Result;
use crate::events::{self, Data};
use crate::job_row::JobRow;
use crate::num::JobNum;
use crate::walk::{Found, Line, MOST, Page, Pending, Plan, Walk};
use crate::{parked, progress_row, rules};

/// Most users whose jobs are looked at for themselves.
const USERS: usize = 1_000;
/// Of units for whose task no worker asks, most that are looked at where nothing limits all jobs.
const OF_OTHERS: u32 = 100;

// Left to itself SQLite reads all that is pending, in the index by lanes.
const NEXT_USER: &str = "SELECT min(user) FROM jobs INDEXED BY jobs_pending_users
    WHERE user IS NOT NULL AND lane IN (1, 2) AND user > ?1";

/// Starts jobs with items. Returns how many, and whether there may be more.
pub(crate) fn admit(context: &mut WriteContext<'_>, now: Time) -> Result<(u64, bool)> {
    if !context.memory.parked.has_news() && !is_any_with_items(context)? {
        return Ok((0, false));
    }
    let plan = choose(context, &[], now)?;
    let (units, with_items): (Vec<Found>, Vec<Found>) =
        plan.start.into_iter().partition(|job| job.id.is_unit);
    for job in &with_items {
        start(context, job.id.num, now)?;
    }
    parked::not_started(context, units.iter().map(|job| job.id.num));
    let started = u64::try_from(with_items.len()).unwrap_or(u64::MAX);
    Ok((started, plan.more))
}

/// Starts jobs with items as [`admit`] does. Returns the single-unit jobs that may start, those
/// first that are to be leased first.
pub(crate) fn admit_for(context: &mut WriteContext<'_>, claim: &Claim) -> Result<Vec<Found>> {
    let mut wanted: Vec<(&str, u32)> = Vec::new();
    for offer in &claim.offers {
        for task in &offer.tasks {
            match wanted.iter_mut().find(|(known, _)| known == task) {
                Some((_, leases)) => *leases = leases.saturating_add(offer.leases),
                None => wanted.push((task, offer.leases)),
            }
        }
    }
    loop {
        let plan = choose(context, &wanted, claim.now)?;
        let (units, with_items): (Vec<Found>, Vec<Found>) =
            plan.start.into_iter().partition(|job| job.id.is_unit);
        for job in with_items {
            start(context, job.id.num, claim.now)?;
        }
        if !plan.more || !units.is_empty() {
            return Ok(units);
        }
    }
}

/// Decides who may start, and puts aside who cannot. `wanted` are the units that workers ask for.
fn choose(context: &mut WriteContext<'_>, wanted: &[(&str, u32)], now: Time) -> Result<Plan> {
    let rules = rules::of(context)?;
    let mut occupied = if rules.is_open() {
        Occupied::default()
    } else {
        rules::occupied(context.connection)?
    };
    let room = rules.room_for_all(&occupied);
    if room == Some(0) {
        return Ok(Plan::default());
    }
    parked::bring_back(context, &rules, &occupied, now)?;
    let mut walk = Walk::new(&rules, &occupied, now);
    let most = room.unwrap_or(MOST).min(MOST);
    walk.add(Line::Items, most);
    if !rules.is_open() {
        add_units(context, &mut walk, (wanted, most, room.is_some()))?;
        add_users(context, &mut walk, &rules, &occupied, most, now)?;
    }
    loop {
        let pages = walk.pages();
        if pages.is_empty() {
            break;
        }
        for page in pages {
            let jobs = read(context, &page)?;
            walk.take(&page, jobs);
        }
    }
    let plan = walk.finish(&mut occupied);
    let park = plan.park.iter();
    let park: Vec<_> = park
        .map(|(job, scope)| (job.id.num, scope.clone()))
        .collect();
    parked::park(context, &park)?;
    Ok(plan)
}

fn add_units(
    context: &WriteContext<'_>,
    walk: &mut Walk<'_>,
    (wanted, most, all_compete): (&[(&str, u32)], u32, bool),
) -> Result<()> {
    for task in waiting_tasks(context)? {
        let asked = wanted.iter().find(|(known, _)| *known == task);
        let wanted = match asked {
            Some((_, leases)) if !all_compete => *leases,
            _ if all_compete => most,
            _ => OF_OTHERS,
        };
        walk.add(Line::Units(task), wanted.min(most));
    }
    Ok(())
}

/// Users with pending jobs and room for them, each found by one step in the index.
fn add_users(
    context: &WriteContext<'_>,
    walk: &mut Walk<'_>,
    rules: &Rules,
    occupied: &Occupied,
    most: u32,
    now: Time,
) -> Result<()> {
    let mut last = String::new();
    for _ in 0..USERS {
        let next = context.find(NEXT_USER, (&last,), |row| row.get::<_, Option<String>>(0))?;
        let Some(user) = next.flatten() else {
            break;
        };
        last.clone_from(&user);
        let room = rules.room(Kind::User, &user, occupied, now);
        walk.add(Line::User(user), room.map_or(most, |room| room.min(most)));
    }
    Ok(())
}

fn read(context: &WriteContext<'_>, page: &Page) -> Result<Vec<Found>> {
    const ITEMS: &str = "SELECT num, lane_order, kind = 'unit', user, task, queue, key FROM jobs
        WHERE lane = 2 AND lane_key IS NULL AND (lane_order, num) > (?1, ?2)
        ORDER BY lane_order, num LIMIT ?3";
    const UNITS: &str = "SELECT num, lane_order, kind = 'unit', user, task, queue, key FROM jobs
        WHERE lane = 1 AND lane_key = ?4 AND (lane_order, num) > (?1, ?2)
        ORDER BY lane_order, num LIMIT ?3";
    const USER: &str = "SELECT num, lane_order, kind = 'unit', user, task, queue, key FROM jobs
        WHERE user IS NOT NULL AND lane IN (1, 2) AND user = ?4 AND (lane_order, num) > (?1, ?2)
        ORDER BY lane_order, num LIMIT ?3";
    let (place, num) = page.after;
    let (place, most) = (place.as_micros(), page.most);
    match &page.line {
        Line::Items => context.list(ITEMS, (place, num, most), read_candidate),
        Line::Units(task) => context.list(UNITS, (place, num, most, task), read_candidate),
        Line::User(user) => context.list(USER, (place, num, most, user), read_candidate),
    }
}

pub(crate) fn read_candidate(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        id: Pending {
            num: row.get(0)?,
            is_unit: row.get(2)?,
        },
        place: Place::from_micros(row.get(1)?),
        user: row.get(3)?,
        task: row.get(4)?,
        queue: row.get(5)?,
        key: row.get(6)?,
    })
}

fn is_any_with_items(context: &WriteContext<'_>) -> Result<bool> {
    const SELECT: &str = "SELECT 1 FROM jobs WHERE lane = 2 LIMIT 1";
    Ok(context.find(SELECT, (), |_| Ok(()))?.is_some())
}

/// Tasks with pending unit jobs, each found by one step in the index.
fn waiting_tasks(context: &WriteContext<'_>) -> Result<Vec<String>> {
    const NEXT: &str = "SELECT min(lane_key) FROM jobs WHERE lane = 1 AND lane_key > ?1";
    let mut tasks = Vec::new();
    let mut last = String::new();
    while let Some(task) = context
        .find(NEXT, (&last,), |row| row.get::<_, Option<String>>(0))?
        .flatten()
    {
        last.clone_from(&task);
        tasks.push(task);
    }
    Ok(tasks)
}

/// Moves a pending job to running and starts its clock.
fn start(context: &mut WriteContext<'_>, num: JobNum, now: Time) -> Result<()> {
    let mut job = JobRow::existing(context, num)?;
    let mut progress = progress_row::of(context, &job)?;
    job.must_step(context, progress.as_ref(), Event::Admit, now)?;
    job.started_at = job.started_at.or(Some(now));
    job.start_clock(now);
    job.save(context)?;
    let data = match &mut progress {
        None => Data::counters(&unit_counters(&job)),
        Some(progress) => {
            progress.rate = Rate::start(now, progress.counters.done());
            progress.save(context, job.state, now)?;
            Data::counters(&progress.counters)
        }
    };
    let data = Data {
        attempt: Some(job.attempt),
        ..data
    };
    events::append_data(context, EventKind::Started, num, job.state, &data, now)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::{connection, migrate};

    #[test]
    fn the_next_user_is_found_in_a_step_however_many_wait() {
        const FILL: &str =
            "INSERT INTO jobs (id, name, task, queue, kind, state, priority, attempt,
                first_attempt, created_at, options, params, lane, lane_key, lane_order)
            WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 2000)
            SELECT n, '', 'sync', 'default', 'unit', 'pending', 1, 1, 1, 0, '{}', '{}', 1, 'sync', n
            FROM n";
        let mut connection = connection::in_memory().expect("a database");
        migrate::migrate(&mut connection).expect("the tables");
        connection.execute(FILL, ()).expect("jobs");
        let mut next = connection.prepare(NEXT_USER).expect("a statement");
        let user: Option<String> = next.query_row(("",), |row| row.get(0)).expect("a row");
        assert_eq!(user, None);
        let steps = next.get_status(StatementStatus::VmStep);
        assert!(steps < 100, "{steps} steps for nobody among 2,000");
    }
}
