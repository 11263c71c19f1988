//! Metrics for Prometheus.

use std::collections::BTreeMap;

use ::metrics::Label;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use paceline_protocol::rest::{BreakerStateName, BreakerView};

use crate::machine;
use crate::openapi::Plain;
use crate::problem::Result;
use crate::routes::health::workers_by_state;
use crate::routes::status::jobs_by_state;
use crate::state::AppState;

/// Gives metrics in Prometheus' text format.
#[utoipa::path(get, operation_id = "show_metrics", path = "/metrics", tag = "system",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain"), Plain))]
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<impl IntoResponse + use<>> {
    for (word, count) in jobs_by_state(&state).await? {
        state
            .metrics
            .gauge("paceline_jobs", labelled("state", word), number(count));
    }
    for (word, count) in workers_by_state(&state) {
        let labels = labelled("state", word);
        state
            .metrics
            .gauge("paceline_workers", labels, f64::from(count));
    }
    breakers(&state).await?;
    items_finished(&state);
    process(&state);
    store(&state).await?;
    let text = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Ok((text, state.metrics.render()))
}

async fn breakers(state: &AppState) -> Result<()> {
    let now = state.engine.now();
    for throttle in state.engine.store().throttles().await? {
        let Some(breaker) = BreakerView::of(&throttle, now) else {
            continue;
        };
        let value = match breaker.state {
            BreakerStateName::Closed => 0.0,
            BreakerStateName::HalfOpen => 1.0,
            BreakerStateName::Open => 2.0,
        };
        let labels = labelled("task", throttle.task);
        state.metrics.gauge("paceline_breaker_state", labels, value);
    }
    Ok(())
}

fn items_finished(state: &AppState) {
    let mut by_pool: BTreeMap<String, u64> = BTreeMap::new();
    for worker in state.workers() {
        *by_pool.entry(worker.pool).or_default() += worker.items_done;
    }
    for (pool, items) in by_pool {
        let labels = labelled("pool", pool);
        state
            .metrics
            .total("paceline_items_finished_total", labels, items);
    }
}

fn process(state: &AppState) {
    let Some(process) = machine::process() else {
        return;
    };
    let memory = number(process.memory_bytes);
    let metrics = &state.metrics;
    metrics.gauge("process_resident_memory_bytes", Vec::new(), memory);
    metrics.gauge("process_cpu_seconds", Vec::new(), process.cpu_seconds);
}

/// A store that cannot write does not hide the other figures.
async fn store(state: &AppState) -> Result<()> {
    let metrics = &state.metrics;
    let store = state.engine.store();
    let events = u64::try_from(store.last_event().await?.0).unwrap_or(0);
    metrics.total("paceline_events_total", Vec::new(), events);
    let health = store.health(state.engine.now()).await;
    let up = if health.is_ok() { 1.0 } else { 0.0 };
    metrics.gauge("paceline_store_up", Vec::new(), up);
    let Ok(health) = health else {
        return Ok(());
    };
    for (name, value) in [
        (
            "paceline_store_write_latency_seconds",
            health.write_latency.as_secs_f64(),
        ),
        ("paceline_store_size_bytes", number(health.size_bytes)),
    ] {
        metrics.gauge(name, Vec::new(), value);
    }
    let pools = [
        ("readers", Some(health.readers)),
        ("writers", health.writers),
    ];
    for (pool, usage) in pools {
        let Some(usage) = usage else { continue };
        for (name, count) in [
            ("paceline_store_connections_open", usage.open),
            ("paceline_store_connections_in_use", usage.in_use),
            ("paceline_store_connections_waiting", usage.waiting),
            ("paceline_store_connections_max", usage.max),
        ] {
            let labels = labelled("pool", pool.to_owned());
            metrics.gauge(name, labels, f64::from(count));
        }
    }
    Ok(())
}

fn labelled(name: &'static str, value: String) -> Vec<Label> {
    vec![Label::new(name, value)]
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus counts in doubles")]
fn number(count: u64) -> f64 {
    count as f64
}
