//! The texts that columns hold: labels, errors and times as JSON and words.

use std::fmt;
use std::str::FromStr;

use paceline_core::{JobError, Json, Time};
use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::packed::unpacked;

/// Reads a column that holds a word of an enumeration.
pub(crate) fn word<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    row.get_ref(column)?
        .as_str()?
        .parse()
        .map_err(|error| invalid(column, error))
}

/// The same, of a column that may be empty.
pub(crate) fn maybe_word<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match row.get_ref(column)?.as_str_or_null()? {
        None => Ok(None),
        Some(_) => word(row, column).map(Some),
    }
}

/// Reads a column that holds JSON of a known shape.
pub(crate) fn json<T: for<'de> Deserialize<'de>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| invalid(column, error))
}

/// The same, of a column that may be empty.
pub(crate) fn maybe_json<T: for<'de> Deserialize<'de>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)?.as_str_or_null()? {
        None => Ok(None),
        Some(text) => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| invalid(column, error)),
    }
}

/// Reads a column that holds a result, whatever its size.
pub(crate) fn maybe_result(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Json>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(unpacked)
        .transpose()
        .map_err(|error| invalid(column, error))
}

pub(crate) fn maybe_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Time>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Time::from_micros))
}

pub(crate) fn invalid(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// Text of values that always have one: structs of strings and numbers.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Labels as a JSON object in their own order.
pub(crate) struct Labels(pub(crate) Vec<(String, String)>);

/// The column's value: `None` when there are no labels.
pub(crate) fn labels_text(labels: &[(String, String)]) -> Option<String> {
    (!labels.is_empty()).then(|| to_json(&LabelsRef(labels)))
}

struct LabelsRef<'a>(&'a [(String, String)]);

impl Serialize for LabelsRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Labels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Labels(pairs))
    }
}

/// A [`JobError`] as its column holds it.
#[derive(Serialize, Deserialize)]
pub(crate) struct ErrorText {
    kind: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    traceback: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    item: Option<String>,
}

pub(crate) fn error_text(error: &JobError) -> String {
    let JobError {
        kind,
        message,
        traceback,
        item,
    } = error.clone();
    to_json(&ErrorText {
        kind: kind.to_string(),
        message,
        traceback,
        item,
    })
}

/// A text that does not hold what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TextError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Word(#[from] paceline_core::state::UnknownWord),
    #[error(transparent)]
    Id(#[from] paceline_core::id::InvalidId),
    #[error("a compressed result cannot be read: {0}")]
    Packed(&'static str),
}

/// What [`error_text`] wrote.
pub(crate) fn error_of(text: &str) -> Result<JobError, TextError> {
    let ErrorText {
        kind,
        message,
        traceback,
        item,
    } = serde_json::from_str(text)?;
    Ok(JobError {
        kind: kind.parse()?,
        message,
        traceback,
        item,
    })
}

pub(crate) fn maybe_error(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<JobError>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(error_of)
        .transpose()
        .map_err(|error| invalid(column, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_order() {
        let pairs = vec![
            ("z".to_owned(), "1".to_owned()),
            ("a".to_owned(), "\"2\"".to_owned()),
        ];
        let text = labels_text(&pairs).expect("not empty");
        let read: Labels = serde_json::from_str(&text).expect("own text");
        assert_eq!(read.0, pairs);
        assert_eq!(labels_text(&[]), None);
    }
}
