//! Webhooks of a real node, which is killed while one is on its way.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use paceline_e2e::{Node, Project, wait};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The second attempt comes within five seconds of the first.
const SOON: Duration = Duration::from_secs(30);

type Messages = Arc<Mutex<Vec<(String, Value)>>>;

/// Checks signatures, refuses the first message, and keeps what came.
async fn receive(State(messages): State<Messages>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let webhook = Webhook::new(SECRET).expect("a secret");
    if webhook.verify(&body, &headers).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    let id = headers["webhook-id"].to_str().expect("text").to_owned();
    let body = serde_json::from_slice(&body).expect("JSON");
    let mut messages = messages.lock().expect("not poisoned");
    messages.push((id, body));
    if messages.len() == 1 {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    }
}

async fn receiver() -> (SocketAddr, Messages) {
    let messages = Messages::default();
    let router = Router::new()
        .fallback(receive)
        .with_state(Arc::clone(&messages));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, messages)
}

#[tokio::test]
async fn a_webhook_that_was_not_taken_outlives_a_kill() {
    let (address, messages) = receiver().await;
    let project = Project::new();
    let mut config = std::fs::read_to_string(project.config()).expect("read");
    write!(
        config,
        "\n[[notify]]\nname = \"ops\"\nevents = [\"failed\"]\n\
         webhook = \"http://{address}/hook\"\nsecret = \"{SECRET}\"\n\
         [webhooks]\nallow = [\"127.0.0.1\"]\n"
    )
    .expect("writing to a string");
    std::fs::write(project.config(), config).expect("written");
    let node = Node::start(&project).await;
    let job = json!({"task": "unit", "user": "ana", "params": {"key": "u", "fail": true}});
    let id = node.api().submit(&job).await;
    let count = || messages.lock().expect("not poisoned").len();
    // What a killed node had in hand is due at once when it is taken for dead; what is tried here
    // is that the pause before the next attempt outlives it.
    wait::until("the first attempt to be recorded", SOON, || async {
        let list = node.api().get("/notifications/deliveries").await.ok();
        let one = &list["items"][0];
        // It counts from when it is taken up; what became of it comes later.
        (one["attempts"] == 1 && one["error"].is_string()).then_some(())
    })
    .await;
    assert_eq!(count(), 1);
    node.kill9().await;

    let node = Node::start(&project).await;
    wait::until_true("the second attempt", SOON, || count() == 2).await;
    let sent = wait::until("it is settled", SOON, || async {
        let list = node.api().get("/notifications/deliveries").await.ok();
        let one = list["items"][0].clone();
        (one["state"] == "sent").then_some(one)
    });
    let (sent, _) = sent.await;
    assert_eq!(sent["subscription"], "ops");
    {
        let messages = messages.lock().expect("not poisoned");
        let [first, second] = &messages[..] else {
            panic!("two attempts: {messages:?}");
        };
        assert_eq!(first, second, "the same message under the same id");
        assert_eq!(second.1["type"], "job.failed");
        assert_eq!(second.1["data"]["job"], id.as_str());
        assert_eq!(second.1["data"]["message"], "told to fail");
        let webhook_id = sent["id"].as_str().map(|id| format!("msg_{id}"));
        assert_eq!(webhook_id.as_deref(), Some(second.0.as_str()));
    }
    let listed = node.api().get("/notifications?user=ana").await.ok();
    assert_eq!(listed["unread"], 1, "{listed}");
    assert_eq!(listed["items"][0]["news"]["job"], id.as_str());
    node.stop(Duration::from_secs(15)).await;
}
