//! Prometheus metrics: requests as they end, everything else when it is asked for.
//!
//! Owns one recorder per server instead of the process-wide one, so that several servers in one
//! process (tests, embedders) do not mix their figures.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{Key, Label, Level, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};

use tokio::time::Instant;

use crate::state::AppState;

const META: Metadata<'static> = Metadata::new("paceline", Level::INFO, None);

/// Upper bounds of the latency histogram, in seconds.
const BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

const REQUESTS: &str = "paceline_http_requests_total";
const LATENCY: &str = "paceline_http_request_duration_seconds";

const GAUGES: &[(&str, &str)] = &[
    ("paceline_jobs", "Jobs by state."),
    ("paceline_workers", "Workers of this node by state."),
    (
        "paceline_breaker_state",
        "Breakers by task: 0 closed, 1 half-open, 2 open.",
    ),
    (
        "paceline_store_write_latency_seconds",
        "Time that one durable write took when it was last measured.",
    ),
    ("paceline_store_size_bytes", "Size of the store."),
    (
        "paceline_store_connections_open",
        "Connections to the store that are open, by pool.",
    ),
    (
        "paceline_store_connections_in_use",
        "Connections to the store in use, by pool.",
    ),
    (
        "paceline_store_connections_waiting",
        "Calls that wait for a connection to the store, by pool.",
    ),
    (
        "paceline_store_connections_max",
        "Connections to the store at most, by pool.",
    ),
    (
        "process_resident_memory_bytes",
        "Resident memory of this process.",
    ),
    (
        "paceline_store_up",
        "1 when the store can be written, else 0.",
    ),
    (
        "process_cpu_seconds",
        "CPU time that this process used so far.",
    ),
];

const COUNTERS: &[(&str, &str)] = &[
    (REQUESTS, "Requests by method, route and status."),
    (
        "paceline_items_finished_total",
        "Items that the workers of this node finished, by pool.",
    ),
    (
        "paceline_events_total",
        "Events in the store's stream so far.",
    ),
];

pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        // Fails only for an empty list of bounds.
        let recorder =
            match builder.set_buckets_for_metric(Matcher::Full(LATENCY.to_owned()), BUCKETS) {
                Ok(builder) => builder.build_recorder(),
                Err(_) => PrometheusBuilder::new().build_recorder(),
            };
        for &(name, text) in GAUGES {
            recorder.describe_gauge(name.into(), None, text.into());
        }
        for &(name, text) in COUNTERS {
            recorder.describe_counter(name.into(), None, text.into());
        }
        let text = "Time from the request's head to the answer's head.";
        recorder.describe_histogram(LATENCY.into(), Some(Unit::Seconds), text.into());
        Metrics { recorder }
    }

    pub(crate) fn gauge(&self, name: &'static str, labels: Vec<Label>, value: f64) {
        let key = Key::from_parts(name, labels);
        self.recorder.register_gauge(&key, &META).set(value);
    }

    /// Sets a counter whose count is kept elsewhere.
    pub(crate) fn total(&self, name: &'static str, labels: Vec<Label>, value: u64) {
        let key = Key::from_parts(name, labels);
        self.recorder.register_counter(&key, &META).absolute(value);
    }

    fn request(&self, method: SharedString, route: SharedString, status: u16, took: Duration) {
        let labels = vec![Label::new("method", method), Label::new("route", route)];
        let latency = Key::from_parts(LATENCY, labels.clone());
        self.recorder
            .register_histogram(&latency, &META)
            .record(took.as_secs_f64());
        let mut labels = labels;
        labels.push(Label::new("status", status.to_string()));
        let requests = Key::from_parts(REQUESTS, labels);
        self.recorder
            .register_counter(&requests, &META)
            .increment(1);
    }

    /// The metrics as Prometheus reads them.
    pub(crate) fn render(&self) -> String {
        let handle = self.recorder.handle();
        handle.run_upkeep();
        handle.render()
    }
}

/// Counts and times requests. The route is the pattern, never the address, so that the number of
/// series stays small.
pub(crate) async fn observe(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = method_label(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    tracing::debug!(
        method,
        route,
        status,
        took_ms = took.as_secs_f64() * 1000.0,
        "request"
    );
    state
        .metrics
        .request(SharedString::const_str(method), route.into(), status, took);
    response
}

/// Callers can invent methods; series are made of known ones only.
fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}
