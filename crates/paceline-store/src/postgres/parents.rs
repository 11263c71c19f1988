//! Reading along the ties between jobs: what parents left for their children, and the graph around
//! a job.

use std::collections::{HashMap, HashSet};

use paceline_core::job::JobKind;
use paceline_core::lease::Lease;
use paceline_core::links::{Graph, Node, ParentResult};
use paceline_core::{JobId, Json};
use tokio_postgres::Row;

use super::error::Result;
use super::load::Entries;
use super::row::{Columns, int, uuid};
use super::session::{Answers, Batch, Session, values};
use crate::num::{JobNum, as_i64};

/// What is asked of the parents of jobs that are leased.
#[derive(Debug)]
pub(crate) struct Asked {
    children: HashMap<JobId, JobNum>,
    places: Option<[usize; 2]>,
}

impl Asked {
    /// Asks for the results of the parents of those leases whose jobs have any.
    pub(crate) fn add(batch: &mut Batch<'_>, entries: &Entries, served: &[Vec<Lease>]) -> Self {
        // What cannot fit is not even sent.
        const PARENTS: &str = "SELECT d.child, d.parent, j.id, j.name, j.task, j.state, j.kind,
                CASE WHEN sum(s.bytes) OVER w <= $2::bigint THEN j.result END,
                j.result IS NOT NULL AND sum(s.bytes) OVER w > $2::bigint,
                coalesce(p.succeeded, 0)
            FROM dependencies d JOIN jobs j ON j.num = d.parent
            CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN left(j.result, 5) = 'zstd:'
                THEN split_part(left(j.result, 30), ':', 2)::bigint
                ELSE octet_length(j.result) END, 0) AS bytes) s
            LEFT JOIN progress p ON p.job = j.num
            WHERE d.child = ANY($1) WINDOW w AS (PARTITION BY d.child ORDER BY d.parent)
            ORDER BY d.child, d.parent";
        const ITEMS: &str = "SELECT w.num, coalesce(o.key, o.seq::text), o.result FROM (
                SELECT DISTINCT j.num, coalesce(s.num, j.num) AS items_of
                FROM dependencies d JOIN jobs j ON j.num = d.parent
                LEFT JOIN jobs s ON s.id = j.cached_from
                WHERE d.child = ANY($1) AND j.kind <> 'unit') w,
            LATERAL (SELECT o.seq, i.key, o.result FROM outcomes o
                JOIN items i ON i.job = o.job AND i.seq = o.seq
                WHERE o.job = w.items_of AND o.state = 'succeeded' ORDER BY o.seq LIMIT $2) o
            ORDER BY w.num, o.seq";
        let leased: HashSet<JobId> = served.iter().flatten().map(|lease| lease.job).collect();
        let jobs = entries.values().map(|entry| &entry.job);
        let with_parents = jobs.filter(|job| job.after.is_some() && leased.contains(&job.id));
        let children: HashMap<JobId, JobNum> = with_parents.map(|job| (job.id, job.num)).collect();
        let places = (!children.is_empty()).then(|| {
            let nums: Vec<i64> = children.values().map(|num| num.0).collect();
            let most = as_i64(ParentResult::MOST_BYTES);
            [
                batch.add(PARENTS, values![nums.clone(), most]),
                batch.add(
                    ITEMS,
                    values![nums, i64::from(int(ParentResult::MOST_ITEMS))],
                ),
            ]
        });
        Asked { children, places }
    }

    /// Gives the leases what was found.
    pub(crate) fn fill(&self, answers: &mut Answers, served: &mut [Vec<Lease>]) -> Result<()> {
        let Some([parents, items]) = self.places else {
            return Ok(());
        };
        let mut of_parent: HashMap<JobNum, Vec<(String, Json)>> = HashMap::new();
        for row in answers.take(items) {
            let result = row.maybe_result(2)?.unwrap_or_else(Json::null);
            let items = of_parent.entry(row.num(0)?).or_default();
            items.push((row.text(1)?, result));
        }
        let mut of_child: HashMap<JobNum, Vec<ParentResult>> = HashMap::new();
        for row in answers.take(parents) {
            let parent = parent(&row, &of_parent)?;
            of_child.entry(row.num(0)?).or_default().push(parent);
        }
        for parents in of_child.values_mut() {
            ParentResult::fit(parents, ParentResult::MOST_BYTES);
        }
        for lease in served.iter_mut().flatten() {
            let child = self.children.get(&lease.job);
            if let Some(parents) = child.and_then(|num| of_child.get(num)) {
                lease.parents.clone_from(parents);
            }
        }
        Ok(())
    }
}

fn parent(row: &Row, items: &HashMap<JobNum, Vec<(String, Json)>>) -> Result<ParentResult> {
    let items = match row.kind(6)? {
        JobKind::Unit => None,
        JobKind::Items | JobKind::Planned => items.get(&row.num(1)?),
    };
    Ok(ParentResult {
        id: row.job_id(2)?,
        name: row.text(3)?,
        task: row.text(4)?,
        state: row.word(5)?,
        result: row.maybe_result(7)?,
        items: items.cloned().unwrap_or_default(),
        succeeded: row.count(9)?,
        too_large: row.value(8)?,
    })
}

/// The graph around a job, at most `most` jobs in each direction.
pub(crate) async fn graph(session: &mut Session, job: JobId, most: u32) -> Result<Option<Graph>> {
    const JOB: &str = "SELECT num, id, name, task, state FROM jobs WHERE id = $1";
    const ANCESTORS: &str = "WITH RECURSIVE found (num) AS (
            SELECT parent FROM dependencies WHERE child = $1 AND policy <> 'duplicate'
            UNION SELECT d.parent FROM dependencies d JOIN found ON d.child = found.num
            WHERE d.policy <> 'duplicate')
        SELECT j.num, j.id, j.name, j.task, j.state FROM found JOIN jobs j ON j.num = found.num
        ORDER BY j.num LIMIT $2";
    const DESCENDANTS: &str = "WITH RECURSIVE found (num) AS (
            SELECT child FROM dependencies WHERE parent = $1 AND policy <> 'duplicate'
            UNION SELECT d.child FROM dependencies d JOIN found ON d.parent = found.num
            WHERE d.policy <> 'duplicate')
        SELECT j.num, j.id, j.name, j.task, j.state FROM found JOIN jobs j ON j.num = found.num
        ORDER BY j.num LIMIT $2";
    const EDGES: &str = "SELECT d.child, p.id FROM dependencies d JOIN jobs p ON p.num = d.parent
        WHERE d.child = ANY($1) AND d.parent = ANY($1) AND d.policy <> 'duplicate'
        ORDER BY d.child, d.parent";
    let Some(row) = session.find(JOB, values![uuid(job)]).await? else {
        return Ok(None);
    };
    let (num, node) = read_node(&row)?;
    let limit = i64::from(most) + 1;
    let mut batch = Batch::default();
    let up = batch.add(ANCESTORS, values![num.0, limit]);
    let down = batch.add(DESCENDANTS, values![num.0, limit]);
    let mut answers = session.run(batch).await?;
    let read = |rows: &[Row]| rows.iter().map(read_node).collect::<Result<Vec<_>>>();
    let (mut ancestors, mut descendants) = (read(&answers.take(up))?, read(&answers.take(down))?);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let truncated = ancestors.len() > most || descendants.len() > most;
    ancestors.truncate(most);
    descendants.truncate(most);
    let all = ancestors.iter().chain(&descendants).map(|(num, _)| num.0);
    let nums: Vec<i64> = all.chain([num.0]).collect();
    let mut after: HashMap<JobNum, Vec<JobId>> = HashMap::new();
    for row in session.list(EDGES, values![nums]).await? {
        after.entry(row.num(0)?).or_default().push(row.job_id(1)?);
    }
    let mut with_after = |(num, node): (JobNum, Node)| Node {
        after: after.remove(&num).unwrap_or_default(),
        ..node
    };
    Ok(Some(Graph {
        job: with_after((num, node)),
        ancestors: ancestors.into_iter().map(&mut with_after).collect(),
        descendants: descendants.into_iter().map(&mut with_after).collect(),
        truncated,
    }))
}

fn read_node(row: &Row) -> Result<(JobNum, Node)> {
    let node = Node {
        id: row.job_id(1)?,
        name: row.text(2)?,
        task: row.text(3)?,
        state: row.word(4)?,
        after: Vec::new(),
    };
    Ok((row.num(0)?, node))
}
