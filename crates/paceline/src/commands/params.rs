//! A job's params from flags and files.

use std::fs;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::exit::{CliError, Context, Result};

/// `--params` with each `-p NAME=VALUE` put over it; `None` when neither was given.
pub(super) fn merge(
    all: Option<&str>,
    single: &[(String, String)],
) -> Result<Option<Box<RawValue>>> {
    if all.is_none() && single.is_empty() {
        return Ok(None);
    }
    let mut params = match all {
        Some(text) => object("--params", text)?,
        None => Map::new(),
    };
    for (name, text) in single {
        params.insert(name.clone(), value(text));
    }
    serde_json::value::to_raw_value(&params)
        .map(Some)
        .context(|| "cannot write the params".to_owned())
}

/// The JSON object that stands there, or in the file that `@` names.
pub(super) fn object(flag: &str, text: &str) -> Result<Map<String, Value>> {
    let (name, content) = match text.strip_prefix('@') {
        None => (flag.to_owned(), text.to_owned()),
        Some(file) => {
            let content = fs::read_to_string(file).context(|| format!("cannot read {file}"))?;
            (file.to_owned(), content)
        }
    };
    serde_json::from_str(&content).map_err(|error| {
        CliError::usage(format!("{name} is not a JSON object: {error}"))
            .hint(format!(
                "write {flag} '{{\"count\": 50}}', or {flag} @file.json; a param by itself is -p count=50"
            ))
    })
}

/// JSON where it is JSON, else text: `50`, `true`, `[1,2]`, `"50"`, `2026-12-01`.
pub(super) fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_params_win() {
        let single = [("a", "2"), ("b", "x y"), ("c", "007"), ("d", "\"7\"")];
        let single = single.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let merged = merge(Some(r#"{"a":1,"z":null}"#), &single)
            .expect("merges")
            .expect("some");
        let merged: Value = serde_json::from_str(merged.get()).expect("is JSON");
        assert_eq!(
            merged,
            serde_json::json!({"a": 2, "b": "x y", "c": "007", "d": "7", "z": null})
        );
        assert!(merge(None, &[]).expect("nothing").is_none());
        assert!(merge(Some("[1]"), &[]).is_err());
    }
}
