//! A page of a list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list, and how to get the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = List)]
pub struct ListView<T> {
    pub items: Vec<T>,
    /// Give this as `cursor` for what follows; null at the end.
    pub next_cursor: Option<String>,
    /// All that match, exact up to 10,000; null when there are more, or when it is not counted.
    pub total: Option<u64>,
    /// When there are too many to count exactly: at least this many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_at_least: Option<u64>,
}

impl<T> ListView<T> {
    /// A list that is complete.
    pub fn whole(items: Vec<T>) -> Self {
        let total = u64::try_from(items.len()).ok();
        ListView {
            items,
            next_cursor: None,
            total,
            total_at_least: None,
        }
    }
}
