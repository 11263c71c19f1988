//! A schedule that beats through all trouble: every tick gives one job, whoever is there.

use std::time::Duration;

use paceline_e2e::wait;
use rand::Rng;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::json;

use super::NODES;
use super::cluster::{Cluster, PATIENCE};
use crate::work::LONG;

/// While one node can do its work, the duties that all share pause no longer than this.
const TAKEN_OVER: Duration = Duration::from_secs(10);

/// Makes the schedule at any node that takes it.
pub(crate) async fn begin(cluster: &Cluster, mut dice: StdRng) {
    let template = json!({"task": "unit", "params": {"key": "beat", "seconds": 0.01}});
    let beat = json!({"name": "beat", "every": "1s", "missed": "all", "template": template});
    loop {
        if let Some(api) = cluster.api(dice.random_range(0..NODES)) {
            let request = api.http().post(api.url("/schedules"));
            let request = request.header("idempotency-key", "beat").timeout(PATIENCE);
            if let Ok(answer) = request.json(&beat).send().await {
                // Who heard no answer asks again: then the name is taken.
                match answer.status().as_u16() {
                    201 | 409 => return,
                    503 => {}
                    other => panic!("{other}: {:?}", answer.text().await),
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Lets it beat no more.
pub(crate) async fn end(cluster: &Cluster) {
    let api = cluster.api(0).expect("a node");
    wait::until("the schedule to be paused", LONG, || async {
        let answer = api.call(Method::POST, "/schedules/beat/pause").await;
        answer.status.is_success().then_some(())
    })
    .await;
}

/// Holds that each tick from the first to the last gave one job. Returns how many there were.
pub(crate) async fn check(cluster: &Cluster) -> usize {
    const DUE: &str = "SELECT (last_run - anchor_at) / every_micros FROM schedules";
    const FIRED: &str = "SELECT count(*) FROM events WHERE kind = 'schedule.fired'";
    const TICKS: &str = "SELECT count(DISTINCT data::json ->> 'tick') FROM events
        WHERE kind = 'schedule.fired'";
    const JOBS: &str = "SELECT count(*) FROM jobs WHERE labels LIKE '%\"schedule\":\"beat\"%'";
    const LEFT_OUT: &str = "SELECT count(*) FROM events
        WHERE kind IN ('schedule.skipped', 'schedule.failed')";
    let due = super::verdict::number(cluster, DUE).await;
    for sql in [FIRED, TICKS, JOBS] {
        assert_eq!(super::verdict::number(cluster, sql).await, due, "{sql}");
    }
    assert_eq!(super::verdict::number(cluster, LEFT_OUT).await, 0);
    let pause = longest_pause(cluster).await;
    println!("{due} ticks of a schedule gave one job each, at most {pause:.1?} apart");
    assert!(pause <= TAKEN_OVER, "{pause:?} without a tick");
    usize::try_from(due).expect("some")
}

/// The longest time between two ticks, as they were done. (There is always a node that is well.)
async fn longest_pause(cluster: &Cluster) -> Duration {
    const PAUSE: &str = "SELECT coalesce(max(pause), 0)::bigint FROM (
        SELECT at - lag(at) OVER (ORDER BY seq) AS pause FROM events
        WHERE kind = 'schedule.fired') t";
    let pause = super::verdict::number(cluster, PAUSE).await;
    Duration::from_micros(u64::try_from(pause).expect("clocks that go on"))
}
