//! What nodes say of themselves, what waits, and the alerts that are open.

use paceline_core::alert::{Alert, Change, Ended, Finding, Waiting, step};
use paceline_core::event::EventKind;
use paceline_core::node::NodeSeen;
use paceline_core::watch::{LongRun, Seen};
use paceline_core::{JobId, JobState, Json, NodeId, Time};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, list};
use crate::control_job::tell;
use crate::error::Result;
use crate::events;
use crate::job_row::JobRow;
use crate::news_row::alert_data;
use crate::node_text::facts_of;
use crate::progress_row;
use crate::text::{maybe_time, word};

/// Most jobs that ended which are looked at.
pub(crate) const ENDED: i64 = 500;

pub(crate) fn say(context: &WriteContext<'_>, node: NodeId, facts: &str, now: Time) -> Result<()> {
    const UPSERT: &str = "INSERT OR REPLACE INTO node_facts (node, at, facts) VALUES (?1, ?2, ?3)";
    context.execute(UPSERT, (node.0, now.as_micros(), facts))?;
    Ok(())
}

pub(crate) fn seen(connection: &Connection, since: Time) -> Result<Seen> {
    Ok(Seen {
        nodes: nodes(connection)?,
        waiting: waiting(connection)?,
        ended: ended(connection, since)?,
    })
}

pub(crate) fn nodes(connection: &Connection) -> Result<Vec<NodeSeen>> {
    const SELECT: &str = "SELECT n.id, n.name, n.pid, n.version, n.started_at, n.until, n.drained,
            f.at, f.facts
        FROM nodes n LEFT JOIN node_facts f ON f.node = n.id ORDER BY n.id";
    list(connection, SELECT, (), |row| {
        let facts: Option<String> = row.get(8)?;
        Ok(NodeSeen {
            id: NodeId(row.get(0)?),
            name: row.get(1)?,
            pid: row.get(2)?,
            version: row.get(3)?,
            started_at: Time::from_micros(row.get(4)?),
            until: Time::from_micros(row.get(5)?),
            is_drained: row.get(6)?,
            said_at: maybe_time(row, 7)?,
            facts: facts.as_deref().and_then(facts_of),
        })
    })
}

/// The heads of each task's lines: pending, admitted, and running with nothing in anyone's hands.
fn waiting(connection: &Connection) -> Result<Vec<Waiting>> {
    const UNITS: &str = "SELECT id FROM jobs WHERE lane = ?2 AND lane_key = ?1
        ORDER BY lane_order, num LIMIT 1";
    const CHUNKS: &str = "SELECT j.id FROM progress p JOIN jobs j ON j.num = p.job
        WHERE p.ready = 1 AND p.task = ?1 AND p.leases = 0 ORDER BY p.priority DESC LIMIT 1";
    const WITH_ITEMS: &str = "SELECT task, id FROM jobs WHERE lane = 2
        ORDER BY lane_order, num LIMIT 20";
    let id = |row: &Row<'_>| row.get(0).map(JobId::from_bytes);
    let mut waiting = list(connection, WITH_ITEMS, (), |row| {
        Ok(Waiting {
            task: row.get(0)?,
            job: JobId::from_bytes(row.get(1)?),
        })
    })?;
    let tasks: Vec<String> = list(connection, "SELECT name FROM tasks", (), |row| row.get(0))?;
    for task in tasks {
        let mut heads: Vec<JobId> = Vec::new();
        for lane in [1, 3] {
            heads.extend(list(connection, UNITS, (&task, lane), id)?);
        }
        heads.extend(list(connection, CHUNKS, (&task,), id)?);
        waiting.extend(heads.into_iter().map(|job| Waiting {
            task: task.clone(),
            job,
        }));
    }
    Ok(waiting)
}

fn ended(connection: &Connection, since: Time) -> Result<Vec<Ended>> {
    const SELECT: &str = "SELECT task, state FROM jobs
        WHERE finished_at IS NOT NULL AND finished_at >= ?1 ORDER BY finished_at DESC LIMIT ?2";
    let rows: Vec<(String, JobState)> =
        list(connection, SELECT, (since.as_micros(), ENDED), |row| {
            Ok((row.get(0)?, word(row, 1)?))
        })?;
    Ok(rows.into_iter().filter_map(ended_of).collect())
}

/// A job that ended by itself; one that was cancelled says nothing about its task.
pub(crate) fn ended_of((task, state): (String, JobState)) -> Option<Ended> {
    match state {
        JobState::Completed | JobState::Failed => Some(Ended {
            task,
            completed: state == JobState::Completed,
        }),
        JobState::Scheduled
        | JobState::Blocked
        | JobState::Pending
        | JobState::Running
        | JobState::Paused
        | JobState::Cancelled
        | JobState::Merged => None,
    }
}

/// All that is known, alerts and what may become one.
pub(crate) fn known(connection: &Connection) -> Result<Vec<Alert>> {
    const SELECT: &str = "SELECT code, subject, message, mark, since, opened_at FROM alerts
        ORDER BY code, subject";
    list(connection, SELECT, (), |row| {
        Ok(Alert {
            code: word(row, 0)?,
            subject: row.get(1)?,
            message: row.get(2)?,
            mark: row.get(3)?,
            since: Time::from_micros(row.get(4)?),
            opened_at: maybe_time(row, 5)?,
        })
    })
}

pub(crate) fn settle_alerts(
    context: &mut WriteContext<'_>,
    findings: &[Finding],
    now: Time,
) -> Result<u64> {
    let known = known(context.connection)?;
    let mut told = 0;
    for change in step(&known, findings, now) {
        let kind = match &change {
            Change::Open(_) => Some(EventKind::AlertOpened),
            Change::Close(_) => Some(EventKind::AlertClosed),
            Change::Keep(_) | Change::Drop(_) => None,
        };
        let alert = match &change {
            Change::Keep(alert) | Change::Open(alert) => {
                keep(context, alert)?;
                alert
            }
            Change::Drop(alert) | Change::Close(alert) => {
                forget(context, alert)?;
                alert
            }
        };
        if let Some(kind) = kind {
            let data = Json::from_checked(alert_data(alert));
            events::record(context, kind, &data, now)?;
            told += 1;
        }
    }
    Ok(told)
}

fn keep(context: &WriteContext<'_>, alert: &Alert) -> Result<()> {
    const UPSERT: &str = "INSERT OR REPLACE INTO alerts (code, subject, message, mark, since,
            opened_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Alert {
        code,
        subject,
        message,
        mark,
        since,
        opened_at,
    } = alert;
    let opened_at = opened_at.map(Time::as_micros);
    let since = since.as_micros();
    let row = (code.as_str(), subject, message, mark, since, opened_at);
    context.execute(UPSERT, row)?;
    Ok(())
}

fn forget(context: &WriteContext<'_>, alert: &Alert) -> Result<()> {
    let delete = "DELETE FROM alerts WHERE code = ?1 AND subject = ?2";
    context.execute(delete, (alert.code.as_str(), &alert.subject))?;
    Ok(())
}

/// Runs that began before `before` and that nobody was told of.
pub(crate) fn long_runs(connection: &Connection, before: Time, limit: u32) -> Result<Vec<LongRun>> {
    const SELECT: &str = "SELECT j.id, j.task, j.user, j.started_at FROM jobs j
        LEFT JOIN long_runs l ON l.job = j.num AND l.started_at = j.started_at
        WHERE j.lane IN (3, 4) AND j.state = 'running' AND j.started_at < ?1 AND l.job IS NULL
        ORDER BY j.started_at LIMIT ?2";
    list(connection, SELECT, (before.as_micros(), limit), |row| {
        Ok(LongRun {
            job: JobId::from_bytes(row.get(0)?),
            task: row.get(1)?,
            user: row.get(2)?,
            started_at: Time::from_micros(row.get(3)?),
        })
    })
}

/// Tells of those runs that still go on, each once.
pub(crate) fn tell_long(
    context: &mut WriteContext<'_>,
    runs: &[LongRun],
    now: Time,
) -> Result<u64> {
    const TOLD: &str = "INSERT INTO long_runs (job, started_at) VALUES (?1, ?2)
        ON CONFLICT (job) DO UPDATE SET started_at = excluded.started_at
            WHERE started_at <> excluded.started_at";
    let mut told = 0;
    for run in runs {
        let Some(job) = JobRow::by_id(context, run.job)? else {
            continue;
        };
        let goes_on = job.state == JobState::Running && job.started_at == Some(run.started_at);
        if goes_on && context.execute(TOLD, (job.num, run.started_at.as_micros()))? > 0 {
            let progress = progress_row::of(context, &job)?;
            tell(
                context,
                EventKind::LongRunning,
                &job,
                progress.as_ref(),
                now,
            )?;
            told += 1;
        }
    }
    Ok(told)
}
