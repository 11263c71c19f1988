//! Both loops on a real store, with a courier that fails as a test says, on a virtual clock.

use std::sync::Mutex;

use async_trait::async_trait;
use paceline_core::clock::Clock;
use paceline_core::event::EventKind;
use paceline_core::notify::{Channel, Topic};
use paceline_core::outbox::{DeliveryState, NoticeQuery};
use paceline_core::store::{NodeInfo, Store};
use paceline_core::{Json, Time};
use paceline_store::SqliteStore;
use tokio::time::Instant;

use super::*;
use crate::Engine;

/// The time of the runtime, which a test lets pass at once.
#[derive(Debug)]
struct Virtual(Instant);

impl Clock for Virtual {
    fn now(&self) -> Time {
        Time::from_micros(1_795_342_530_000_000) + self.0.elapsed()
    }
}

/// Fails so many times, then carries.
#[derive(Debug, Default)]
struct Fails {
    times: usize,
    permanently: bool,
    seen: Mutex<Vec<(DeliveryId, u32)>>,
}

impl Fails {
    fn seen(&self) -> Vec<(DeliveryId, u32)> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

#[async_trait]
impl Courier for Fails {
    fn reach(&self) -> Reach {
        Reach {
            configured: vec!["ops".to_owned()],
            ..Reach::default()
        }
    }

    fn check(&self, _: Channel, _: &str, _: Option<&str>) -> Result<(), String> {
        Ok(())
    }

    async fn carry(&self, delivery: &Delivery) -> Result<(), Undelivered> {
        let mut seen = self.seen.lock().expect("not poisoned");
        seen.push((delivery.message.id, delivery.attempt));
        if seen.len() > self.times {
            return Ok(());
        }
        Err(Undelivered {
            message: "no".to_owned(),
            permanent: self.permanently,
            retry_after: None,
        })
    }
}

async fn engine(store: &Arc<SqliteStore>, courier: &Arc<Fails>) -> Engine {
    let info = NodeInfo {
        name: "n".to_owned(),
        pid: 1,
        version: String::new(),
    };
    let clock = Arc::new(Virtual(Instant::now()));
    let started = Engine::start(store.clone(), clock, info, crate::Options::default(), 1);
    let mut engine = started.await.expect("an engine");
    engine.notify(Notifications {
        subscriptions: vec![Subscription {
            name: "ops".to_owned(),
            topics: vec![Topic::Alert],
            task: None,
            batch: None,
            user: None,
            channel: Channel::Webhook,
            address: "https://hooks.example/".to_owned(),
        }],
        courier: courier.clone(),
        retries: paceline_core::notify::RETRIES,
    });
    engine
}

/// An alert, told of once the mark was set.
async fn alert(store: &SqliteStore) {
    while store.heard().await.expect("read").is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let data = Json::from_checked(r#"{"message":"no disk"}"#);
    let recorded = store.record_event(EventKind::AlertOpened, data, Time::EPOCH);
    recorded.await.expect("recorded");
}

/// Waits until the only message has come to its end.
async fn end(store: &SqliteStore) -> (DeliveryState, u32, Option<String>) {
    loop {
        let all = store.deliveries(None, 10).await.expect("read");
        if let [one] = &all[..]
            && one.state != DeliveryState::Waiting
        {
            return (one.state, one.attempts, one.error.clone());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn run(courier: Fails) -> (Arc<Fails>, (DeliveryState, u32, Option<String>)) {
    let store = Arc::new(SqliteStore::in_memory_inline().expect("a store"));
    let courier = Arc::new(courier);
    let engine = engine(&store, &courier).await;
    alert(&store).await;
    let ended = end(&store).await;
    let query = NoticeQuery {
        user: "ana".to_owned(),
        unread: true,
        before: None,
        limit: 10,
    };
    let listed = store.notices(query).await.expect("read");
    assert_eq!(listed.len(), 1, "the alert is in everybody's list as well");
    engine.stop().await.expect("stopped");
    (courier, ended)
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_carried_again_under_the_same_id() {
    let (courier, ended) = run(Fails {
        times: 3,
        ..Fails::default()
    })
    .await;
    assert_eq!(ended, (DeliveryState::Sent, 4, Some("no".to_owned())));
    let seen = courier.seen();
    let attempts: Vec<u32> = seen.iter().map(|(_, attempt)| *attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 4]);
    assert!(seen.iter().all(|(id, _)| *id == seen[0].0), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn it_is_given_up_after_ten_attempts_or_when_it_cannot_help() {
    let (courier, ended) = run(Fails {
        times: usize::MAX,
        ..Fails::default()
    })
    .await;
    assert_eq!(ended, (DeliveryState::Failed, 10, Some("no".to_owned())));
    assert_eq!(courier.seen().len(), 10);
    let (courier, ended) = run(Fails {
        times: usize::MAX,
        permanently: true,
        ..Fails::default()
    })
    .await;
    assert_eq!(ended, (DeliveryState::Failed, 1, Some("no".to_owned())));
    assert_eq!(courier.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_happened_while_no_node_ran_is_told_by_the_next() {
    let store = Arc::new(SqliteStore::in_memory_inline().expect("a store"));
    let courier = Arc::new(Fails::default());
    let first = engine(&store, &courier).await;
    while store.heard().await.expect("read").is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    first.stop().await.expect("stopped");
    alert(&store).await;
    assert_eq!(courier.seen(), []);
    let second = engine(&store, &courier).await;
    assert_eq!(end(&store).await.0, DeliveryState::Sent);
    second.stop().await.expect("stopped");
}
