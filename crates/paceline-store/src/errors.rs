//! A job's failures in groups of one kind and message shape.

use std::collections::HashMap;

use paceline_core::query::ErrorGroup;
use paceline_core::{ErrorKind, JobError, JobId, fingerprint};
use rusqlite::{Connection, Row};

use crate::error::Result;
use crate::read;
use crate::text::{invalid, maybe_error};

/// Most failures that are looked at.
pub(crate) const MOST: u32 = 100_000;
/// Most examples of a group.
const EXAMPLES: usize = 5;

pub(crate) fn errors(connection: &Connection, id: JobId) -> Result<Vec<ErrorGroup>> {
    const SELECT: &str = "SELECT o.error, coalesce(i.key, CAST(o.place & 0xffffff AS TEXT))
        FROM outcomes o CROSS JOIN items i ON i.place = o.place
        WHERE o.state = 'failed' AND o.state <> 'succeeded' AND o.place BETWEEN ?1 AND ?2
        ORDER BY o.place LIMIT ?3";
    let Some(num) = read::num(connection, id)? else {
        return Ok(Vec::new());
    };
    let (first, last) = num.places();
    let mut select = connection.prepare_cached(SELECT)?;
    let mut rows = select.query((first, last, MOST))?;
    let mut groups = Groups::default();
    while let Some(row) = rows.next()? {
        let (error, item) = failure(row)?;
        groups.add(error, item);
    }
    Ok(groups.most_frequent_first())
}

fn failure(row: &Row<'_>) -> rusqlite::Result<(JobError, String)> {
    let error = maybe_error(row, 0)?.ok_or_else(|| invalid(0, std::fmt::Error))?;
    Ok((error, row.get(1)?))
}

#[derive(Default)]
pub(crate) struct Groups(HashMap<(ErrorKind, String), ErrorGroup>);

impl Groups {
    pub(crate) fn add(&mut self, error: JobError, item: String) {
        let shape = fingerprint::shape(&error.message);
        let group = self
            .0
            .entry((error.kind, shape.clone()))
            .or_insert_with(|| ErrorGroup {
                kind: error.kind,
                shape,
                count: 0,
                message: error.message,
                examples: Vec::new(),
            });
        group.count += 1;
        if group.examples.len() < EXAMPLES {
            group.examples.push(item);
        }
    }

    pub(crate) fn most_frequent_first(self) -> Vec<ErrorGroup> {
        let mut groups: Vec<ErrorGroup> = self.0.into_values().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.shape.cmp(&b.shape)));
        groups
    }
}
