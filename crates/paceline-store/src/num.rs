//! The numbers that tables are keyed by: jobs, and places of items.

use paceline_core::Seq;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

/// Bits of a place that are the item's position.
const SEQ_BITS: u32 = 24;

/// Most items that a job can have: 16,777,216.
pub(crate) const MAX_ITEMS: u32 = 1 << SEQ_BITS;

/// A job's row number: grows with each submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct JobNum(pub i64);

impl JobNum {
    /// The key of an item in `items` and `outcomes`.
    pub(crate) fn place(self, seq: Seq) -> i64 {
        (self.0 << SEQ_BITS) | i64::from(seq.0)
    }

    /// The first and the last place that items of the job can have.
    pub(crate) fn places(self) -> (i64, i64) {
        (self.place(Seq(0)), self.place(Seq(MAX_ITEMS - 1)))
    }
}

/// The position in its job of the item at a place.
pub(crate) fn seq_of(place: i64) -> Seq {
    Seq(u32::try_from(place & i64::from(MAX_ITEMS - 1)).unwrap_or(0))
}

impl ToSql for JobNum {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0))
    }
}

impl FromSql for JobNum {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(JobNum)
    }
}

/// A `usize` that counts rows or events as the tables keep it.
pub(crate) fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
