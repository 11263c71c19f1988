//! Pending jobs that a scope holds back: they stand aside, so that nobody looks at them before
//! something changes in that scope. All of it under the lock of admission.

use std::collections::{BTreeSet, HashSet};

use paceline_core::Time;
use paceline_core::limits::{Occupied, Rules};
use paceline_core::line::Place;
use paceline_core::scope::Scope;

use super::admit::candidate;
use super::changes::{Rows, columns};
use super::error::Result;
use super::row::int;
use super::session::{Batch, Session, values};
use crate::num::JobNum;
use crate::walk::Found;

/// Most parked jobs of a scope that are read at once.
const PAGE: u32 = 500;

columns!(ParkedRows {
    num: i64,
    scope: String
});

/// Puts jobs aside, if they are still pending.
pub(crate) fn park(batch: &mut Batch<'_>, mut jobs: Vec<(JobNum, Scope)>) {
    const PARK: &str = "UPDATE jobs j SET lane = 7, parked_by = n.scope
        FROM unnest($1::bigint[], $2::text[]) n (num, scope)
        WHERE j.num = n.num AND j.lane IN (1, 2, 7)";
    jobs.sort_by_key(|(num, _)| *num);
    let mut rows = ParkedRows::default();
    for (num, scope) in jobs {
        rows.push((num.0, scope.to_string()));
    }
    if !rows.is_empty() {
        batch.add(PARK, rows.into_values());
    }
}

/// A scope whose parked jobs are brought back.
#[derive(Debug)]
struct Freed {
    scope: Scope,
    /// How many more may start; `None` is all.
    room: Option<u32>,
    after: (Place, JobNum),
}

/// Brings back who may start now that something has changed in these scopes: of each the first in
/// line, as many as it has room for. Who is held by another scope is parked there. Returns those of
/// scopes with little room, which may have to go again.
pub(crate) async fn bring_back(
    session: &mut Session,
    scopes: Vec<Scope>,
    rules: &Rules,
    occupied: &Occupied,
    now: Time,
) -> Result<HashSet<JobNum>> {
    let mut back = HashSet::new();
    let mut freed: Vec<Freed> = scopes
        .into_iter()
        .map(|scope| Freed {
            room: rules.room(scope.kind, &scope.name, occupied, now),
            scope,
            after: (Place::from_micros(i64::MIN), JobNum(i64::MIN)),
        })
        // Somebody was faster, or it is on hold: its next change brings them back.
        .filter(|freed| freed.room != Some(0))
        .collect();
    while !freed.is_empty() {
        freed = step(session, freed, (rules, occupied, now), &mut back).await?;
    }
    Ok(back)
}

/// Single-unit jobs that could have started, had a worker asked for them, kept their places before
/// those behind them. Such of them as a scope holds now keep no place in their other scopes: who is
/// parked there is looked at again. Returns whether there is anybody.
///
/// Those that were only just brought back have kept nobody waiting.
pub(crate) async fn who_stands_aside(
    session: &mut Session,
    park: &[(Found, Scope)],
    back: &HashSet<JobNum>,
    rules: &Rules,
) -> Result<bool> {
    const FREE: &str = "INSERT INTO freed (scope) SELECT scope FROM unnest($1::text[]) n (scope)
        WHERE EXISTS (SELECT 1 FROM jobs WHERE lane = 7 AND parked_by = n.scope) RETURNING 1";
    let mut scopes = BTreeSet::new();
    for (job, held_by) in park {
        if job.id.is_unit && !back.contains(&job.id.num) {
            let others = job.names().scopes().filter(|scope| scope != held_by);
            let limited = others.filter(|scope| rules.is_limited(scope));
            scopes.extend(limited.map(|scope| scope.to_string()));
        }
    }
    if scopes.is_empty() {
        return Ok(false);
    }
    let scopes: Vec<String> = scopes.into_iter().collect();
    Ok(!session.list(FREE, values![scopes]).await?.is_empty())
}

/// One page of each scope. Returns those that have more.
async fn step(
    session: &mut Session,
    freed: Vec<Freed>,
    (rules, occupied, now): (&Rules, &Occupied, Time),
    all_back: &mut HashSet<JobNum>,
) -> Result<Vec<Freed>> {
    const ALL: &str = "UPDATE jobs SET lane = CASE kind WHEN 'unit' THEN 1 ELSE 2 END
        WHERE lane = 7 AND parked_by = $1";
    const PARKED: &str = "SELECT num, place, kind = 'unit', user_name, task, queue, key FROM jobs
        WHERE lane = 7 AND parked_by = $1 AND (place, num) > ($2, $3)
        ORDER BY place, num LIMIT $4";
    // Found by their numbers: the index of who is parked holds dead entries of all that once were.
    const SOME: &str = "UPDATE jobs SET lane = CASE kind WHEN 'unit' THEN 1 ELSE 2 END
        WHERE coalesce(lane, 0) = 7 AND num = ANY($1)";
    let mut batch = Batch::default();
    let mut pages = Vec::new();
    for freed in freed {
        let scope = freed.scope.to_string();
        let Some(room) = freed.room else {
            batch.add(ALL, values![scope]);
            continue;
        };
        let (place, num) = freed.after;
        let most = room.min(PAGE);
        let values = values![scope, place.as_micros(), num.0, i64::from(int(most))];
        pages.push((freed, most, batch.add(PARKED, values)));
    }
    let mut answers = session.run(batch).await?;
    let (mut back, mut moved, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for (mut freed, most, place) in pages {
        let rows = answers.take(place);
        let is_last = rows.len() < usize::try_from(most).unwrap_or(usize::MAX);
        let mut room = freed.room.unwrap_or(0);
        for row in rows {
            let job = candidate(&row)?;
            freed.after = (job.place, job.id.num);
            if let Some((kind, name)) = rules.held_by(job.names(), occupied, now) {
                moved.push((job.id.num, Scope::new(kind, name)));
            } else {
                back.push(job.id.num.0);
                all_back.insert(job.id.num);
                room = room.saturating_sub(1);
            }
        }
        freed.room = Some(room);
        if !is_last && room > 0 {
            rest.push(freed);
        }
    }
    let mut batch = Batch::default();
    park(&mut batch, moved);
    back.sort_unstable();
    if !back.is_empty() {
        batch.add(SOME, values![back]);
    }
    session.run(batch).await?;
    Ok(rest)
}
