//! Reading along the ties between jobs: what parents left for a child, and the graph around a job.

use std::collections::HashMap;

use paceline_core::job::JobKind;
use paceline_core::links::{Graph, Node, ParentResult};
use paceline_core::{JobId, Json};
use rusqlite::{Connection, Row};

use crate::context::{find, list};
use crate::dependencies::id;
use crate::error::Result;
use crate::job_row::kind;
use crate::num::{JobNum, seq_of};
use crate::packed::bytes_of;
use crate::text::{maybe_result, word};

/// What the parents of a job left for it, the oldest first.
pub(crate) fn results(connection: &Connection, child: JobNum) -> Result<Vec<ParentResult>> {
    const SELECT: &str = "SELECT coalesce(s.num, j.num), j.id, j.name, j.task, j.state, j.kind,
            j.result, coalesce(p.succeeded, 0)
        FROM dependencies d JOIN jobs j ON j.num = d.parent LEFT JOIN progress p ON p.job = j.num
        LEFT JOIN jobs s ON s.id = j.cached_from
        WHERE d.child = ?1 ORDER BY d.parent";
    let mut select = connection.prepare_cached(SELECT)?;
    let mut rows = select.query((child,))?;
    let mut parents = Vec::new();
    let mut left = ParentResult::MOST_BYTES;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(6)?.as_str_or_null()?;
        // What cannot fit is not even copied.
        let bytes = text.map_or(0, bytes_of);
        let fits = bytes <= left;
        left -= if fits { bytes } else { 0 };
        let mut parent = ParentResult {
            id: id(row, 1)?,
            name: row.get(2)?,
            task: row.get(3)?,
            state: word(row, 4)?,
            result: if fits { maybe_result(row, 6)? } else { None },
            items: Vec::new(),
            succeeded: row.get(7)?,
            too_large: !fits,
        };
        if kind(row, 5)? != JobKind::Unit {
            parent.items = items(connection, row.get(0)?)?;
        }
        parents.push(parent);
    }
    ParentResult::fit(&mut parents, ParentResult::MOST_BYTES);
    Ok(parents)
}

/// The first results of a job's items, by key (or position).
fn items(connection: &Connection, job: JobNum) -> Result<Vec<(String, Json)>> {
    const SELECT: &str = "SELECT o.place, i.key, o.result FROM outcomes o
        JOIN items i ON i.place = o.place
        WHERE o.place BETWEEN ?1 AND ?2 AND o.state = 'succeeded' ORDER BY o.place LIMIT ?3";
    let (first, last) = job.places();
    let read = |row: &Row<'_>| {
        let key: Option<String> = row.get(1)?;
        Ok((
            key.map_or_else(|| row.get(0).map(|place| seq_of(place).to_string()), Ok)?,
            maybe_result(row, 2)?.unwrap_or_else(Json::null),
        ))
    };
    list(
        connection,
        SELECT,
        (first, last, ParentResult::MOST_ITEMS),
        read,
    )
}

/// The graph around a job, at most `most` jobs in each direction.
pub(crate) fn graph(connection: &Connection, job: JobId, most: u32) -> Result<Option<Graph>> {
    const JOB: &str = "SELECT num, id, name, task, state FROM jobs WHERE id = ?1";
    const ANCESTORS: &str = "WITH RECURSIVE found (num) AS (
            SELECT parent FROM dependencies WHERE child = ?1 AND policy <> 'duplicate'
            UNION SELECT d.parent FROM dependencies d JOIN found ON d.child = found.num
            WHERE d.policy <> 'duplicate')
        SELECT j.num, j.id, j.name, j.task, j.state FROM found JOIN jobs j ON j.num = found.num
        ORDER BY j.num LIMIT ?2";
    const DESCENDANTS: &str = "WITH RECURSIVE found (num) AS (
            SELECT child FROM dependencies WHERE parent = ?1 AND policy <> 'duplicate'
            UNION SELECT d.child FROM dependencies d JOIN found ON d.parent = found.num
            WHERE d.policy <> 'duplicate')
        SELECT j.num, j.id, j.name, j.task, j.state FROM found JOIN jobs j ON j.num = found.num
        ORDER BY j.num LIMIT ?2";
    let Some((num, mut node)) = find(connection, JOB, (job.into_bytes(),), read_node)? else {
        return Ok(None);
    };
    let limit = most.saturating_add(1);
    let mut ancestors = list(connection, ANCESTORS, (num, limit), read_node)?;
    let mut descendants = list(connection, DESCENDANTS, (num, limit), read_node)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let truncated = ancestors.len() > most || descendants.len() > most;
    ancestors.truncate(most);
    descendants.truncate(most);
    let all = ancestors.iter().chain(&descendants);
    let mut ids: HashMap<JobNum, JobId> = all.map(|(num, node)| (*num, node.id)).collect();
    ids.insert(num, node.id);
    node.after = after(connection, num, &ids)?;
    let nodes = |found: Vec<(JobNum, Node)>| -> Result<Vec<Node>> {
        let with_after = found.into_iter().map(|(num, mut node)| {
            node.after = after(connection, num, &ids)?;
            Ok(node)
        });
        with_after.collect()
    };
    Ok(Some(Graph {
        job: node,
        ancestors: nodes(ancestors)?,
        descendants: nodes(descendants)?,
        truncated,
    }))
}

fn read_node(row: &Row<'_>) -> rusqlite::Result<(JobNum, Node)> {
    let node = Node {
        id: id(row, 1)?,
        name: row.get(2)?,
        task: row.get(3)?,
        state: word(row, 4)?,
        after: Vec::new(),
    };
    Ok((row.get(0)?, node))
}

/// The parents of a job, of those that are in the graph.
fn after(
    connection: &Connection,
    child: JobNum,
    ids: &HashMap<JobNum, JobId>,
) -> Result<Vec<JobId>> {
    const SELECT: &str = "SELECT parent FROM dependencies
        WHERE child = ?1 AND policy <> 'duplicate' ORDER BY parent";
    let parents: Vec<JobNum> = list(connection, SELECT, (child,), |row| row.get(0))?;
    Ok(parents
        .iter()
        .filter_map(|num| ids.get(num).copied())
        .collect())
}
