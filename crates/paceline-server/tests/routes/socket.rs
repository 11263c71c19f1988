//! Events over a WebSocket: nothing is missed, no other site listens, and the server can stop.

use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::Server;

const SOON: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(server: &Server, query: &str, origin: Option<&str>) -> Result<Socket, Error> {
    let url = server.url(&format!("/api/v1/ws{query}"));
    let mut request = url.replacen("http", "ws", 1).into_client_request()?;
    if let Some(origin) = origin {
        let origin = origin.parse().expect("a header");
        request.headers_mut().insert("origin", origin);
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

/// What comes next but for signs of life.
async fn next(socket: &mut Socket) -> Message {
    loop {
        let message = tokio::time::timeout(SOON, socket.next()).await;
        match message.expect("it comes soon").expect("it is open") {
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(message) => return message,
            Err(error) => panic!("{error}"),
        }
    }
}

async fn next_json(socket: &mut Socket) -> Value {
    let message = next(socket).await;
    serde_json::from_str(message.to_text().expect("text")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_comes_back_misses_nothing() {
    let server = Server::start().await;
    server.declare("t").await;
    server.declare("other").await;
    let mut socket = open(&server, "?task=t", None).await.expect("a socket");
    let begin = next_json(&mut socket).await;
    assert_eq!(begin["type"], "begin");
    let first = server.submit(&json!({"task": "t"})).await;
    let event = next_json(&mut socket).await;
    assert_eq!(
        (&event["type"], &event["job"]),
        (&json!("job.submitted"), &json!(first))
    );
    assert!(event["seq"].as_i64() > begin["last_event_id"].as_i64());
    drop(socket);

    server.submit(&json!({"task": "other"})).await;
    let second = server.submit(&json!({"task": "t"})).await;
    let query = format!("?task=t&last_event_id={}", event["seq"]);
    let mut socket = open(&server, &query, None).await.expect("a socket");
    assert_eq!(next_json(&mut socket).await["last_event_id"], event["seq"]);
    assert_eq!(next_json(&mut socket).await["job"], json!(second));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_listens() {
    let server = Server::start().await;
    let refused = open(&server, "", Some("https://evil.example")).await;
    let Err(Error::Http(answer)) = refused else {
        panic!("it is refused");
    };
    assert_eq!(answer.status(), 403);
    let own = server.url("");
    open(&server, "", Some(&own))
        .await
        .expect("its own page may");
    // Without an upgrade the address says what it is for.
    let plain = server.get("/api/v1/ws").await;
    let problem = plain.problem("bad_request");
    assert!(
        problem["detail"].to_string().contains("WebSocket"),
        "{problem}"
    );
    let wrong = server.get("/api/v1/ws?type=job.failed").await;
    wrong.field_problem("unknown_field", "type");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so() {
    let server = Server::start().await;
    let mut socket = open(&server, "", None).await.expect("a socket");
    next_json(&mut socket).await;
    server.stop.cancel();
    let Message::Close(Some(frame)) = next(&mut socket).await else {
        panic!("it says why");
    };
    assert_eq!(frame.code, CloseCode::Away);
    let stopped = tokio::time::timeout(SOON, server.serving).await;
    stopped.expect("it stops").expect("in order");
}
