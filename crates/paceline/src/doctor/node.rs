//! Does the node answer, can it write, are its workers well?

use std::time::Duration;

use tokio::time::Instant;

use paceline_core::Time;
use paceline_core::worker::WorkerState;
use paceline_protocol::rest::{ReadinessView, StatusView, WorkerView};
use reqwest::Method;

use super::Finding;
use crate::client::{Client, Refusal};
use crate::config::Settings;
use crate::output::human;
use crate::store_file;

const PATIENCE: Duration = Duration::from_secs(5);
/// A durable write that takes longer makes every acknowledgement slow.
const SLOW_WRITE_MS: f64 = 100.0;
/// Clocks that differ by more make times in lists look wrong.
const SKEW: Duration = Duration::from_secs(2);

/// Asks the node. False when nobody answers.
pub(super) async fn check(
    settings: &Settings,
    client: &Client,
    findings: &mut Vec<Finding>,
) -> bool {
    let begun = Instant::now();
    let request = client.root(Method::GET, "/ready").timeout(PATIENCE);
    let ready: Result<ReadinessView, Refusal> = client.try_send(request).await;
    match ready {
        Ok(ready) => {
            let took = human::duration(begun.elapsed());
            let address = client.base();
            findings.push(Finding::good(
                "node",
                format!("{address} answers in {took}"),
            ));
            findings.push(writes(&ready));
        }
        Err(Refusal::Unreachable(why)) => {
            findings.push(away(settings, client, &why));
            return false;
        }
        Err(Refusal::Problem(problem)) => findings.push(Finding::bad(
            "node",
            format!("{} is not ready: {}", client.base(), problem.detail),
            "see the node's own log for the cause",
        )),
        Err(Refusal::Foreign(what)) => {
            findings.push(Finding::bad(
                "node",
                format!(
                    "what answers at {} is no paceline node: {what}",
                    client.base()
                ),
                "name the node with --server or PACELINE_SERVER",
            ));
            return true;
        }
    }
    let request = client.request(Method::GET, "/status").timeout(PATIENCE);
    if let Ok(status) = client.try_send::<StatusView>(request).await {
        findings.push(clock(&status));
        findings.extend(workers(&status.workers));
        findings.extend(
            status
                .alerts
                .iter()
                .filter(|alert| alert.code != "workers_broken")
                .map(|alert| Finding::bad("alert", &alert.message, "see `paceline status`")),
        );
    }
    true
}

fn away(settings: &Settings, client: &Client, why: &str) -> Finding {
    let detail = format!("nobody answers at {} ({why})", client.base());
    let remedy = if settings
        .store
        .location
        .file()
        .is_some_and(store_file::is_in_use)
    {
        "a node has the store open but answers elsewhere: name its address with --server"
    } else {
        "start one: paceline up"
    };
    Finding::bad("node", detail, remedy)
}

fn writes(ready: &ReadinessView) -> Finding {
    let latency = ready.store.write_latency_ms;
    let detail = format!("a durable write takes {latency:.1} ms");
    if latency > SLOW_WRITE_MS {
        Finding::bad(
            "writes",
            detail,
            "the disk is slow or busy; another disk helps, or [store] durability = \"relaxed\"",
        )
    } else {
        Finding::good("writes", detail)
    }
}

fn clock(status: &StatusView) -> Finding {
    let here = Time::from_micros(crate::clock::now().as_microsecond());
    let skew = here.since(status.now.0).max(status.now.0.since(here));
    if skew > SKEW {
        Finding::bad(
            "clock",
            format!(
                "the node's clock differs from this one by {}",
                human::duration(skew)
            ),
            "let both machines set their clocks by NTP",
        )
    } else {
        Finding::good("clock", "the node's clock agrees with this one")
    }
}

fn workers(workers: &[WorkerView]) -> Vec<Finding> {
    let broken: Vec<_> = workers
        .iter()
        .filter(|worker| worker.state.0 == WorkerState::Broken)
        .collect();
    if broken.is_empty() {
        let detail = match workers.len() {
            0 => "none are configured".to_owned(),
            count => format!("{} well", human::plural(count as u64, "worker")),
        };
        return vec![Finding::good("workers", detail)];
    }
    let mut pools: Vec<&WorkerView> = broken;
    pools.dedup_by_key(|worker| &worker.pool);
    pools
        .into_iter()
        .map(|worker| {
            let error = worker
                .last_error
                .as_deref()
                .unwrap_or("it died before it was ready");
            Finding::bad(
                "workers",
                format!("the pool `{}` does not start: {error}", worker.pool),
                format!(
                    "mend what it says; the node tries again by itself ([workers.{}])",
                    worker.pool
                ),
            )
        })
        .collect()
}
