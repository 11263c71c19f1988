//! Requests that are wrong from the ground up. None of them may be answered with a 500.

use std::time::Duration;

use paceline_server::ServerOptions;
use reqwest::Method;
use serde_json::json;

use crate::harness::{Server, Setup};

const JSON: &str = "application/json";

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_json() {
    let server = Server::start().await;
    server.declare("t").await;
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"nope".to_vec(),
        b"{'task':'t'}".to_vec(),
        b"{\"task\":\"t\",}".to_vec(),
        b"{\"task\":\"t\"} {}".to_vec(),
        b"{\"task\":\"\xff\xfe\"}".to_vec(),
        b"{\"task\":\"t\",\"params\":{\"a\":\"\xff\"}}".to_vec(),
        b"\xef\xbb\xbf{\"task\":\"t\"}".to_vec(),
        b"\0\0\0\0".to_vec(),
        deep.clone().into_bytes(),
    ];
    for body in bodies {
        for path in ["/api/v1/jobs", "/api/v1/jobs/bulk", "/api/v1/jobs/actions"] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let answer = server
                .call(Method::POST, path, |request| {
                    request.header("content-type", JSON).body(body.clone())
                })
                .await;
            assert!(
                (400..500).contains(&answer.status),
                "{path} {shown}: {}",
                answer.text
            );
            if path == "/api/v1/jobs" && !shown.starts_with('[') {
                answer.problem("not_json");
            }
        }
    }
    // What is nested deeply, but only passed on, is none of the server's business.
    let body = format!("{{\"task\":\"t\",\"params\":{{\"a\":{deep}}}}}");
    let answer = server
        .call(Method::POST, "/api/v1/jobs", |request| {
            request.header("content-type", JSON).body(body)
        })
        .await;
    assert!(answer.status < 500, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_another_type() {
    let server = Server::start().await;
    server.declare("t").await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "nonsense",
    ] {
        for path in ["/api/v1/jobs", "/api/v1/jobs/bulk", "/api/v1/jobs/actions"] {
            let answer = server.call(Method::POST, path, |request| {
                request
                    .header("content-type", content_type)
                    .body("{\"task\":\"t\"}")
            });
            answer.await.problem("wrong_content_type");
        }
    }
    for content_type in [JSON, "application/x-ndjson"] {
        let answer = server.call(Method::POST, "/api/v1/jobs", |request| {
            request
                .header("content-type", content_type)
                .header("content-encoding", "gzip")
                .body("{\"task\":\"t\"}")
        });
        answer.await.problem("wrong_content_type");
    }
    let answer = server.call(Method::POST, "/api/v1/jobs", |request| request.body("{}"));
    answer.await.problem("wrong_content_type");
    for content_type in [
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/ld+json",
    ] {
        let answer = server.call(Method::POST, "/api/v1/jobs", |request| {
            request
                .header("content-type", content_type)
                .body("{\"task\":\"t\"}")
        });
        answer.await.ok(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_large() {
    let mut options = ServerOptions::new("1");
    options.limits.json = 1000;
    options.limits.bulk = 2000;
    let server = Server::start_with(Setup {
        options,
        ..Setup::default()
    })
    .await;
    server.declare("t").await;
    for (path, size) in [
        ("/api/v1/jobs", 1001),
        ("/api/v1/jobs", 5 << 20),
        ("/api/v1/jobs/bulk", 2001),
    ] {
        let answer = server.call(Method::POST, path, |request| {
            request.header("content-type", JSON).body(" ".repeat(size))
        });
        answer.await.problem("body_too_large");
    }
    let job = json!({"task": "t", "params": {"a": "x".repeat(900)}});
    server.post("/api/v1/jobs", &job).await.ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stops_arriving() {
    let mut options = ServerOptions::new("1");
    options.limits.idle = Duration::from_millis(50);
    let server = Server::start_with(Setup {
        options,
        ..Setup::default()
    })
    .await;
    let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let answer = server
        .call(Method::POST, "/api/v1/jobs", |request| {
            request
                .header("content-type", JSON)
                .body(reqwest::Body::wrap_stream(never))
        })
        .await;
    answer.problem("body_timeout");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_and_methods() {
    let server = Server::start().await;
    for path in [
        "/nothing",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/jobs/",
        "/%ff",
        "/api/docs/nothing.js",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.problem("no_such_route");
    }
    for (method, path, allow) in [
        (Method::PUT, "/api/v1/jobs", "GET,HEAD,POST"),
        (Method::DELETE, "/api/v1/tasks", "GET,HEAD"),
        (Method::GET, "/api/v1/jobs/bulk", "POST"),
        (Method::POST, "/health", "GET,HEAD"),
        (Method::PATCH, "/api/openapi.json", "GET,HEAD"),
    ] {
        let answer = server.call(method.clone(), path, |request| request).await;
        answer.problem("method_not_allowed");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_name_no_job() {
    let server = Server::start().await;
    let missing = "019d0f3a-0000-7000-8000-000000000000";
    for (method, path) in [
        (Method::GET, ""),
        (Method::GET, "/wait"),
        (Method::GET, "/items"),
        (Method::GET, "/items/a"),
        (Method::GET, "/results"),
        (Method::GET, "/errors"),
        (Method::GET, "/events"),
        (Method::GET, "/samples"),
        (Method::GET, "/graph"),
        (Method::GET, "/log"),
        (Method::DELETE, ""),
        (Method::POST, "/cancel"),
        (Method::POST, "/pause"),
        (Method::POST, "/resume"),
        (Method::POST, "/retry"),
        (Method::POST, "/restart"),
    ] {
        for id in [
            missing,
            "019d",
            "019",
            "zzzz",
            "%00",
            "'; DROP TABLE jobs",
            "💥",
        ] {
            let path = format!("/api/v1/jobs/{id}{path}");
            server
                .call(method.clone(), &path, |request| request)
                .await
                .problem("no_such_job");
        }
    }
    let path = format!("/api/v1/jobs/{missing}");
    let answer = server.call(Method::PATCH, &path, |request| {
        request.json(&json!({"workers": 1}))
    });
    answer.await.problem("no_such_job");
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_that_are_wrong() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    for (path, code, field) in [
        (
            "/api/v1/jobs?sate=failed".to_owned(),
            "unknown_field",
            "sate",
        ),
        (
            "/api/v1/jobs?state=lost".to_owned(),
            "invalid_field",
            "state",
        ),
        ("/api/v1/jobs?limit=0".to_owned(), "invalid_field", "limit"),
        (
            "/api/v1/jobs?limit=501".to_owned(),
            "invalid_field",
            "limit",
        ),
        ("/api/v1/jobs?limit=-1".to_owned(), "invalid_field", "limit"),
        (
            "/api/v1/jobs?limit=many".to_owned(),
            "invalid_field",
            "limit",
        ),
        ("/api/v1/jobs?sort=name".to_owned(), "invalid_field", "sort"),
        (
            "/api/v1/jobs?cursor=x".to_owned(),
            "invalid_field",
            "cursor",
        ),
        (
            "/api/v1/jobs?cursor=%5Bnull%2C1%5D".to_owned(),
            "invalid_field",
            "cursor",
        ),
        (
            "/api/v1/jobs?label=team".to_owned(),
            "invalid_field",
            "label",
        ),
        (
            "/api/v1/jobs?created_after=monday".to_owned(),
            "invalid_field",
            "created_after",
        ),
        (
            format!("/api/v1/jobs/{id}/items?state=lost"),
            "invalid_field",
            "state",
        ),
        (
            format!("/api/v1/jobs/{id}/items?cursor=x"),
            "invalid_field",
            "cursor",
        ),
        (
            format!("/api/v1/jobs/{id}/results?format=xml"),
            "invalid_field",
            "format",
        ),
        (
            format!("/api/v1/jobs/{id}/wait?timeout=1h"),
            "invalid_field",
            "timeout",
        ),
        (
            format!("/api/v1/jobs/{id}/log?tail=-1"),
            "invalid_field",
            "tail",
        ),
        (
            format!("/api/v1/jobs/{id}/log?follow=perhaps"),
            "invalid_field",
            "follow",
        ),
        (
            format!("/api/v1/jobs/{id}/events?cursor=x"),
            "invalid_field",
            "cursor",
        ),
        (
            "/api/v1/events?types=job.lost".to_owned(),
            "invalid_field",
            "types",
        ),
        ("/api/v1/events?kind=x".to_owned(), "unknown_field", "kind"),
    ] {
        server.get(&path).await.field_problem(code, field);
    }
    server
        .get("/api/v1/events?job=nothing")
        .await
        .problem("no_such_job");
}
