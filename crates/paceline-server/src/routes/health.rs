//! Liveness and readiness.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use paceline_core::store::{Health, PoolUsage};
use paceline_core::worker::WorkerState;
use paceline_protocol::rest::{LivenessView, PoolUse, ReadinessView, StoreView};

use crate::openapi::Plain;
use crate::problem::Result;
use crate::state::AppState;

/// Says that the process lives.
#[utoipa::path(get, operation_id = "show_health", path = "/health", tag = "system",
    responses((status = 200, description = "It lives", body = LivenessView), Plain))]
pub(crate) async fn health(State(state): State<AppState>) -> Json<LivenessView> {
    Json(LivenessView {
        status: "ok".to_owned(),
        version: state.options.version.clone(),
    })
}

/// Says whether the node can take work: 503 while its store cannot write.
#[utoipa::path(get, operation_id = "show_readiness", path = "/ready", tag = "system",
    responses((status = 200, description = "It can take work", body = ReadinessView), Plain))]
pub(crate) async fn ready(State(state): State<AppState>) -> Result<Json<ReadinessView>> {
    let health = state.engine.store().health(state.engine.now()).await?;
    Ok(Json(ReadinessView {
        status: "ready".to_owned(),
        store: store_view(&health),
        // A store that only one node can open is that node's; of several none leads.
        leader: health.backend == "sqlite",
        workers: workers_by_state(&state),
    }))
}

pub(crate) fn workers_by_state(state: &AppState) -> BTreeMap<String, u32> {
    let mut counts: BTreeMap<String, u32> = WorkerState::ALL
        .iter()
        .map(|state| (state.to_string(), 0))
        .collect();
    for worker in state.workers() {
        *counts.entry(worker.state.to_string()).or_default() += 1;
    }
    counts
}

fn pool_use(usage: PoolUsage) -> PoolUse {
    let PoolUsage {
        open,
        in_use,
        waiting,
        max,
    } = usage;
    PoolUse {
        open,
        in_use,
        waiting,
        max,
    }
}

fn store_view(health: &Health) -> StoreView {
    let Health {
        backend,
        write_latency,
        readers,
        writers,
        size_bytes,
        schema_version,
    } = health;
    StoreView {
        backend: (*backend).to_owned(),
        write_latency_ms: write_latency.as_secs_f64() * 1000.0,
        readers: pool_use(*readers),
        writers: writers.map(pool_use),
        size_bytes: *size_bytes,
        schema_version: *schema_version,
    }
}
