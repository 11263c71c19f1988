//! What must be true in the end.

use std::collections::HashMap;
use std::time::Duration;

use paceline_e2e::api::{progress, state, text};
use paceline_e2e::{Api, wait};
use serde_json::{Value, json};

use super::NODES;
use super::cluster::{Cluster, look_into};
use super::load::Job;
use crate::work::LONG;

/// Jobs that are so old that they are to be removed.
const OLD: usize = 20;

/// Leaves jobs that every node will want to clean up when it starts. Returns how many.
pub(crate) async fn leave_old_jobs(cluster: &Cluster) -> usize {
    const AGE: &str = "UPDATE jobs SET created_at = created_at - 4e12::bigint,
        started_at = started_at - 4e12::bigint, finished_at = finished_at - 4e12::bigint";
    let node = cluster.start(0).await;
    for number in 0..OLD {
        let params = json!({"key": format!("old{number}")});
        let id = node
            .api()
            .submit(&json!({"task": "unit", "params": params}))
            .await;
        node.api().ended(&id, LONG).await;
    }
    node.stop(Duration::from_secs(10)).await;
    let aged = cluster.database.execute(AGE, &[]).await.expect("aged");
    assert_eq!(aged, OLD as u64);
    OLD
}

pub(crate) async fn all_ended(cluster: &Cluster, jobs: &[Job], most: Duration) {
    const OPEN: &str = "SELECT count(*) FROM jobs WHERE finished_at IS NULL";
    wait::until("all jobs to end", most, || async {
        let open: i64 = cluster.database.query_one(OPEN, &[]).await.ok()?.get(0);
        (open == 0).then_some(())
    })
    .await;
    let ids = jobs.iter().filter(|job| !job.id.is_empty()).count();
    assert_eq!(ids, jobs.len());
}

/// Of the jobs that ended, `others` are none of `jobs`, and `old` of those are to be gone.
pub(crate) async fn check(cluster: &Cluster, jobs: &[Job], others: usize, old: usize) {
    for (number, job) in jobs.iter().enumerate() {
        let api = cluster.api(number % NODES).expect("a node");
        check_job(&api, job).await;
    }
    check_ends(cluster, jobs.len() + others).await;
    check_clean_up(cluster, old).await;
    check_order(cluster).await;
    check_runs(cluster).await;
}

/// Every item has one recorded success, with the right result.
async fn check_job(api: &Api, expected: &Job) {
    let job = api.job(&expected.id).await;
    assert_eq!(state(&job), "completed", "{job}");
    if let Some(result) = expected.results.get("") {
        assert_eq!(job["result"], *result, "{job}");
        return;
    }
    let count = expected.results.len();
    assert_eq!(progress(&job, "succeeded"), count as u64, "{job}");
    assert_eq!(progress(&job, "failed"), 0, "{job}");
    let mut results: HashMap<String, Value> = HashMap::new();
    for item in api.items(&expected.id).await {
        assert_eq!(item["state"], "succeeded", "{item}");
        let before = results.insert(text(&item, "key"), item["result"].clone());
        assert_eq!(before, None, "recorded twice: {item}");
    }
    assert_eq!(results, expected.results);
}

/// Every job ended once: nothing was counted twice.
async fn check_ends(cluster: &Cluster, jobs: usize) {
    const COMPLETED: &str =
        "SELECT sum(completed)::bigint, sum(failed)::bigint FROM task_statistics";
    const TWICE: &str = "SELECT count(*) FROM (SELECT job FROM events
        WHERE kind IN ('job.completed', 'job.submitted') GROUP BY job, kind HAVING count(*) > 1) t";
    let row = cluster.database.query_one(COMPLETED, &[]).await;
    let row = row.expect("statistics");
    let ended: (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(
        ended,
        (i64::try_from(jobs).expect("few"), 0),
        "completed and failed"
    );
    let twice = number(cluster, TWICE).await;
    assert_eq!(twice, 0, "jobs that were submitted or completed twice");
}

/// The one number that a statement gives.
pub(crate) async fn number(cluster: &Cluster, sql: &str) -> i64 {
    let row = cluster.database.query_one(sql, &[]).await;
    row.expect("a number").get(0)
}

/// What was old is gone, and it was not told twice that it went. (A node that is killed between
/// the last step of a clean-up and its report leaves the report out.)
async fn check_clean_up(cluster: &Cluster, old: usize) {
    const TOLD: &str =
        "SELECT coalesce(sum((data::json ->> 'jobs')::bigint), 0)::bigint FROM events
        WHERE kind = 'system.cleaned_up'";
    const LEFT: &str = "SELECT count(*) FROM jobs WHERE finished_at < 1e6 * extract(epoch FROM
        now() - interval '10 days')";
    let told = number(cluster, TOLD).await;
    let left = number(cluster, LEFT).await;
    println!("{told} old jobs were cleaned up");
    let old = i64::try_from(old).expect("few");
    assert!(told == old || told == 0, "{told} of {old} were told");
    assert_eq!(left, 0);
}

/// No job started before those that it waits for had completed.
async fn check_order(cluster: &Cluster) {
    const WAITED: &str = "SELECT count(DISTINCT child) FROM dependencies";
    const TOO_EARLY: &str = "SELECT count(*) FROM dependencies d
        JOIN events s ON s.job = d.child AND s.kind = 'job.started'
        JOIN events e ON e.job = d.parent AND e.kind = 'job.completed' WHERE s.seq < e.seq";
    println!("{} jobs waited for others", number(cluster, WAITED).await);
    assert_eq!(number(cluster, TOO_EARLY).await, 0, "started too early");
}

/// Tells what the handlers really did, from what they wrote down themselves.
async fn check_runs(cluster: &Cluster) {
    const RECORDED: &str = "SELECT i.key, o.finished_at::float8 / 1e6 FROM outcomes o
        JOIN items i ON i.job = o.job AND i.seq = o.seq WHERE i.key LIKE 'j%'";
    let database = look_into(&cluster.network).await;
    let rows = database.query(RECORDED, &[]).await.expect("outcomes");
    let recorded: HashMap<String, f64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let (mut starts, mut again, mut of_places) = (0, 0, Vec::new());
    for project in &cluster.projects {
        let of_items = project.journal().starts();
        of_places.push(of_items.len());
        for start in of_items {
            let Some(at) = recorded.get(&start.key) else {
                continue;
            };
            starts += 1;
            again += u32::from(start.at > *at);
        }
    }
    println!(
        "items started by each node: {of_places:?}; {starts} starts of {} items, {again} of them \
         after others had recorded it",
        recorded.len()
    );
    assert!(
        of_places.iter().all(|started| *started > 0),
        "{of_places:?}"
    );
}
