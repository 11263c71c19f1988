//! Notifications, messages outside, preferences, alerts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::Time;
use paceline_core::alert::{AlertCode, Finding, Thresholds};
use paceline_core::id::{DeliveryId, EventSeq};
use paceline_core::node::{Gauges, NodeFacts};
use paceline_core::notify::{Channel, EVERYBODY, Target, Topic};
use paceline_core::outbox::{NewDelivery, Post};
use paceline_core::retry::RetryPolicy;
use paceline_core::store::Store;
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_engine::{Notifications, Watching};
use paceline_notify::Allowed;
use paceline_server::ServerOptions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Server, Setup, fail, succeed, until};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Sends webhooks, and no mail.
fn courier() -> Arc<paceline_notify::Post> {
    #[derive(Debug)]
    struct Still;
    impl paceline_core::clock::Clock for Still {
        fn now(&self) -> paceline_core::Time {
            paceline_core::Time::EPOCH
        }
    }
    let courier =
        paceline_notify::Post::new(Allowed::default(), None, BTreeMap::new(), Arc::new(Still));
    Arc::new(courier.expect("set up"))
}

async fn server() -> Server {
    server_with(courier()).await
}

async fn server_with(courier: Arc<paceline_notify::Post>) -> Server {
    let options = ServerOptions {
        courier: Some(courier),
        ..ServerOptions::new("1.2.3")
    };
    Server::start_with(Setup {
        options,
        ..Setup::default()
    })
    .await
}

async fn put(server: &Server, path: &str, body: &Value) -> crate::harness::Answer {
    server
        .call(Method::PUT, path, |request| request.json(body))
        .await
}

/// A job of ana that failed, told to her, to everybody, and to an address.
async fn told(server: &Server) {
    server.declare("a").await;
    server.submit(&json!({"task": "a", "user": "ana"})).await;
    let lease = server.take("a").await;
    server.finish(&lease, fail("no model")).await;
    let outbox = server.faulty.outbox();
    let heard = outbox
        .hear(EventSeq(0), 1000, vec![Topic::Failed])
        .await
        .expect("heard");
    let failed = heard.news.last().expect("a failure").clone();
    let message = NewDelivery {
        id: DeliveryId::from_bytes([7; 16]),
        channel: Channel::Webhook,
        target: Target::Configured("ops".to_owned()),
        address: "https://hooks.example/".to_owned(),
        news: failed.clone(),
    };
    let mut before = failed.clone();
    before.seq = EventSeq(1);
    let post = Post {
        from: None,
        to: heard.through,
        notices: vec![("ana".to_owned(), failed), (EVERYBODY.to_owned(), before)],
        deliveries: vec![message],
        now: server.engine.handle().now(),
    };
    assert!(outbox.post(post).await.expect("posted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_listed_and_read() {
    let server = server().await;
    told(&server).await;
    let page = server.get("/api/v1/notifications?user=ana").await.ok(200);
    assert_eq!(
        (&page["unread"], &page["next_cursor"]),
        (&json!(2), &Value::Null)
    );
    let first = &page["items"][0];
    assert_eq!(first["type"], "job.failed");
    assert_eq!(
        (&first["everybody"], &first["read_at"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(first["news"]["user"], "ana");
    assert_eq!(first["news"]["message"], "no model");
    assert_eq!(page["items"][1]["everybody"], true);

    let page = server
        .get("/api/v1/notifications?user=ana&limit=1")
        .await
        .ok(200);
    let cursor = page["next_cursor"].as_str().expect("there is more");
    let rest = format!("/api/v1/notifications?user=ana&cursor={cursor}");
    let rest = server.get(&rest).await.ok(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
    let others = server.get("/api/v1/notifications").await.ok(200);
    assert_eq!(others["unread"], 1, "only everybody's");

    let one = json!({"user": "ana", "ids": [first["id"]]});
    let read = server
        .post("/api/v1/notifications/read", &one)
        .await
        .ok(200);
    assert_eq!(read, json!({"changed": 1}));
    let unread = "/api/v1/notifications?user=ana&unread=true";
    let left = server.get(unread).await.ok(200);
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1));
    let all = json!({"user": "ana", "all": true});
    let read = server
        .post("/api/v1/notifications/read", &all)
        .await
        .ok(200);
    assert_eq!(read, json!({"changed": 1}));
    for wrong in [json!({}), json!({"ids": [1], "all": true})] {
        let answer = server.post("/api/v1/notifications/read", &wrong).await;
        answer.field_problem("invalid_field", "ids");
    }
    let answer = server.get("/api/v1/notifications?user=").await;
    answer.field_problem("invalid_field", "user");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_outside_are_shown_with_what_became_of_them() {
    let server = server().await;
    told(&server).await;
    let list = server.get("/api/v1/notifications/deliveries").await.ok(200);
    let one = &list["items"][0];
    assert_eq!(
        (&one["channel"], &one["state"]),
        (&json!("webhook"), &json!("waiting"))
    );
    assert_eq!(
        (&one["subscription"], &one["user"]),
        (&json!("ops"), &Value::Null)
    );
    assert_eq!((&one["attempts"], &one["error"]), (&json!(0), &Value::Null));
    assert_eq!(
        one["news"]["title"]
            .as_str()
            .map(|title| title.ends_with("failed")),
        Some(true)
    );
    let sent = server
        .get("/api/v1/notifications/deliveries?state=sent")
        .await
        .ok(200);
    assert_eq!(sent["items"], json!([]));
    let answer = server
        .get("/api/v1/notifications/deliveries?state=lost")
        .await;
    answer.field_problem("invalid_field", "state");
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_checked_kept_and_shown_without_their_secret() {
    let server = server().await;
    let path = "/api/v1/preferences?user=ana";
    let default = server.get(path).await.ok(200);
    assert_eq!(
        default["in_app"],
        json!(["failed", "long_running", "alert"])
    );
    assert_eq!(
        (&default["email"], &default["user"]),
        (&Value::Null, &json!("ana"))
    );
    let webhook = |url: &str| json!({"url": url, "events": ["alert", "failed", "failed"]});
    let url = "https://hooks.example/x";
    let mut wanted = webhook(url);
    put(&server, path, &json!({"webhook": wanted}))
        .await
        .field_problem("invalid_field", "webhook");
    wanted["secret"] = SECRET.into();
    let body = json!({"in_app": [], "webhook": wanted, "long_running_after": "30m"});
    let set = put(&server, path, &body).await.ok(200);
    let expected = json!({
        "user": "ana", "in_app": [], "email": null, "long_running_after": "30m",
        "webhook": {"url": url, "events": ["failed", "alert"]},
    });
    assert_eq!(set, expected);
    assert_eq!(server.get(path).await.ok(200), expected);
    let again = json!({"webhook": webhook(url)});
    put(&server, path, &again).await.ok(200);
    let kept = server.faulty.outbox().preferences().await.expect("read");
    assert_eq!(kept["ana"].webhook_secret.as_deref(), Some(SECRET));

    for (wrong, field) in [
        (
            json!({"webhook": webhook("https://other.example/")}),
            "webhook",
        ),
        (
            json!({"webhook": {"url": "http://169.254.169.254/", "events": [], "secret": SECRET}}),
            "webhook",
        ),
        (
            json!({"email": {"address": "ana@example.com", "events": []}}),
            "email.address",
        ),
        (json!({"in_app": ["everything"]}), "in_app[0]"),
    ] {
        let answer = put(&server, path, &wrong).await;
        answer.field_problem("invalid_field", field);
    }
    let nobody = server.get("/api/v1/preferences").await.ok(200);
    assert_eq!(nobody["user"], Value::Null);
}

/// A node whose only worker does nothing.
#[derive(Debug)]
struct Idle;

impl Gauges for Idle {
    fn look(&self) -> NodeFacts {
        let worker = WorkerStatus {
            state: WorkerState::Idle,
            tasks: vec!["lonely".to_owned()],
            ..WorkerStatus::starting("pool", 0, Time::EPOCH)
        };
        NodeFacts {
            workers: vec![worker],
            ..NodeFacts::default()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_queue_is_found_told_and_closed_again() {
    let courier = courier();
    let mut server = server_with(Arc::clone(&courier)).await;
    server.engine.notify(Notifications {
        subscriptions: Vec::new(),
        courier,
        retries: RetryPolicy::default(),
    });
    server.engine.watch(Watching {
        gauges: Arc::new(Idle),
        thresholds: Thresholds {
            stuck_after: Duration::ZERO,
            ..Thresholds::default()
        },
        every: Duration::from_millis(50),
    });
    server.declare("lonely").await;
    server.show_worker(WorkerState::Idle, &["lonely"]);
    let id = server.submit(&json!({"task": "lonely"})).await;
    let stuck = async || {
        let alerts = server.get("/api/v1/alerts").await.ok(200);
        let items = alerts["items"].as_array().expect("alerts").clone();
        let is_stuck = |alert: &Value| alert["code"] == "queue_stuck";
        items.into_iter().find(is_stuck)
    };
    let alert = until("the alert is open", async || stuck().await).await;
    assert_eq!(alert["subject"], "lonely");
    let why = "jobs wait for `lonely` though 1 of its workers does nothing";
    assert_eq!(alert["message"], why);
    let told = async |kind: &str| {
        until(kind, async || {
            let page = server.get("/api/v1/notifications").await.ok(200);
            let items = page["items"].as_array().expect("notices").clone();
            items.into_iter().find(|notice| notice["type"] == kind)
        })
        .await
    };
    let notice = told("alert.opened").await;
    assert_eq!(notice["everybody"], true);
    assert!(notice.to_string().contains(why), "{notice}");

    let lease = server.take("lonely").await;
    server.finish(&lease, succeed(&json!(1))).await;
    server.until(&id, "completed").await;
    told("alert.closed").await;
    assert_eq!(stuck().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_alerts_are_listed_and_part_of_the_status() {
    let server = server().await;
    let none = server.get("/api/v1/alerts").await.ok(200);
    assert_eq!(none["items"], json!([]));
    let finding = Finding {
        code: AlertCode::DiskLow,
        subject: "alpha".to_owned(),
        message: "node `alpha` has 1.0 % of its disk left".to_owned(),
        mark: String::new(),
        lasting: std::time::Duration::ZERO,
    };
    let now = server.engine.handle().now();
    let settled = server.faulty.watch().settle_alerts(vec![finding], now);
    settled.await.expect("settled");
    let alerts = server.get("/api/v1/alerts").await.ok(200);
    let alert = &alerts["items"][0];
    assert_eq!(
        (&alert["code"], &alert["subject"]),
        (&json!("disk_low"), &json!("alpha"))
    );
    assert!(alert["since"].is_string(), "{alert}");
    let status = server.get("/api/v1/status").await.ok(200);
    assert_eq!(status["alerts"], alerts["items"]);
}
