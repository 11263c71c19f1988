//! Duplicates: pieces of work that are asked for again and again through all trouble. Each is done
//! by one job at a time, and in the end with what was asked last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use rand::rngs::StdRng;
use serde_json::json;
use tokio::task::JoinSet;

use super::cluster::Cluster;
use super::load::submit_one;
use super::{fork, verdict};

const WORKS: [&str; 3] = ["left", "right", "middle"];

/// How often one piece of work was asked for.
pub(crate) struct Asked {
    work: &'static str,
    times: u32,
}

/// Asks for each piece of work at any node, until the trouble is over.
pub(crate) fn begin(cluster: &Arc<Cluster>, until: Instant, dice: &mut StdRng) -> JoinSet<Asked> {
    let asking = WORKS.map(|work| ask(Arc::clone(cluster), work, until, fork(dice)));
    asking.into_iter().collect()
}

async fn ask(cluster: Arc<Cluster>, work: &'static str, until: Instant, mut dice: StdRng) -> Asked {
    let mut times = 0;
    while times == 0 || Instant::now() < until {
        let seconds = f64::from(dice.random_range(1..5)) / 10.0;
        let params = json!({"work": work, "number": times, "seconds": seconds});
        let job = json!({"task": "twin", "user": "eve", "params": params});
        submit_one(&cluster, &job, &format!("{work}-{times}"), &mut dice).await;
        times += 1;
        tokio::time::sleep(Duration::from_millis(dice.random_range(20..400))).await;
    }
    Asked { work, times }
}

/// Holds that every submission was done or merged, none beside another of the same work, and the
/// newest was done last. Returns how many were done.
pub(crate) async fn check(cluster: &Cluster, asked: &[Asked]) -> usize {
    const AT_ONCE: &str = "WITH runs AS (SELECT j.num, j.identity,
            min(e.seq) FILTER (WHERE e.kind = 'job.started') AS first,
            max(e.seq) FILTER (WHERE e.kind = 'job.completed') AS last
            FROM jobs j JOIN events e ON e.job = j.num
            WHERE j.task = 'twin' AND j.state = 'completed' GROUP BY j.num, j.identity)
        SELECT count(*) FROM runs a JOIN runs b ON a.identity = b.identity AND a.num < b.num
        WHERE a.first < b.last AND b.first < a.last";
    assert_eq!(
        verdict::number(cluster, AT_ONCE).await,
        0,
        "done twice at once"
    );
    let mut done = 0;
    for Asked { work, times } in asked {
        done += check_work(cluster, work, i64::from(*times)).await;
    }
    let times: u32 = asked.iter().map(|asked| asked.times).sum();
    println!(
        "{times} submissions of {} pieces of work were done by {done} jobs",
        WORKS.len()
    );
    usize::try_from(done).expect("some")
}

async fn check_work(cluster: &Cluster, work: &str, times: i64) -> i64 {
    let of_work = format!("FROM jobs WHERE task = 'twin' AND params::json ->> 'work' = '{work}'");
    let count = async |state: &str| {
        let sql = format!("SELECT count(*) {of_work} AND state = '{state}'");
        verdict::number(cluster, &sql).await
    };
    let (done, merged) = (count("completed").await, count("merged").await);
    assert_eq!(done + merged, times, "{work}: {done} done, {merged} merged");
    let last = format!(
        "SELECT (params::json ->> 'number')::bigint {of_work} AND state = 'completed'
        ORDER BY finished_at DESC LIMIT 1"
    );
    assert_eq!(verdict::number(cluster, &last).await, times - 1, "{work}");
    done
}
