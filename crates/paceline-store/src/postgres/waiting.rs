//! Why jobs wait, in plain words, by the rules that hold them.

use paceline_core::admission::Reason;
use paceline_core::{JobId, JobState, Time};
use uuid::Uuid;

use super::dependencies;
use super::error::Result;
use super::row::{Columns, uuid};
use super::rules;
use super::session::{Session, values};
use super::throttles;
use crate::links_text;
use crate::waiting::{Holding, Waiting};

pub(crate) async fn waiting_for(
    session: &mut Session,
    jobs: &[JobId],
    now: Time,
) -> Result<Vec<(JobId, Vec<Reason>)>> {
    const SELECT: &str = "SELECT j.id, j.state, j.user_name, j.run_at, j.attempt, j.first_attempt,
            j.task, j.queue, j.key,
            j.num, j.after_policy, j.after_waiting, j.after_met, j.after_broken,
            CASE j.kind WHEN 'unit' THEN j.lease IS NULL ELSE
                coalesce((SELECT free > 0 OR NOT planned FROM progress WHERE job = j.num), false)
            END, j.after_behind, coalesce(j.lane IN (3, 4), false)
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)
        JOIN LATERAL (SELECT * FROM jobs WHERE id = wanted.id OFFSET 0) j ON true
        ORDER BY wanted.place";
    let book = rules::in_force(session).await?;
    let rules = book.rules();
    let throttles = if rules.throttled().is_empty() {
        Vec::new()
    } else {
        throttles::throttles(session).await?
    };
    let holding = Holding::new(rules, book.occupied, throttles, now);
    let ids: Vec<Uuid> = jobs.iter().map(|id| uuid(*id)).collect();
    let mut reasons = Vec::new();
    let rows = session.list(SELECT, values![ids]).await?;
    let mut blocked = Vec::new();
    for row in &rows {
        if row.word::<JobState>(1)? == JobState::Blocked {
            blocked.push(row.number(9)?);
        }
    }
    let parents = dependencies::first_parents(session, blocked).await?;
    for row in rows {
        let counts = [
            row.maybe_count(11)?,
            row.maybe_count(12)?,
            row.maybe_count(13)?,
        ];
        let tally = links_text::tally(row.maybe_word(10)?, counts, row.value(15)?);
        let first = parents.get(&row.num(9)?);
        let after = tally.zip(first);
        let waiting = Waiting {
            state: row.word(1)?,
            user: row.maybe_text(2)?,
            run_at: row.maybe_time(3)?,
            attempt: row.count(4)?,
            first_attempt: row.count(5)?,
            task: row.text(6)?,
            queue: row.text(7)?,
            key: row.maybe_text(8)?,
            after: after.map(|(tally, first)| first.told(tally)),
            has_work: row.value(14)?,
            counts: row.value(16)?,
        };
        let why = waiting.reasons(&holding, now);
        if !why.is_empty() {
            reasons.push((row.job_id(0)?, why));
        }
    }
    Ok(reasons)
}
