//! Conditions on jobs as SQL: the one place where statements are built.

use paceline_core::query::JobFilter;
use paceline_core::{JobState, Time};
use uuid::Uuid;

use super::session::Value;
use crate::filter::like_pattern;
use crate::read::id_range;
use crate::text::labels_text;

/// `AND`-ed conditions on `jobs j` with their values, in order.
#[derive(Default)]
pub(crate) struct Conditions {
    clauses: Vec<String>,
    values: Vec<Value<'static>>,
}

impl Conditions {
    pub(crate) fn new(filter: &JobFilter) -> Self {
        let JobFilter {
            states,
            task,
            queue,
            user,
            key,
            batch,
            labels,
            text,
            created_after,
            created_before,
        } = filter;
        let mut conditions = Conditions::default();
        conditions.states(states);
        for (column, value) in [
            ("j.task", task),
            ("j.queue", queue),
            ("j.user_name", user),
            ("j.key", key),
            ("j.batch", batch),
        ] {
            if let Some(value) = value {
                conditions.equal(column, value);
            }
        }
        for (name, value) in labels {
            conditions.label(name, value);
        }
        if let Some(time) = created_after {
            conditions.time("j.created_at >", *time);
        }
        if let Some(time) = created_before {
            conditions.time("j.created_at <", *time);
        }
        if let Some(text) = text {
            conditions.text(text);
        }
        conditions
    }

    /// Takes a value in; returns what stands for it in a statement.
    pub(crate) fn value(&mut self, value: Value<'static>) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    pub(crate) fn add(&mut self, clause: impl Into<String>) {
        self.clauses.push(clause.into());
    }

    /// A text as a value; `None` if no column can hold it.
    fn text_value(&mut self, text: &str) -> Option<String> {
        let holdable = !text.contains('\0');
        holdable.then(|| self.value(Box::new(text.to_owned())))
    }

    fn equal(&mut self, column: &str, text: &str) {
        match self.text_value(text) {
            Some(place) => self.add(format!("{column} = {place}")),
            None => self.add("false"),
        }
    }

    fn time(&mut self, comparison: &str, time: Time) {
        let place = self.value(Box::new(time.as_micros()));
        self.add(format!("{comparison} {place}"));
    }

    fn states(&mut self, states: &[JobState]) {
        if !states.is_empty() {
            let words: Vec<String> = states.iter().map(|state| format!("'{state}'")).collect();
            self.add(format!("j.state IN ({})", words.join(", ")));
        }
    }

    /// A label as JSON text always looks the same, so all that have it hold that text; whether it
    /// is a label in them and no part of one, a look into the JSON tells. (It cannot be taken for
    /// `jsonb` where it holds a zero character.)
    fn label(&mut self, name: &str, value: &str) {
        let object = labels_text(&[(name.to_owned(), value.to_owned())]).unwrap_or_default();
        let pair = object
            .trim_start_matches('{')
            .trim_end_matches('}')
            .to_owned();
        let pair = self.value(Box::new(pair));
        let has_text = format!("strpos(j.labels, {pair}) > 0");
        self.add(has_text.as_str());
        if !object.contains(ZERO) {
            let object = self.value(Box::new(object));
            self.add(format!(
                "CASE WHEN strpos(j.labels, '{ZERO}') > 0 THEN true
                ELSE j.labels::jsonb @> {object}::text::jsonb END"
            ));
        }
    }

    /// Part of name, user, key, labels or params, or the beginning of the id.
    fn text(&mut self, text: &str) {
        const COLUMNS: [&str; 5] = ["j.name", "j.user_name", "j.key", "j.labels", "j.params"];
        let mut clauses = Vec::new();
        if let Some(pattern) = self.text_value(&like_pattern(text)) {
            clauses.extend(COLUMNS.map(|column| format!("{column} ILIKE {pattern}")));
        }
        if let Some((first, last)) = id_range(text) {
            let first = self.value(Box::new(Uuid::from_bytes(first)));
            let last = self.value(Box::new(Uuid::from_bytes(last)));
            clauses.push(format!("j.id BETWEEN {first} AND {last}"));
        }
        if clauses.is_empty() {
            self.add("false");
        } else {
            self.add(format!("({})", clauses.join(" OR ")));
        }
    }

    /// The conditions as one, for a `WHERE`.
    pub(crate) fn sql(&self) -> String {
        if self.clauses.is_empty() {
            return "true".to_owned();
        }
        self.clauses.join(" AND ")
    }

    pub(crate) fn into_values(self) -> Vec<Value<'static>> {
        self.values
    }
}

/// A zero character in JSON text.
const ZERO: &str = "\\u0000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_through() {
        let filter = JobFilter {
            states: vec![JobState::Failed, JobState::Running],
            task: Some("a".to_owned()),
            labels: vec![("l".to_owned(), "v".to_owned())],
            text: Some("019d".to_owned()),
            ..JobFilter::default()
        };
        let conditions = Conditions::new(&filter);
        let sql = conditions.sql();
        assert!(
            sql.starts_with("j.state IN ('failed', 'running') AND j.task = $1"),
            "{sql}"
        );
        assert!(sql.ends_with("j.id BETWEEN $5 AND $6)"), "{sql}");
        assert_eq!(conditions.into_values().len(), 6);
    }

    #[test]
    fn what_no_column_can_hold_matches_nothing() {
        let filter = JobFilter {
            user: Some("a\0b".to_owned()),
            ..JobFilter::default()
        };
        assert_eq!(Conditions::new(&filter).sql(), "false");
    }
}
