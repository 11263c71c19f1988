use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use paceline_core::notify::{Channel, Target};
use paceline_core::outbox::{Courier, Delivery, Undelivered};
use standardwebhooks::Webhook;

use super::{SECRET, delivery, post};

type Requests = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Answers what the path asks for, and keeps what came.
async fn answer(
    State(requests): State<Requests>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    requests.lock().expect("not poisoned").push((headers, body));
    match uri.path() {
        "/busy" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "90")]).into_response(),
        "/elsewhere" => (StatusCode::FOUND, [("location", "/")]).into_response(),
        "/gone" => StatusCode::GONE.into_response(),
        "/broken" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn receiver() -> (SocketAddr, Requests) {
    let requests = Requests::default();
    let router = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&requests));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, requests)
}

fn to(url: String) -> Delivery {
    delivery(Channel::Webhook, url)
}

fn count(requests: &Requests) -> usize {
    requests.lock().expect("not poisoned").len()
}

#[tokio::test]
async fn a_webhook_carries_a_signature_that_others_can_check() {
    let (address, requests) = receiver().await;
    let post = post(&["127.0.0.0/8"], None);
    let sent = to(format!("http://{address}/hook"));
    post.carry(&sent).await.expect("carried");
    post.carry(&sent).await.expect("carried again");
    let requests = requests.lock().expect("not poisoned");
    let (headers, body) = &requests[0];
    let webhook = Webhook::new(SECRET).expect("a secret");
    webhook.verify(body, headers).expect("our signature");
    let other = Webhook::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a secret");
    other.verify(body, headers).expect_err("not with another");
    let changed = [body, &b" "[..]].concat();
    webhook.verify(&changed, headers).expect_err("nor for more");
    assert_eq!(headers["content-type"], "application/json");
    let id = format!("msg_{}", sent.message.id);
    assert_eq!(headers["webhook-id"], id.as_str());
    assert_eq!(requests[1].0["webhook-id"], id.as_str(), "the same again");
    let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    assert_eq!(body["type"], "job.failed");
    assert_eq!(body["data"]["name"], "predict-ü");
    assert_eq!(body["data"]["message"], "no model");
}

#[tokio::test]
async fn a_users_webhook_is_signed_with_the_users_secret() {
    const OWN: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let (address, requests) = receiver().await;
    let mut sent = to(format!("http://{address}/"));
    sent.message.target = Target::User("ana".to_owned());
    let post = post(&["127.0.0.1"], None);
    let refused = post.carry(&sent).await.expect_err("there is no secret");
    assert!(refused.permanent, "{refused:?}");
    sent.secret = Some(OWN.to_owned());
    post.carry(&sent).await.expect("carried");
    let requests = requests.lock().expect("not poisoned");
    let (headers, body) = &requests[0];
    let webhook = Webhook::new(OWN).expect("a secret");
    webhook.verify(body, headers).expect("the user's signature");
}

#[tokio::test]
async fn what_the_receiver_answers_says_whether_to_try_again() {
    let (address, requests) = receiver().await;
    let post = post(&["127.0.0.1"], None);
    let answered = async |path: &str| {
        let carried = post.carry(&to(format!("http://{address}{path}"))).await;
        let Undelivered {
            message,
            permanent,
            retry_after,
        } = carried.expect_err("it was not taken");
        assert!(message.contains("answered"), "{message}");
        (permanent, retry_after)
    };
    assert_eq!(answered("/broken").await, (false, None));
    let pause = Duration::from_secs(90);
    assert_eq!(answered("/busy").await, (false, Some(pause)));
    assert_eq!(answered("/gone").await, (true, None));
    assert_eq!(answered("/elsewhere").await, (true, None));
    assert_eq!(count(&requests), 4, "a redirect is not followed");
}

#[tokio::test]
async fn no_webhook_reaches_what_only_this_machine_can() {
    let (address, requests) = receiver().await;
    let guarded = post(&[], None);
    let port = address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "0x7f.1",
        "2130706433",
    ] {
        let carried = guarded.carry(&to(format!("http://{host}:{port}/"))).await;
        let refused = carried.expect_err("it is this machine");
        assert!(refused.permanent, "{refused:?}");
        assert!(refused.message.contains("public"), "{refused:?}");
    }
    assert_eq!(count(&requests), 0, "nothing was even asked");
    let by_name = post(&["localhost"], None);
    let sent = to(format!("http://localhost:{port}/"));
    by_name.carry(&sent).await.expect("it is allowed by name");
    assert_eq!(count(&requests), 1);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_may_come_back() {
    let (address, _) = receiver().await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let free = free.expect("a port").local_addr().expect("an address");
    assert_ne!(address, free);
    let post = post(&["127.0.0.1"], None);
    let carried = post.carry(&to(format!("http://{free}/"))).await;
    let failed = carried.expect_err("nobody listens");
    assert!(!failed.permanent, "{failed:?}");
    assert!(failed.message.contains("cannot be reached"), "{failed:?}");
}
