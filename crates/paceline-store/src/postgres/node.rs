//! Nodes: their registration, their heartbeats, and taking work back from those that are gone.

use std::sync::atomic::Ordering;

use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::store::{NodeInfo, NodeNews};
use paceline_core::{LeaseId, NodeId, Time};

use super::changes::Changes;
use super::connect::Shared;
use super::ending;
use super::entry::Entry;
use super::error::{Error, Result};
use super::flush;
use super::items_write::clean;
use super::load::{self, Entries, Which};
use super::outbox;
use super::row::Columns;
use super::rules::{RULES, read_rules};
use super::session::{Batch, Session, Value, values};
use super::transact::retrying;
use crate::leases::Back;
use crate::node::drain_event;
use crate::node_text::node_data;

/// Registers a node. Others may use the store too, so nothing is taken from anyone.
pub(crate) async fn register(
    shared: &Shared,
    node: &NodeInfo,
    until: Time,
    now: Time,
) -> Result<NodeId> {
    const INSERT: &str = "INSERT INTO nodes (id, name, pid, version, started_at, until)
        VALUES (nextval('node_id'), $1, $2, $3, $4, $5) RETURNING id";
    let NodeInfo { name, pid, version } = node;
    let row = values![
        clean(name),
        i64::from(*pid),
        clean(version),
        now.as_micros(),
        until.as_micros()
    ];
    let mut session = shared.pools.writer().await?;
    let id = session.find(INSERT, row).await?;
    let id = id.ok_or_else(|| Error::corrupt("no node"))?.number(0)?;
    shared.node.store(id, Ordering::Relaxed);
    Ok(NodeId(id))
}

/// Keeps a node alive; returns what became of the leases that it believes to hold.
pub(crate) async fn heartbeat(
    shared: &Shared,
    node: NodeId,
    held: &[LeaseId],
    (until, now): (Time, Time),
) -> Result<NodeNews> {
    const HELD: &str = "SELECT h.id, j.state, j.task
        FROM unnest($1::bigint[]) WITH ORDINALITY AS h (id, place)
        LEFT JOIN LATERAL (
            SELECT state, task FROM jobs WHERE lease = h.id AND lease IS NOT NULL
            UNION ALL
            SELECT j.state, j.task FROM leases l JOIN jobs j ON j.num = l.job WHERE l.id = h.id
        ) j ON true
        ORDER BY h.place";
    /// A node that slept for so long that it was forgotten is known again.
    const ALIVE: &str = "INSERT INTO nodes (id, name, pid, version, started_at, until)
        VALUES ($1, 'unknown', 0, '', $2, $3) ON CONFLICT (id) DO UPDATE SET until = excluded.until
        RETURNING drained";
    let mut batch = Batch::begin_relaxed();
    let alive = batch.add(ALIVE, values![node.0, now.as_micros(), until.as_micros()]);
    let held: Vec<i64> = held.iter().map(|lease| lease.0).collect();
    let held = batch.add(HELD, values![held]);
    let rules = batch.add(RULES, values![]);
    batch.commit();
    let mut session = shared.pools.writer().await?;
    let mut answers = session.run(batch).await?;
    let rules = read_rules(&answers.take(rules))?;
    let drained = answers.first(alive).map_or(Ok(false), |row| row.value(0))?;
    let mut news = NodeNews {
        drained,
        ..NodeNews::default()
    };
    for row in answers.take(held) {
        let lease = LeaseId(row.number(0)?);
        match row.maybe_word(1)? {
            None => news.gone.push(lease),
            Some(state) if news.drained || rules.calls_back(state, row.value(2)?, now) => {
                news.called_back.push(lease);
            }
            Some(_) => {}
        }
    }
    Ok(news)
}

/// Asks a node to take no more work, or to take it again. False when there is no such node.
pub(crate) async fn drain(shared: &Shared, node: NodeId, drained: bool, now: Time) -> Result<bool> {
    const UPDATE: &str = "UPDATE nodes n SET drained = $2
        FROM (SELECT id, drained AS was FROM nodes WHERE id = $1 FOR UPDATE) b
        WHERE n.id = b.id RETURNING n.name, b.was";
    retrying(|| async {
        let mut session = shared.pools.writer().await?;
        session.run(Batch::begin()).await?;
        let Some(row) = session.find(UPDATE, values![node.0, drained]).await? else {
            session.roll_back().await;
            return Ok(false);
        };
        let was: bool = row.value(1)?;
        let mut changes = Changes::default();
        if was != drained {
            changes.record(drain_event(drained), &node_data(node, &row.text(0)?), now);
        }
        flush::commit(
            shared,
            &mut session,
            Batch::default(),
            Entries::new(),
            changes,
        )
        .await?;
        Ok(true)
    })
    .await
}

/// Ends a node that stops; what it still holds is taken back.
pub(crate) async fn remove(shared: &Shared, node: NodeId, now: Time) -> Result<()> {
    retrying(|| async {
        let mut session = shared.pools.writer().await?;
        session.run(Batch::begin_relaxed()).await?;
        let lost = lost(&mut session, &Of::Node(node)).await?;
        let mut batch = Batch::default();
        batch.add("DELETE FROM nodes WHERE id = $1", values![node.0]);
        batch.add(SWEEP_UPLOADS_OF, values![node.0]);
        batch.add(outbox::TAKE_BACK_OF, values![node.0, now.as_micros()]);
        recover(shared, &mut session, batch, lost, now).await?;
        Ok(())
    })
    .await
}

/// What is left of streamed submissions that the node took in.
const SWEEP_UPLOADS_OF: &str = "WITH swept AS (DELETE FROM uploads WHERE node = $1 RETURNING num)
    INSERT INTO garbage (job, task) SELECT num, '' FROM swept";
/// … and of those that nodes took in which are gone.
pub(crate) const SWEEP_UPLOADS: &str = "WITH swept AS (
        DELETE FROM uploads u WHERE node > 0 AND NOT EXISTS (
            SELECT 1 FROM nodes n WHERE n.id = u.node AND n.until >= $1) RETURNING num)
    INSERT INTO garbage (job, task) SELECT num, '' FROM swept";

/// Nodes that were not heard of in time.
pub(crate) const SILENT: &str = "SELECT id FROM nodes WHERE until < $1 ORDER BY id";

/// Whose leases are looked for.
#[derive(Clone, Debug)]
pub(crate) enum Of {
    Node(NodeId),
    /// Nodes that were not heard of in time, and such as are not known any more.
    Dead(Time),
    /// These leases, whoever holds them.
    Leases(Vec<i64>),
}

/// The numbers of the jobs that leases are on, and the leases.
pub(crate) type Lost = (Vec<i64>, Vec<i64>);

/// Finds leases by whose they are.
pub(crate) async fn lost(session: &mut Session, of: &Of) -> Result<Lost> {
    let mut batch = Batch::default();
    let place = add_lost(&mut batch, of);
    read_lost(&session.run(batch).await?.take(place))
}

fn add_lost(batch: &mut Batch<'_>, of: &Of) -> usize {
    const OF_NODE: &str = "SELECT id, job FROM leases WHERE node = $1
        UNION ALL SELECT lease, num FROM jobs WHERE lease IS NOT NULL AND node = $1";
    const OF_DEAD: &str = "SELECT id, job FROM leases l WHERE NOT EXISTS (
            SELECT 1 FROM nodes n WHERE n.id = l.node AND n.until >= $1)
        UNION ALL SELECT lease, num FROM jobs j WHERE lease IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM nodes n WHERE n.id = j.node AND n.until >= $1)";
    const OF_LEASES: &str = "SELECT id, job FROM leases WHERE id = ANY($1)
        UNION ALL SELECT lease, num FROM jobs WHERE lease = ANY($1) AND lease IS NOT NULL";
    let (sql, value): (&str, Value<'static>) = match of {
        Of::Node(node) => (OF_NODE, Box::new(node.0)),
        Of::Dead(now) => (OF_DEAD, Box::new(now.as_micros())),
        Of::Leases(leases) => (OF_LEASES, Box::new(leases.clone())),
    };
    batch.add(sql, vec![value])
}

fn read_lost(rows: &[tokio_postgres::Row]) -> Result<Lost> {
    let mut jobs = Vec::new();
    let mut leases = Vec::new();
    for row in rows {
        leases.push(row.number(0)?);
        jobs.push(row.number(1)?);
    }
    jobs.sort_unstable();
    jobs.dedup();
    Ok((jobs, leases))
}

/// Gives leases back to their jobs and commits. Returns how many.
async fn recover(
    shared: &Shared,
    session: &mut Session,
    mut batch: Batch<'_>,
    (jobs, leases): Lost,
    now: Time,
) -> Result<u64> {
    let places = load::add(&mut batch, &Which::Nums(jobs));
    let mut answers = session.run(batch).await?;
    let mut entries = load::read(shared, &mut answers, places)?;
    let mut changes = Changes::default();
    let mut recovered = 0;
    for entry in entries.values_mut() {
        recovered += take_back(&mut changes, entry, &leases, now)?;
    }
    flush::commit(shared, session, Batch::default(), entries, changes).await?;
    Ok(recovered)
}

/// Takes back those of some leases that are on this job. Returns how many that were.
pub(crate) fn take_back(
    changes: &mut Changes,
    entry: &mut Entry,
    leases: &[i64],
    now: Time,
) -> Result<u64> {
    if entry
        .job
        .lease
        .is_some_and(|lease| leases.contains(&lease.0))
    {
        give_back(changes, entry, EventKind::Recovered, now)?;
        return Ok(1);
    }
    let held = entry.leases.keys().copied();
    let held: Vec<LeaseId> = held.filter(|lease| leases.contains(&lease.0)).collect();
    if !held.is_empty() {
        let back = Back {
            alone: false,
            first: entry.must_progress()?.comes_back(),
        };
        for &lease in &held {
            ending::take_back(changes, entry, lease, back);
        }
        entry.progressed(now);
        entry.tell(changes, EventKind::Recovered, now);
    }
    Ok(u64::try_from(held.len()).unwrap_or(0))
}

/// Takes a unit job out of its worker's hands; it waits to be leased again, first of all if it was
/// lost.
pub(crate) fn give_back(
    changes: &mut Changes,
    entry: &mut Entry,
    kind: EventKind,
    now: Time,
) -> Result<()> {
    ending::take_unit_lease_after(changes, entry, Event::HandBack, now)?;
    if kind == EventKind::Recovered {
        entry.job.place = entry.job.place.back(now, entry.job.priority);
    }
    let data = entry.data();
    changes.tell(kind, &entry.job, &data, now);
    Ok(())
}

/// Takes back all leases of nodes that are gone or were never known.
pub(crate) async fn take_back_lost(shared: &Shared, now: Time) -> Result<u64> {
    retrying(|| async {
        let mut session = shared.pools.writer().await?.with_patience();
        session.run(Batch::begin_relaxed()).await?;
        let lost = lost(&mut session, &Of::Dead(now)).await?;
        recover(shared, &mut session, Batch::default(), lost, now).await
    })
    .await
}

/// Takes back leases that a claim gave without its caller hearing of them: the connection broke
/// before the answer came.
pub(crate) async fn take_back_unheard(shared: &Shared, now: Time) -> Result<()> {
    let unheard = shared.unheard.take();
    if unheard.is_empty() {
        return Ok(());
    }
    let taken = retrying(|| async {
        let mut session = shared.pools.writer().await?;
        session.run(Batch::begin_relaxed()).await?;
        let lost = lost(&mut session, &Of::Leases(unheard.clone())).await?;
        recover(shared, &mut session, Batch::default(), lost, now).await
    });
    if let Err(error) = taken.await {
        shared.unheard.add(&unheard);
        return Err(error);
    }
    Ok(())
}
