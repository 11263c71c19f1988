//! Reading columns: the one place where values of `PostgreSQL` become words of the domain.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use paceline_core::job::JobKind;
use paceline_core::merge::Identity;
use paceline_core::progress::Counters;
use paceline_core::{JobError, JobId, Json, Time};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use super::error::{Error, Result};
use crate::num::JobNum;
use crate::packed::unpacked;
use crate::text::{self, Labels};

/// Columns of a row, by their number.
pub(crate) trait Columns {
    fn value<'r, T: FromSql<'r>>(&'r self, column: usize) -> Result<T>;

    fn text(&self, column: usize) -> Result<String> {
        self.value(column)
    }

    fn maybe_text(&self, column: usize) -> Result<Option<String>> {
        self.value(column)
    }

    fn number(&self, column: usize) -> Result<i64> {
        self.value(column)
    }

    /// An `integer` that is not negative.
    fn count(&self, column: usize) -> Result<u32> {
        let value: i32 = self.value(column)?;
        u32::try_from(value).map_err(|error| invalid(column, error))
    }

    fn maybe_count(&self, column: usize) -> Result<Option<u32>> {
        let value: Option<i32> = self.value(column)?;
        value
            .map(|value| u32::try_from(value).map_err(|error| invalid(column, error)))
            .transpose()
    }

    /// A `bigint` that is not negative.
    fn size(&self, column: usize) -> Result<u64> {
        let value: i64 = self.value(column)?;
        u64::try_from(value).map_err(|error| invalid(column, error))
    }

    fn maybe_size(&self, column: usize) -> Result<Option<u64>> {
        let value: Option<i64> = self.value(column)?;
        value
            .map(|value| u64::try_from(value).map_err(|error| invalid(column, error)))
            .transpose()
    }

    fn num(&self, column: usize) -> Result<JobNum> {
        self.value(column).map(JobNum)
    }

    fn job_id(&self, column: usize) -> Result<JobId> {
        let id: Uuid = self.value(column)?;
        Ok(JobId::from_bytes(id.into_bytes()))
    }

    fn time(&self, column: usize) -> Result<Time> {
        self.value(column).map(Time::from_micros)
    }

    fn maybe_time(&self, column: usize) -> Result<Option<Time>> {
        let value: Option<i64> = self.value(column)?;
        Ok(value.map(Time::from_micros))
    }

    fn maybe_duration(&self, column: usize) -> Result<Option<Duration>> {
        Ok(self.maybe_size(column)?.map(Duration::from_micros))
    }

    fn json(&self, column: usize) -> Result<Json> {
        let text: &str = self.value(column)?;
        Ok(Json::from_checked(text))
    }

    fn maybe_json(&self, column: usize) -> Result<Option<Json>> {
        let text: Option<&str> = self.value(column)?;
        Ok(text.map(Json::from_checked))
    }

    /// A result, whatever its size.
    fn maybe_result(&self, column: usize) -> Result<Option<Json>> {
        let text: Option<&str> = self.value(column)?;
        text.map(|text| unpacked(text).map_err(|error| invalid(column, error)))
            .transpose()
    }

    fn maybe_identity(&self, column: usize) -> Result<Option<Identity>> {
        let bytes: Option<&[u8]> = self.value(column)?;
        bytes
            .map(|bytes| bytes.try_into().map_err(|error| invalid(column, error)))
            .transpose()
            .map(|bytes| bytes.map(Identity))
    }

    /// A word of an enumeration, or other text that is parsed.
    fn word<T: FromStr<Err: Display>>(&self, column: usize) -> Result<T> {
        let text: &str = self.value(column)?;
        text.parse().map_err(|error| invalid(column, error))
    }

    fn maybe_word<T: FromStr<Err: Display>>(&self, column: usize) -> Result<Option<T>> {
        let text: Option<&str> = self.value(column)?;
        text.map(|text| text.parse().map_err(|error| invalid(column, error)))
            .transpose()
    }

    fn kind(&self, column: usize) -> Result<JobKind> {
        let word: &str = self.value(column)?;
        crate::job_row::kind_of(word)
            .ok_or_else(|| invalid(column, format!("unknown kind of job `{word}`")))
    }

    fn maybe_error(&self, column: usize) -> Result<Option<JobError>> {
        let text: Option<&str> = self.value(column)?;
        text.map(|text| text::error_of(text).map_err(|error| invalid(column, error)))
            .transpose()
    }

    fn labels(&self, column: usize) -> Result<Vec<(String, String)>> {
        let text: Option<&str> = self.value(column)?;
        let Some(text) = text else {
            return Ok(Vec::new());
        };
        let labels: Labels = serde_json::from_str(text).map_err(|error| invalid(column, error))?;
        Ok(labels.0)
    }

    /// Six columns in the order of [`Counters`].
    fn counters(&self, first: usize) -> Result<Counters> {
        Ok(Counters {
            total: self.count(first)?,
            succeeded: self.count(first + 1)?,
            failed: self.count(first + 2)?,
            skipped: self.count(first + 3)?,
            cancelled: self.count(first + 4)?,
            running: self.count(first + 5)?,
        })
    }
}

impl Columns for Row {
    fn value<'r, T: FromSql<'r>>(&'r self, column: usize) -> Result<T> {
        Ok(self.try_get(column)?)
    }
}

pub(crate) fn invalid(column: usize, error: impl Display) -> Error {
    Error::corrupt(format!("column {column}: {error}"))
}

/// How an id is given to the driver.
pub(crate) fn uuid(id: JobId) -> Uuid {
    Uuid::from_bytes(id.into_bytes())
}

/// A count as an `integer`.
pub(crate) fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
