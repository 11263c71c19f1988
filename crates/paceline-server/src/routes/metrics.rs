//! Metrics for Prometheus.

use std::collections::BTreeMap;
use std::time::Duration;

use ::metrics::Label;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use paceline_protocol::rest::{BreakerStateName, BreakerView};
use tokio::time::timeout;

use crate::machine;
use crate::openapi::Plain;
use crate::problem::Result;
use crate::routes::health::workers_by_state;
use crate::routes::status::jobs_by_state;
use crate::state::AppState;

/// So long the store is waited for: who scrapes waits for ten seconds, mostly.
const PATIENCE: Duration = Duration::from_secs(3);

/// Gives metrics in Prometheus' text format. What the store cannot tell just now stays as it was:
/// `paceline_store_readable` is 0 then, and `paceline_store_up` is 0 when it cannot write.
#[utoipa::path(get, operation_id = "show_metrics", path = "/metrics", tag = "system",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain"), Plain))]
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<impl IntoResponse + use<>> {
    let (told, ()) = tokio::join!(timeout(PATIENCE, of_the_store(&state)), store(&state));
    let readable = if matches!(told, Ok(Ok(()))) { 1.0 } else { 0.0 };
    let metrics = &state.metrics;
    metrics.gauge("paceline_store_readable", Vec::new(), readable);
    for (word, count) in workers_by_state(&state) {
        let labels = labelled("state", word);
        state
            .metrics
            .gauge("paceline_workers", labels, f64::from(count));
    }
    items_finished(&state);
    process(&state);
    connections(&state);
    let text = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Ok((text, state.metrics.render()))
}

/// What is read from the store.
async fn of_the_store(state: &AppState) -> Result<()> {
    for (word, count) in jobs_by_state(state).await? {
        let labels = labelled("state", word);
        state.metrics.gauge("paceline_jobs", labels, number(count));
    }
    let events = state.engine.store().last_event().await?.0;
    let events = u64::try_from(events).unwrap_or(0);
    state
        .metrics
        .total("paceline_events_total", Vec::new(), events);
    breakers(state).await
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

/// Whether it can be written, and how fast.
async fn store(state: &AppState) {
    let metrics = &state.metrics;
    let health = state.engine.store().health(state.engine.now());
    let health = timeout(PATIENCE, health).await.ok().and_then(Result::ok);
    let up = if health.is_some() { 1.0 } else { 0.0 };
    metrics.gauge("paceline_store_up", Vec::new(), up);
    let Some(health) = health else {
        return;
    };
    let latency = health.write_latency.as_secs_f64();
    metrics.gauge("paceline_store_write_latency_seconds", Vec::new(), latency);
    let size = number(health.size_bytes);
    metrics.gauge("paceline_store_size_bytes", Vec::new(), size);
}

fn connections(state: &AppState) {
    let (readers, writers) = state.engine.store().connections();
    for (pool, usage) in [("readers", Some(readers)), ("writers", writers)] {
        let Some(usage) = usage else { continue };
        for (name, count) in [
            ("paceline_store_connections_open", usage.open),
            ("paceline_store_connections_in_use", usage.in_use),
            ("paceline_store_connections_waiting", usage.waiting),
            ("paceline_store_connections_max", usage.max),
        ] {
            let labels = labelled("pool", pool.to_owned());
            state.metrics.gauge(name, labels, f64::from(count));
        }
    }
}

fn labelled(name: &'static str, value: String) -> Vec<Label> {
    vec![Label::new(name, value)]
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus counts in doubles")]
fn number(count: u64) -> f64 {
    count as f64
}
