//! Results as CSV: members of results that are objects get columns of their own.

use std::collections::BTreeSet;

use paceline_core::item::Item;
use paceline_core::store::StoreError;
use serde_json::Value;

use super::Pages;

/// Most columns that results are spread over.
const MOST_COLUMNS: usize = 500;

/// Names of all members of results that are objects, found by reading them once beforehand;
/// `result` where some are not objects.
pub(super) async fn columns(mut pages: Pages) -> Result<Vec<String>, StoreError> {
    let mut names = BTreeSet::new();
    let mut plain = false;
    while let Some(items) = pages.next().await? {
        for result in items.iter().filter_map(|item| item.result.as_ref()) {
            match serde_json::from_str(result.as_str()) {
                Ok(Value::Object(members)) if names.len() < MOST_COLUMNS => {
                    names.extend(members.into_iter().map(|(name, _)| name));
                }
                Ok(Value::Null) => {}
                _ => plain = true,
            }
        }
    }
    let plain = plain.then(|| "result".to_owned());
    Ok(plain
        .into_iter()
        .chain(names.into_iter().map(|name| format!("result.{name}")))
        .collect())
}

/// The first line.
pub(super) fn head(columns: &[String]) -> Vec<u8> {
    let fixed = ["key", "state", "attempts", "duration_ms"];
    let columns = columns.iter().map(String::as_str);
    write([fixed.into_iter().chain(columns).chain(["error"])])
}

/// A line for each item.
pub(super) fn rows(items: &[Item], columns: &[String]) -> Vec<u8> {
    write(items.iter().map(|item| row(item, columns)))
}

fn row(item: &Item, columns: &[String]) -> Vec<String> {
    let result = item.result.as_ref();
    let result: Option<Value> = result.and_then(|json| serde_json::from_str(json.as_str()).ok());
    let mut row = vec![
        item.key.clone().unwrap_or_else(|| item.seq.to_string()),
        item.state.to_string(),
        item.attempts.to_string(),
        item.duration.map_or_else(String::new, |duration| {
            (duration.as_secs_f64() * 1000.0).to_string()
        }),
    ];
    for column in columns {
        row.push(cell(result.as_ref(), column));
    }
    let error = item.error.as_ref();
    row.push(error.map_or_else(String::new, |error| {
        format!("{}: {}", error.kind, error.message)
    }));
    row
}

fn cell(result: Option<&Value>, column: &str) -> String {
    let value = match (result, column.strip_prefix("result.")) {
        (Some(Value::Object(members)), Some(name)) => members.get(name),
        (Some(Value::Object(_)) | None, _) | (Some(_), Some(_)) => None,
        (Some(value), None) => Some(value),
    };
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn write<Row, Cell>(rows: impl IntoIterator<Item = Row>) -> Vec<u8>
where
    Row: IntoIterator<Item = Cell>,
    Cell: AsRef<[u8]>,
{
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for row in rows {
        if let Err(error) = writer.write_record(row) {
            tracing::error!(%error, "a row of results cannot be written");
        }
    }
    writer.into_inner().unwrap_or_default()
}
