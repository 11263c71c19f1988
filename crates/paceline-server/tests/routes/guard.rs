//! What other people's pages may not do.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Server, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn other_host_names_are_not_answered() {
    let mut setup = Setup::default();
    setup.options.allowed_hosts = vec!["box.lan".to_owned()];
    let server = Server::start_with(setup).await;
    for host in ["evil.example", "evil.example:7421", "192.168.0.7"] {
        for path in ["/health", "/api/v1/jobs", "/api/openapi.json", "/nothing"] {
            let answer = server.call(Method::GET, path, |request| request.header("host", host));
            answer.await.problem("host_not_allowed");
        }
    }
    for host in [
        "localhost",
        "localhost:7421",
        "127.0.0.1",
        "[::1]:1",
        "box.lan:80",
        "x.localhost",
    ] {
        let answer = server.call(Method::GET, "/health", |request| {
            request.header("host", host)
        });
        answer.await.ok(200);
    }
    let answer = server.call(Method::GET, "/health", |request| {
        request.header("host", "a b")
    });
    answer.await.problem("bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_change_nothing() {
    let server = Server::start().await;
    server.declare("t").await;
    let own = format!("http://{}", server.address);
    for (name, value, allowed) in [
        ("origin", "https://evil.example", false),
        ("origin", "http://127.0.0.1:1", false),
        ("origin", "null", false),
        ("sec-fetch-site", "cross-site", false),
        ("sec-fetch-site", "same-site", false),
        ("sec-fetch-site", "same-origin", true),
        ("sec-fetch-site", "none", true),
        ("origin", own.as_str(), true),
    ] {
        let job = json!({"task": "t"});
        let answer = server
            .call(Method::POST, "/api/v1/jobs", |request| {
                request.header(name, value).json(&job)
            })
            .await;
        if allowed {
            answer.ok(201);
        } else {
            answer.problem("cross_origin");
            let answer = server.call(Method::DELETE, "/api/v1/jobs/019d", |request| {
                request.header(name, value)
            });
            answer.await.problem("cross_origin");
        }
        // Reading is harmless: without leave of the server a page never sees the answer.
        let answer = server
            .call(Method::GET, "/api/v1/jobs", |request| {
                request.header(name, value)
            })
            .await;
        answer.ok(200);
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_not_kept_nor_guessed_at() {
    let server = Server::start().await;
    for path in ["/health", "/api/v1/jobs", "/nothing"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}
