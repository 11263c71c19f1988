//! How the nodes were over time, for plots.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use paceline_core::sample::line;
use paceline_core::{NodeId, Time};
use paceline_engine::SAMPLES_KEPT;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{SystemPointView, SystemSamplesView};
use paceline_protocol::units::WireDuration;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::Query;
use crate::openapi::Reading;
use crate::problem::{Refusal, Result};
use crate::state::AppState;

const USUAL_WINDOW: Duration = Duration::from_hours(1);
/// Twice the time between two samples of a node: each node is in each span, and no sum misses one.
const SHORTEST_STEP: u64 = 20;
const MOST_POINTS: u64 = 360;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SamplesQuery {
    /// How far back, at most 24 hours; one hour when left out.
    #[param(example = "1h", value_type = Option<String>)]
    window: Option<WireDuration>,
    /// Number of the only node that is wanted.
    node: Option<i64>,
}

/// Shows CPU, memory, disk, waiting jobs and throughput over time, at most 360 points.
#[utoipa::path(get, operation_id = "list_system_samples", path = "/system/samples", tag = "system",
    params(SamplesQuery),
    responses((status = 200, description = "The points", body = SystemSamplesView), Reading))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Query(query): Query<SamplesQuery>,
) -> Result<Json<SystemSamplesView>> {
    let window = query.window.map_or(USUAL_WINDOW, |window| window.0);
    if window.as_secs() < SHORTEST_STEP || window > SAMPLES_KEPT {
        let message = "from `20s` to `24h`: nodes write down every 10 seconds how they are, and it is kept for a day";
        return Err(Refusal::field(Code::InvalidField, "window", message));
    }
    let (now, step) = (state.engine.now(), step(window));
    let begin = (now - window)
        .as_micros()
        .div_euclid(1_000_000)
        .div_euclid(step)
        * step;
    let since = Time::from_micros(begin * 1_000_000);
    let mut samples = state.engine.store().watch().samples(since).await?;
    if let Some(node) = query.node {
        samples.retain(|sample| sample.node == NodeId(node));
    }
    let mut points = line(&samples, Duration::from_secs(step.unsigned_abs()));
    // In the span that is not over, nodes may be missing that say something in a moment.
    if let [.., before, last] = &points[..]
        && last.nodes < before.nodes
    {
        points.pop();
    }
    Ok(Json(SystemSamplesView {
        window_seconds: window.as_secs(),
        step_seconds: step.unsigned_abs(),
        points: points.into_iter().map(SystemPointView::from).collect(),
    }))
}

/// Seconds that one point stands for: so many whole times as nodes write something down.
fn step(window: Duration) -> i64 {
    let least = window.as_secs().div_ceil(MOST_POINTS);
    let step = least.div_ceil(SHORTEST_STEP).max(1) * SHORTEST_STEP;
    i64::try_from(step).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_stands_for_whole_steps_and_there_are_not_too_many() {
        assert_eq!(step(Duration::from_secs(20)), 20);
        assert_eq!(step(Duration::from_hours(1)), 20);
        assert_eq!(step(Duration::from_hours(24)), 240);
        assert_eq!(step(Duration::from_mins(121)), 40);
    }
}
