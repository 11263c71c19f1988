//! Limits and holds: where they are kept, and how they change. Whoever changes them holds the lock
//! of admission, so that each admission goes by one set of rules.

use std::collections::BTreeMap;

use paceline_core::Time;
use paceline_core::event::EventKind;
use paceline_core::limits::{Hold, LimitName, Limits, Occupied, RuleBook, Rules, Setting};
use paceline_core::scope::{Kind, Names, Scope};
use paceline_core::throttle::Trial;
use tokio_postgres::Row;

use super::changes::Changes;
use super::connect::Shared;
use super::error::Result;
use super::flush;
use super::load::Entries;
use super::row::Columns;
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::rules::lifted;
use crate::rules_text::{hold_event, limits_event};

/// Held to the end of its transaction by whoever admits jobs or changes the rules.
pub(crate) const LOCK: &str =
    "SELECT pg_advisory_xact_lock(hashtext('paceline.' || current_schema()), 1)";
/// Held by those who lease work by the rules that they read under it.
pub(crate) const LOCK_SHARED: &str =
    "SELECT pg_advisory_xact_lock_shared(hashtext('paceline.' || current_schema()), 1)";
/// All limits, holds and throttled tasks (which have no `reason`), for [`read_book`].
pub(crate) const RULES: &str = "SELECT name, is_set, most, NULL::bigint, NULL::text, 0::bigint
    FROM limits UNION ALL SELECT scope, NULL, NULL, until, reason, since FROM holds
    UNION ALL SELECT task, NULL, probes, open_until, NULL, 0 FROM throttles";
/// The jobs that count (running ones, and paused ones of which workers have work), by their scopes,
/// for [`read_occupied`].
pub(crate) const OCCUPIED: &str = "SELECT user_name, task, queue, key, count(*) FROM jobs
    WHERE lane IN (3, 4) GROUP BY user_name, task, queue, key";
/// Notes the scopes of jobs that count, or were about to, no more, if they have limits. It stands
/// behind the lock of `tally`: a limit that is set meanwhile is either seen, or counts the jobs anew.
pub(crate) const FREE_LEFT: &str = "INSERT INTO freed (scope)
    SELECT DISTINCT v.kind || ':' || v.name FROM jobs j, LATERAL (VALUES ('user', j.user_name),
        ('task', j.task), ('queue', j.queue), ('key', j.key)) v (kind, name)
    WHERE EXISTS (SELECT 1 FROM limits WHERE name <> 'jobs' AND most IS NOT NULL)
        AND j.num = ANY($1) AND v.name <> ''
        AND EXISTS (SELECT 1 FROM limits l WHERE l.most IS NOT NULL
            AND l.name IN ('jobs_per_' || v.kind, v.kind || ':' || v.name))";

pub(crate) fn read_book(rows: &[Row]) -> Result<RuleBook> {
    let mut book = RuleBook {
        configured: Limits::NONE,
        set: Vec::new(),
        holds: Vec::new(),
        throttled: BTreeMap::new(),
        occupied: Occupied::default(),
    };
    for row in rows {
        match row.value::<Option<bool>>(1)? {
            Some(true) => book.set.push((row.word(0)?, most(row)?)),
            Some(false) => book.configured.set(&row.word(0)?, most(row)?),
            None => {
                let until = row.maybe_time(3)?;
                if let Some(reason) = row.maybe_text(4)? {
                    book.holds.push(Hold {
                        scope: row.word(0)?,
                        until,
                        reason,
                        since: row.time(5)?,
                    });
                } else {
                    let trial = most(row)?.map(|probes| Trial {
                        open_until: until,
                        probes,
                    });
                    book.throttled.insert(row.text(0)?, trial);
                }
            }
        }
    }
    Ok(book)
}

fn most(row: &Row) -> Result<Option<u32>> {
    let most = row.maybe_size(2)?;
    Ok(most.map(|most| u32::try_from(most).unwrap_or(u32::MAX)))
}

pub(crate) fn read_rules(rows: &[Row]) -> Result<Rules> {
    Ok(read_book(rows)?.rules())
}

pub(crate) fn read_occupied(rows: &[Row]) -> Result<Occupied> {
    let mut occupied = Occupied::default();
    for row in rows {
        let count = u32::try_from(row.size(4)?).unwrap_or(u32::MAX);
        let names = Names {
            user: row.value(0)?,
            task: row.value(1)?,
            queue: row.value(2)?,
            key: row.value(3)?,
        };
        occupied.add_many(names, count);
    }
    Ok(occupied)
}

pub(crate) async fn book(session: &mut Session) -> Result<RuleBook> {
    let mut batch = Batch::default();
    let rules = batch.add(RULES, values![]);
    let occupied = batch.add(OCCUPIED, values![]);
    let mut answers = session.run(batch).await?;
    Ok(RuleBook {
        occupied: read_occupied(&answers.take(occupied))?,
        ..read_book(&answers.take(rules))?
    })
}

/// The rules with what counts for them, which is not looked at where nothing is limited.
pub(crate) async fn in_force(session: &mut Session) -> Result<RuleBook> {
    let open = read_book(&session.list(RULES, values![]).await?)?;
    if open.rules().is_open() {
        return Ok(open);
    }
    book(session).await
}

pub(crate) async fn configure(shared: &Shared, limits: &Limits) -> Result<()> {
    const INSERT: &str = "INSERT INTO limits (name, is_set, most)
        SELECT name, false, most FROM unnest($1::text[], $2::bigint[]) n (name, most)";
    const FREE_ALL: &str =
        "INSERT INTO freed (scope) SELECT DISTINCT parked_by FROM jobs WHERE lane = 7";
    retrying(|| async {
        let mut session = shared.pools.writer().await?;
        let known = read_book(&session.list(RULES, values![]).await?)?;
        if known.configured == *limits {
            return Ok(());
        }
        let (mut names, mut mosts) = (Vec::new(), Vec::new());
        for (name, most) in limits.settings() {
            names.push(name.to_string());
            mosts.push(most.map(i64::from));
        }
        let mut batch = Batch::begin();
        batch.add(LOCK, values![]);
        batch.add("DELETE FROM limits WHERE NOT is_set", values![]);
        batch.add(INSERT, values![names, mosts]);
        batch.add(FREE_ALL, values![]);
        wake(&mut batch);
        batch.commit();
        session.run(batch).await.map(|_| ())
    })
    .await
}

pub(crate) async fn set_limits(
    shared: &Shared,
    settings: &[(LimitName, Setting)],
    now: Time,
) -> Result<()> {
    const UNSET: &str = "DELETE FROM limits WHERE name = $1 AND is_set";
    const SET: &str = "INSERT INTO limits (name, is_set, most) VALUES ($1, true, $2)
        ON CONFLICT (name, is_set) DO UPDATE SET most = excluded.most";
    const FREE_KIND: &str = "INSERT INTO freed (scope) SELECT DISTINCT parked_by FROM jobs
        WHERE lane = 7 AND starts_with(parked_by, $1)";
    retrying(|| async {
        let mut session = shared.pools.writer().await?;
        let mut batch = Batch::begin();
        batch.add(LOCK, values![]);
        for (name, setting) in settings {
            let text = name.to_string();
            match setting {
                Setting::Unset => batch.add(UNSET, values![text.clone()]),
                Setting::NoLimit => batch.add(SET, values![text.clone(), None::<i64>]),
                Setting::AtMost(most) => batch.add(SET, values![text.clone(), i64::from(*most)]),
            };
            match name {
                LimitName::Jobs => {}
                LimitName::Each(kind) => {
                    batch.add(FREE_KIND, values![format!("{kind}:")]);
                }
                LimitName::Of(_) => free(&mut batch, text),
            }
        }
        wake(&mut batch);
        let mut changes = Changes::default();
        changes.record(EventKind::LimitChanged, &limits_event(settings), now);
        tell(shared, &mut session, batch, changes).await
    })
    .await
}

/// Notes that something has changed in a scope.
fn free(batch: &mut Batch<'_>, scope: String) {
    batch.add("INSERT INTO freed (scope) VALUES ($1)", values![scope]);
}

/// Lets the next admission look at who stands in line, also where nobody comes back: whom the new
/// rules hold stands aside, and those behind may start.
fn wake(batch: &mut Batch<'_>) {
    batch.add("INSERT INTO freed (scope) VALUES ('')", values![]);
}

async fn tell(
    shared: &Shared,
    session: &mut Session,
    batch: Batch<'_>,
    changes: Changes,
) -> Result<()> {
    let committed = flush::commit(shared, session, batch, Entries::new(), changes).await;
    committed.map(|_| ())
}

pub(crate) async fn hold(shared: &Shared, hold: &Hold, now: Time) -> Result<()> {
    const UPSERT: &str = "INSERT INTO holds (scope, until, reason, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (scope) DO UPDATE SET until = excluded.until, reason = excluded.reason,
            since = excluded.since";
    let Hold {
        scope,
        until,
        reason,
        since,
    } = hold;
    let kind = match scope.kind {
        Kind::Queue => EventKind::QueuePaused,
        Kind::Task => EventKind::TaskPaused,
        Kind::Key | Kind::User => EventKind::HoldSet,
    };
    retrying(|| async {
        let mut session = shared.pools.writer().await?;
        let mut batch = Batch::begin();
        batch.add(LOCK, values![]);
        let until = until.map(Time::as_micros);
        let row = values![scope.to_string(), until, reason.clone(), since.as_micros()];
        batch.add(UPSERT, row);
        wake(&mut batch);
        let mut changes = Changes::default();
        changes.record(kind, &hold_event(scope, Some(hold)), now);
        tell(shared, &mut session, batch, changes).await
    })
    .await
}

pub(crate) async fn lift(shared: &Shared, scope: &Scope, now: Time) -> Result<bool> {
    const DELETE: &str = "DELETE FROM holds WHERE scope = $1 RETURNING 1";
    retrying(|| async {
        let mut session = shared.pools.writer().await?;
        let mut batch = Batch::begin();
        batch.add(LOCK, values![]);
        let deleted = batch.add(DELETE, values![scope.to_string()]);
        if session.run(batch).await?.first(deleted).is_none() {
            session.roll_back().await;
            return Ok(false);
        }
        let mut batch = Batch::default();
        free(&mut batch, scope.to_string());
        let mut changes = Changes::default();
        changes.record(lifted(scope), &hold_event(scope, None), now);
        tell(shared, &mut session, batch, changes).await?;
        Ok(true)
    })
    .await
}

pub(crate) async fn queues(session: &mut Session) -> Result<Vec<String>> {
    let rows = session.list("SELECT name FROM queues", values![]).await?;
    let mut names: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    // Whatever order the database has for texts.
    names.sort_unstable();
    Ok(names)
}
