//! Writing what became of duplicates.

use super::cache;
use super::changes::{Changes, Rows};
use super::session::{Batch, values};

/// Drops the work of jobs that took over; what they got instead is written after this.
pub(crate) fn replace_work(batch: &mut Batch<'_>, changes: &mut Changes) {
    let replaced = std::mem::take(&mut changes.replaced);
    if replaced.is_empty() {
        return;
    }
    for sql in [
        "DELETE FROM items WHERE job = ANY($1)",
        "DELETE FROM outcomes WHERE job = ANY($1)",
        "DELETE FROM ranges WHERE job = ANY($1)",
    ] {
        batch.add(sql, values![replaced.clone()]);
    }
    let (from, to): (Vec<i64>, Vec<i64>) =
        std::mem::take(&mut changes.items_moved).into_iter().unzip();
    if !from.is_empty() {
        batch.add(MOVE_ITEMS, values![from.clone(), to.clone()]);
        batch.add(MOVE_OUTCOMES, values![from, to]);
    }
}

/// Writes who took over, who was merged, and whose work it is; the rows of jobs are written.
pub(crate) fn tie(batch: &mut Batch<'_>, changes: &mut Changes) {
    cache::rows(batch, changes);
    let merged = changes.merged_rows();
    add(batch, SET_MERGED, merged);
    let taken_over = changes.taken_over_rows();
    add(batch, TAKE_OVER, taken_over);
    add(
        batch,
        SET_IDENTITIES,
        std::mem::take(&mut changes.identities),
    );
    add(batch, END_EDGES, std::mem::take(&mut changes.edges_ended));
}

fn add(batch: &mut Batch<'_>, sql: &'static str, rows: impl Rows) {
    if !rows.is_empty() {
        batch.add(sql, rows.into_values());
    }
}

const END_EDGES: &str = "DELETE FROM dependencies d
    USING unnest($1::bigint[], $2::bigint[]) AS n (child, parent)
    WHERE d.child = n.child AND d.parent = n.parent";

const SET_IDENTITIES: &str = "UPDATE jobs j SET identity = n.identity
    FROM unnest($1::bigint[], $2::bytea[]) AS n (num, identity) WHERE j.num = n.num";

const SET_MERGED: &str = "UPDATE jobs j SET merged_into = n.into_job
    FROM unnest($1::bigint[], $2::uuid[]) AS n (num, into_job) WHERE j.num = n.num";

const TAKE_OVER: &str = "UPDATE jobs j SET kind = n.kind, params = n.params,
        merged_count = coalesce(j.merged_count, 0) + n.merged
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[])
        AS n (num, kind, params, merged) WHERE j.num = n.num";

const MOVE_ITEMS: &str = "UPDATE items i SET job = n.to_job
    FROM unnest($1::bigint[], $2::bigint[]) AS n (from_job, to_job) WHERE i.job = n.from_job";

const MOVE_OUTCOMES: &str = "UPDATE outcomes o SET job = n.to_job
    FROM unnest($1::bigint[], $2::bigint[]) AS n (from_job, to_job) WHERE o.job = n.from_job";
