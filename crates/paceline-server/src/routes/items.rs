//! Looking at the items of a job.

use axum::Json;
use axum::extract::State;
use paceline_core::id::Seq;
use paceline_core::item::Item;
use paceline_core::job::JobKind;
use paceline_core::query::ItemQuery;
use paceline_core::{ItemState, Job};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{ItemView, ListView};
use paceline_protocol::words::WireItemState;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{JobIdParam, JobPath, KeyPath, Query};
use crate::filter;
use crate::openapi::ReadingJob;
use crate::problem::{Refusal, Result};
use crate::state::AppState;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ItemsQuery {
    state: Option<WireItemState>,
    /// 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the items of a job, in their order.
#[utoipa::path(get, operation_id = "list_items", path = "/jobs/{id}/items", tag = "items",
    params(JobIdParam, ItemsQuery),
    responses((status = 200, description = "A page of items", body = ListView<ItemView>), ReadingJob))]
pub(crate) async fn list(
    State(state): State<AppState>,
    job: JobPath,
    Query(query): Query<ItemsQuery>,
) -> Result<Json<ListView<ItemView>>> {
    let limit = filter::limit(query.limit)?;
    let after = query.cursor.as_deref().map(cursor).transpose()?;
    let job = job.load(&state).await?;
    let wanted = query.state.map(|word| word.0);
    let mut items = state
        .engine
        .store()
        .items(
            job.id,
            ItemQuery {
                state: wanted,
                after,
                // One more than asked for tells whether there is a next page.
                limit: limit + 1,
            },
        )
        .await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let last = items.last().filter(|_| more);
    Ok(Json(ListView {
        next_cursor: last.map(|item| item.seq.to_string()),
        items: items.iter().map(ItemView::from).collect(),
        total: Some(total(&job, wanted)),
        total_at_least: None,
    }))
}

fn cursor(text: &str) -> Result<Seq> {
    text.parse().map(Seq).map_err(|_| {
        let message = format!("`{text}` is no cursor of this list; take next_cursor of a page");
        Refusal::field(Code::InvalidField, "cursor", message)
    })
}

/// Items in a state, by the job's counters.
fn total(job: &Job, wanted: Option<ItemState>) -> u64 {
    if job.kind == JobKind::Unit {
        return 0;
    }
    let counters = &job.counters;
    let count = match wanted {
        None => counters.total,
        Some(ItemState::Succeeded) => counters.succeeded,
        Some(ItemState::Failed) => counters.failed,
        Some(ItemState::Skipped) => counters.skipped,
        Some(ItemState::Cancelled) => counters.cancelled,
        Some(ItemState::Running) => counters.running,
        Some(ItemState::Pending) => counters.remaining().saturating_sub(counters.running),
    };
    u64::from(count)
}

/// Shows one item, by its key or, for items without keys, by its position.
#[utoipa::path(get, operation_id = "show_item", path = "/jobs/{id}/items/{key}", tag = "items",
    params(JobIdParam,
        ("key" = String, Path, description = "Key of the item, or its position when it has none")),
    responses((status = 200, description = "The item", body = ItemView), ReadingJob))]
pub(crate) async fn show(
    State(state): State<AppState>,
    job: JobPath,
    KeyPath(key): KeyPath,
) -> Result<Json<ItemView>> {
    let job = job.load(&state).await?;
    let item = match state.engine.store().item(job.id, &key).await? {
        Some(item) => Some(item),
        None => at_position(&state, &job, &key).await?,
    };
    let item = item.ok_or_else(|| {
        let detail = format!("job {} has no item `{key}`", job.id);
        Refusal::new(Code::NoSuchItem, detail)
    })?;
    Ok(Json(ItemView::from(&item)))
}

/// An item without a key is named by its position.
async fn at_position(state: &AppState, job: &Job, text: &str) -> Result<Option<Item>> {
    let Ok(position) = text.parse::<u32>() else {
        return Ok(None);
    };
    let query = ItemQuery {
        state: None,
        after: position.checked_sub(1).map(Seq),
        limit: 1,
    };
    let found = state.engine.store().items(job.id, query).await?;
    let named = |item: &Item| item.key.is_none() && item.seq.0 == position;
    Ok(found.into_iter().find(named))
}
