//! How much there is in both stores, table by table and state by state.

use std::collections::BTreeMap;

use super::error::TransferError;
use super::source::Source;
use super::tables::TABLES;
use super::target::Target;

/// How many of something each store has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// A table, or jobs or items in a state.
    pub what: String,
    pub source: i64,
    pub target: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub Vec<Count>);

/// Statements that both databases understand; each gives words and numbers. Both see jobs that are
/// there only: the file may hold items of such as were deleted.
const BY_STATE: [(&str, &str, &str); 3] = [
    (
        "jobs",
        "SELECT state, count(*) FROM jobs GROUP BY state",
        "SELECT state, count(*) FROM jobs GROUP BY state",
    ),
    (
        "items",
        "SELECT CASE state WHEN 'pending' THEN 'to be retried' ELSE state END, count(*)
         FROM outcomes WHERE place >> 24 IN (SELECT num FROM jobs) GROUP BY 1",
        "SELECT CASE state WHEN 'pending' THEN 'to be retried' ELSE state END, count(*)
         FROM outcomes GROUP BY 1",
    ),
    (
        "items",
        "SELECT 'not run', count(*) FROM items i WHERE place >> 24 IN (SELECT num FROM jobs)
         AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.place = i.place)",
        "SELECT 'not run', count(*) FROM items i
         WHERE NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.job = i.job AND o.seq = i.seq)",
    ),
];

impl Counts {
    pub(super) async fn take(source: &Source, target: &Target) -> Result<Self, TransferError> {
        let mut counts = Counts::default();
        for table in TABLES {
            let rows = format!("SELECT count(*) FROM ({})", table.select);
            let written = format!("SELECT count(*) FROM {}", table.name);
            counts.0.push(Count {
                what: table.name.to_owned(),
                source: source.count(&rows)?,
                target: target.count(&written).await?,
            });
        }
        for (what, from, to) in BY_STATE {
            counts.pair(what, source.counts(from)?, target.counts(to).await?);
        }
        counts.0.push(Count {
            what: "the last event's number".to_owned(),
            source: source.numbers()?.event,
            target: target.count("SELECT event FROM tally").await?,
        });
        Ok(counts)
    }

    /// States that one of them has not count as 0 there.
    fn pair(&mut self, what: &str, source: Vec<(String, i64)>, target: Vec<(String, i64)>) {
        let mut pairs: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (state, count) in source {
            pairs.entry(state).or_default().0 = count;
        }
        for (state, count) in target {
            pairs.entry(state).or_default().1 = count;
        }
        self.0
            .extend(pairs.into_iter().map(|(state, (source, target))| Count {
                what: format!("{what}: {state}"),
                source,
                target,
            }));
    }

    /// Whether both stores have the same.
    pub fn agree(&self) -> bool {
        self.0.iter().all(|count| count.source == count.target)
    }
}
