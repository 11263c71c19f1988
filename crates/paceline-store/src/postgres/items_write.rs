//! Items on their way in: under a job or an upload, with their keys, `only_new` decided as they come.

use std::collections::HashMap;

use paceline_core::item::NewItem;
use paceline_core::store::StoreError;
use paceline_core::{Seq, Time};

use super::changes::Changes;
use super::row::int;
use crate::num::{JobNum, MAX_ITEMS};

/// Which of some keys (`$2`, of the tasks `$1`) have a succeeded result: their places from 1.
pub(crate) const KNOWN: &str = "SELECT n.place
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n (task, key, place)
    JOIN successes s ON s.task = n.task AND s.key = md5(n.key)::uuid
    WHERE EXISTS (SELECT 1 FROM jobs WHERE num = s.job)";

/// Items that belong to one job, to be appended at a position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Append<'a> {
    pub(crate) job: JobNum,
    /// The position of the first one.
    pub(crate) from: u32,
    pub(crate) items: &'a [NewItem],
    pub(crate) now: Time,
}

/// Refuses more items than a job can have.
pub(crate) fn check_count(from: u32, items: &[NewItem]) -> Result<(), StoreError> {
    let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
    if from.saturating_add(count) > MAX_ITEMS {
        return Err(StoreError::TooManyItems { max: MAX_ITEMS });
    }
    Ok(())
}

/// Refuses a key that occurs twice; `known` are keys of before, and takes in the new ones.
pub(crate) fn check_keys(
    known: &mut HashMap<String, u32>,
    from: u32,
    items: &[NewItem],
) -> Result<(), StoreError> {
    for (item, seq) in items.iter().zip(from..) {
        let Some(key) = &item.key else { continue };
        if let Some(&first) = known.get(&clean(key)) {
            return Err(StoreError::DuplicateKey {
                key: key.clone(),
                first: Seq(first),
                second: Seq(seq),
            });
        }
        known.insert(clean(key), seq);
    }
    Ok(())
}

/// Writes the items; `skip` tells by the index of an item that it is known already. Returns the
/// positions of those.
pub(crate) fn append(
    changes: &mut Changes,
    append: Append<'_>,
    skip: impl Fn(usize) -> bool,
) -> Vec<Seq> {
    let Append {
        job,
        from,
        items,
        now,
    } = append;
    let mut skipped = Vec::new();
    for ((index, item), seq) in items.iter().enumerate().zip(from..) {
        let key = item.key.as_deref().map(clean);
        let payload = item.payload.as_str().to_owned();
        changes.items.push((job.0, int(seq), key, payload));
        if item.key.is_some() && skip(index) {
            let at = now.as_micros();
            let row = (job.0, int(seq), "skipped", 0, None, at, None, None);
            changes.outcomes.push(row);
            skipped.push(Seq(seq));
        }
    }
    skipped
}

/// A text without zero characters, which no column of `PostgreSQL` can hold.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
