//! The life of a node in trouble: calm, trouble, calm again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use paceline_e2e::Node;
use rand::Rng;
use rand::rngs::StdRng;

use super::cluster::Cluster;

/// A node that was not heard of for this long is dead to the others, as nothing else is configured.
const NODE_TIMEOUT: Duration = Duration::from_secs(10);
/// A node says so less often than that by this much.
const HEARTBEAT: Duration = Duration::from_secs(4);
/// Grace, and what a stop takes beyond it.
const STOP: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Kill,
    Stop,
    Halt,
    Cut,
}

/// Lives at a place until then; gives back the node, which is well.
pub(crate) async fn live(
    cluster: Arc<Cluster>,
    place: usize,
    mut dice: StdRng,
    until: Instant,
) -> Node {
    let mut node = cluster.start(place).await;
    loop {
        let calm = Duration::from_millis(dice.random_range(1_500..7_000));
        pass(calm, until).await;
        let _permit = cluster.at_once.acquire().await.expect("it stays open");
        if Instant::now() >= until {
            return node;
        }
        let trouble = match dice.random_range(0..8) {
            0..3 => Trouble::Kill,
            3 => Trouble::Stop,
            4..6 => Trouble::Halt,
            _ => Trouble::Cut,
        };
        let lasts = Duration::from_millis(match (trouble, dice.random_bool(0.7)) {
            (Trouble::Kill | Trouble::Stop, _) => dice.random_range(0..9_000),
            (Trouble::Halt | Trouble::Cut, true) => dice.random_range(14_500..18_000),
            (Trouble::Halt | Trouble::Cut, false) => dice.random_range(500..6_000),
        });
        let after = cluster.begun.elapsed();
        println!("{after:.1?}: node {place}: {trouble:?} for {lasts:.1?}");
        node = suffer(&cluster, place, node, trouble, lasts).await;
    }
}

async fn suffer(
    cluster: &Cluster,
    place: usize,
    node: Node,
    trouble: Trouble,
    lasts: Duration,
) -> Node {
    let number = cluster.number_of(&node).await;
    match trouble {
        Trouble::Kill => {
            cluster.losses.add(number, Instant::now());
            node.kill9().await;
            tokio::time::sleep(lasts).await;
            cluster.start(place).await
        }
        Trouble::Stop => {
            node.stop(STOP).await;
            tokio::time::sleep(lasts).await;
            cluster.start(place).await
        }
        Trouble::Halt => {
            if is_fatal(lasts) {
                cluster.losses.add(number, Instant::now());
            }
            node.halt();
            tokio::time::sleep(lasts).await;
            node.go_on();
            node
        }
        Trouble::Cut => {
            if is_fatal(lasts) {
                cluster.losses.add(number, Instant::now());
            }
            cluster.network.set_cut(place, true);
            tokio::time::sleep(lasts).await;
            cluster.network.set_cut(place, false);
            node
        }
    }
}

/// Whether the others will take the node for dead.
fn is_fatal(lasts: Duration) -> bool {
    lasts > NODE_TIMEOUT + HEARTBEAT
}

async fn pass(time: Duration, until: Instant) {
    let end = (Instant::now() + time).min(until);
    tokio::time::sleep_until(end.into()).await;
}
