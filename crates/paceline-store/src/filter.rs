//! Conditions on jobs as SQL: the one place where statements are built.

use paceline_core::query::JobFilter;
use paceline_core::{JobState, Time};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::context::list;
use crate::error::Result;
use crate::num::JobNum;
use crate::read::id_range;

/// `AND`-ed conditions on `jobs j` with their values, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    clauses: Vec<String>,
    values: Vec<Value>,
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
            ("j.user", user),
            ("j.key", key),
            ("j.batch", batch),
        ] {
            if let Some(value) = value {
                conditions.add(&format!("{column} = ?"), [text_value(value)]);
            }
        }
        for (name, value) in labels {
            // Not `->>`: it takes the name for a path.
            let clause =
                "EXISTS (SELECT 1 FROM json_each(j.labels) AS l WHERE l.key = ? AND l.value = ?)";
            conditions.add(clause, [text_value(name), text_value(value)]);
        }
        if let Some(time) = created_after {
            conditions.add("j.created_at > ?", [time_value(*time)]);
        }
        if let Some(time) = created_before {
            conditions.add("j.created_at < ?", [time_value(*time)]);
        }
        if let Some(text) = text {
            conditions.text(text);
        }
        conditions
    }

    pub(crate) fn add(&mut self, clause: &str, values: impl IntoIterator<Item = Value>) {
        self.clauses.push(clause.to_owned());
        self.values.extend(values);
    }

    fn states(&mut self, states: &[JobState]) {
        if !states.is_empty() {
            let places = vec!["?"; states.len()].join(", ");
            let words = states.iter().map(|state| text_value(state.as_str()));
            self.add(&format!("j.state IN ({places})"), words);
        }
    }

    /// Part of name, user, key, labels or params, or the beginning of the id.
    fn text(&mut self, text: &str) {
        const COLUMNS: [&str; 5] = ["j.name", "j.user", "j.key", "j.labels", "j.params"];
        let mut clauses: Vec<String> = COLUMNS
            .iter()
            .map(|column| format!("{column} LIKE ? ESCAPE '\\'"))
            .collect();
        let mut values = vec![text_value(&like_pattern(text)); COLUMNS.len()];
        if let Some((first, last)) = id_range(text) {
            clauses.push("j.id BETWEEN ? AND ?".to_owned());
            values.extend([Value::Blob(first.into()), Value::Blob(last.into())]);
        }
        self.add(&format!("({})", clauses.join(" OR ")), values);
    }

    /// The conditions as one, for a `WHERE`.
    pub(crate) fn sql(&self) -> String {
        if self.clauses.is_empty() {
            return "true".to_owned();
        }
        self.clauses.join(" AND ")
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// Jobs that match, in the order of submission, after one of them.
    pub(crate) fn nums_after(
        &self,
        connection: &Connection,
        after: JobNum,
        limit: u32,
    ) -> Result<Vec<JobNum>> {
        let mut conditions = self.clone();
        conditions.add("j.num > ?", [Value::Integer(after.0)]);
        let sql = format!(
            "SELECT j.num FROM jobs j WHERE {} ORDER BY j.num LIMIT {limit}",
            conditions.sql()
        );
        list(
            connection,
            &sql,
            params_from_iter(conditions.values()),
            |row| row.get(0),
        )
    }
}

pub(crate) fn text_value(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn time_value(time: Time) -> Value {
    Value::Integer(time.as_micros())
}

pub(crate) fn like_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_search_are_plain_characters() {
        assert_eq!(like_pattern(r"50%_\"), r"%50\%\_\\%");
    }
}
