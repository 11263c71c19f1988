//! What nodes say of themselves, what waits, and the alerts that are open.

use paceline_core::alert::{Alert, Change, Ended, Finding, Waiting, step};
use paceline_core::event::EventKind;
use paceline_core::node::NodeSeen;
use paceline_core::watch::{LongRun, Seen};
use paceline_core::{JobState, Json, NodeId, Time};

use super::changes::Changes;
use super::connect::Shared;
use super::error::Result;
use super::flush;
use super::items_write::clean;
use super::load::{self, Entries, Which};
use super::row::Columns;
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::news_row::alert_data;
use crate::node_text::facts_of;
use crate::watch::{ENDED, ended_of};

/// Held by the node that opens and closes alerts; others leave it to that one.
const TRY_LOCK: &str =
    "SELECT pg_try_advisory_xact_lock(hashtext('paceline.' || current_schema()), 4)";

pub(crate) async fn say(shared: &Shared, node: NodeId, facts: String, now: Time) -> Result<()> {
    const UPSERT: &str = "INSERT INTO node_facts (node, at, facts) VALUES ($1, $2, $3)
        ON CONFLICT (node) DO UPDATE SET at = excluded.at, facts = excluded.facts";
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    batch.add(UPSERT, values![node.0, now.as_micros(), clean(&facts)]);
    batch.commit();
    session.run(batch).await.map(|_| ())
}

pub(crate) async fn seen(session: &mut Session, since: Time) -> Result<Seen> {
    const ENDED_LAST: &str = "SELECT task, state FROM jobs
        WHERE finished_at IS NOT NULL AND finished_at >= $1 ORDER BY finished_at DESC LIMIT $2";
    let mut batch = Batch::default();
    let nodes = batch.add(NODES, values![]);
    let waiting = batch.add(WAITING, values![]);
    let ended = batch.add(ENDED_LAST, values![since.as_micros(), ENDED]);
    let mut answers = session.run(batch).await?;
    let nodes = read_nodes(&answers.take(nodes))?;
    let waiting = answers.take(waiting);
    let waiting = waiting.iter().map(|row| {
        Ok(Waiting {
            task: row.text(0)?,
            job: row.job_id(1)?,
        })
    });
    let ended = answers.take(ended);
    let ended = ended
        .iter()
        .map(|row| Ok::<(String, JobState), super::error::Error>((row.text(0)?, row.word(1)?)));
    let ended: Vec<(String, JobState)> = ended.collect::<Result<_>>()?;
    let ended: Vec<Ended> = ended.into_iter().filter_map(ended_of).collect();
    Ok(Seen {
        nodes,
        waiting: waiting.collect::<Result<_>>()?,
        ended,
    })
}

const NODES: &str = "SELECT n.id, n.name, n.pid, n.version, n.started_at, n.until, n.drained,
        f.at, f.facts
    FROM nodes n LEFT JOIN node_facts f ON f.node = n.id ORDER BY n.id";

pub(crate) async fn nodes(session: &mut Session) -> Result<Vec<NodeSeen>> {
    read_nodes(&session.list(NODES, values![]).await?)
}

fn read_nodes(rows: &[tokio_postgres::Row]) -> Result<Vec<NodeSeen>> {
    let nodes = rows.iter().map(|row| {
        let facts = row.maybe_text(8)?;
        Ok(NodeSeen {
            id: NodeId(row.number(0)?),
            name: row.text(1)?,
            pid: u32::try_from(row.number(2)?).unwrap_or(0),
            version: row.text(3)?,
            started_at: row.time(4)?,
            until: row.time(5)?,
            is_drained: row.value(6)?,
            said_at: row.maybe_time(7)?,
            facts: facts.as_deref().and_then(facts_of),
        })
    });
    nodes.collect()
}

/// The heads of each task's lines: pending, admitted, and running with nothing in anyone's hands.
const WAITING: &str = "(SELECT task, id FROM jobs WHERE lane = 2 ORDER BY place, num LIMIT 20)
    UNION ALL SELECT t.name, w.id FROM tasks t CROSS JOIN LATERAL (
        (SELECT id FROM jobs WHERE lane = 1 AND task = t.name ORDER BY place, num LIMIT 1)
        UNION ALL
        (SELECT id FROM jobs WHERE lane = 3 AND task = t.name ORDER BY place, num LIMIT 1)
        UNION ALL
        (SELECT j.id FROM progress p JOIN jobs j ON j.num = p.job
            WHERE p.ready AND p.task = t.name AND p.leases = 0 ORDER BY p.priority DESC LIMIT 1)
    ) w";

/// All that is known, alerts and what may become one.
pub(crate) async fn known(session: &mut Session) -> Result<Vec<Alert>> {
    const SELECT: &str = "SELECT code, subject, message, mark, since, opened_at FROM alerts
        ORDER BY code, subject";
    let rows = session.list(SELECT, values![]).await?;
    let alerts = rows.iter().map(|row| {
        Ok(Alert {
            code: row.word(0)?,
            subject: row.text(1)?,
            message: row.text(2)?,
            mark: row.text(3)?,
            since: row.time(4)?,
            opened_at: row.maybe_time(5)?,
        })
    });
    alerts.collect()
}

pub(crate) async fn settle_alerts(shared: &Shared, findings: &[Finding], now: Time) -> Result<u64> {
    retrying(|| settle(shared, findings, now)).await
}

async fn settle(shared: &Shared, findings: &[Finding], now: Time) -> Result<u64> {
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    let locked = batch.add(TRY_LOCK, values![]);
    let mut answers = session.run(batch).await?;
    let is_mine = answers
        .first(locked)
        .map_or(Ok(false), |row| row.value(0))?;
    if !is_mine {
        session.roll_back().await;
        return Ok(0);
    }
    let known = known(&mut session).await?;
    let (mut batch, mut changes, mut told) = (Batch::default(), Changes::default(), 0);
    for change in step(&known, findings, now) {
        let kind = match &change {
            Change::Open(_) => Some(EventKind::AlertOpened),
            Change::Close(_) => Some(EventKind::AlertClosed),
            Change::Keep(_) | Change::Drop(_) => None,
        };
        let alert = match &change {
            Change::Keep(alert) | Change::Open(alert) => {
                keep(&mut batch, alert);
                alert
            }
            Change::Drop(alert) | Change::Close(alert) => {
                let delete = "DELETE FROM alerts WHERE code = $1 AND subject = $2";
                batch.add(delete, values![alert.code.as_str(), alert.subject.clone()]);
                alert
            }
        };
        if let Some(kind) = kind {
            changes.record(kind, &Json::from_checked(alert_data(alert)), now);
            told += 1;
        }
    }
    flush::commit(shared, &mut session, batch, Entries::new(), changes).await?;
    Ok(told)
}

fn keep(batch: &mut Batch<'_>, alert: &Alert) {
    const UPSERT: &str = "INSERT INTO alerts (code, subject, message, mark, since, opened_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (code, subject) DO UPDATE SET message = excluded.message,
            mark = excluded.mark, since = excluded.since, opened_at = excluded.opened_at";
    let Alert {
        code,
        subject,
        message,
        mark,
        since,
        opened_at,
    } = alert;
    batch.add(
        UPSERT,
        values![
            code.as_str(),
            clean(subject),
            clean(message),
            mark.clone(),
            since.as_micros(),
            opened_at.map(Time::as_micros)
        ],
    );
}

/// Runs that began before `before` and that nobody was told of.
pub(crate) async fn long_runs(
    session: &mut Session,
    before: Time,
    limit: u32,
) -> Result<Vec<LongRun>> {
    const SELECT: &str = "SELECT j.id, j.task, j.user_name, j.started_at FROM jobs j
        LEFT JOIN long_runs l ON l.job = j.num AND l.started_at = j.started_at
        WHERE j.lane IN (3, 4) AND j.state = 'running' AND j.started_at < $1 AND l.job IS NULL
        ORDER BY j.started_at LIMIT $2";
    let params = values![before.as_micros(), i64::from(limit)];
    let rows = session.list(SELECT, params).await?;
    let runs = rows.iter().map(|row| {
        Ok(LongRun {
            job: row.job_id(0)?,
            task: row.text(1)?,
            user: row.maybe_text(2)?,
            started_at: row.time(3)?,
        })
    });
    runs.collect()
}

/// Tells of those runs that still go on, each once: the rows of their jobs are locked meanwhile.
pub(crate) async fn tell_long(shared: &Shared, runs: &[LongRun], now: Time) -> Result<u64> {
    retrying(|| tell(shared, runs, now)).await
}

async fn tell(shared: &Shared, runs: &[LongRun], now: Time) -> Result<u64> {
    const TOLD: &str = "SELECT job, started_at FROM long_runs WHERE job = ANY($1)";
    const KEEP: &str = "INSERT INTO long_runs (job, started_at)
        SELECT * FROM unnest($1::bigint[], $2::bigint[])
        ON CONFLICT (job) DO UPDATE SET started_at = excluded.started_at";
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    let places = load::add(&mut batch, &Which::ids(runs.iter().map(|run| run.job)));
    let mut answers = session.run(batch).await?;
    let entries = load::read(shared, &mut answers, places)?;
    let nums: Vec<i64> = entries.values().map(|entry| entry.job.num.0).collect();
    let mut told = std::collections::BTreeSet::new();
    for row in session.list(TOLD, values![nums]).await? {
        told.insert((row.number(0)?, row.time(1)?));
    }
    let (mut jobs, mut starts) = (Vec::new(), Vec::new());
    let mut changes = Changes::default();
    for entry in entries.values() {
        let run = runs.iter().find(|run| run.job == entry.job.id);
        let Some(run) = run.filter(|run| {
            entry.job.state == JobState::Running
                && entry.job.started_at == Some(run.started_at)
                && !told.contains(&(entry.job.num.0, run.started_at))
        }) else {
            continue;
        };
        entry.tell(&mut changes, EventKind::LongRunning, now);
        jobs.push(entry.job.num.0);
        starts.push(run.started_at.as_micros());
    }
    let count = u64::try_from(jobs.len()).unwrap_or(0);
    let mut batch = Batch::default();
    batch.add(KEEP, values![jobs, starts]);
    flush::commit(shared, &mut session, batch, Entries::new(), changes).await?;
    Ok(count)
}
