//! The API document is complete, and so are the pages of the error codes.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use paceline_protocol::problem::Code;
use serde_json::Value;

use crate::harness::Server;

fn document() -> Value {
    serde_json::to_value(paceline_server::document("0.0.0")).expect("a document")
}

#[test]
fn the_document_is_as_it_was() {
    insta::assert_json_snapshot!("openapi", document());
}

/// The contract's routes of jobs, tasks and the system, each with its methods.
const ROUTES: &[(&str, &[&str])] = &[
    ("/api/jobs/cancel/{id}", &["post"]),
    ("/api/jobs/clear-completed", &["post"]),
    ("/api/jobs/pause/{id}", &["post"]),
    ("/api/jobs/reset", &["post"]),
    ("/api/jobs/resume/{id}", &["post"]),
    ("/api/jobs/status", &["get"]),
    ("/api/v1/batches", &["get", "post"]),
    ("/api/v1/batches/{id}", &["get"]),
    ("/api/v1/batches/{id}/cancel", &["post"]),
    ("/api/v1/batches/{id}/pause", &["post"]),
    ("/api/v1/batches/{id}/restart", &["post"]),
    ("/api/v1/batches/{id}/resume", &["post"]),
    ("/api/v1/batches/{id}/retry", &["post"]),
    ("/api/v1/alerts", &["get"]),
    ("/api/v1/events", &["get"]),
    ("/api/v1/jobs", &["get", "post"]),
    ("/api/v1/jobs/actions", &["post"]),
    ("/api/v1/jobs/bulk", &["post"]),
    ("/api/v1/jobs/counts", &["get"]),
    ("/api/v1/jobs/clear-completed", &["post"]),
    ("/api/v1/jobs/reset", &["post"]),
    ("/api/v1/jobs/{id}", &["delete", "get", "patch"]),
    ("/api/v1/jobs/{id}/cancel", &["post"]),
    ("/api/v1/jobs/{id}/errors", &["get"]),
    ("/api/v1/jobs/{id}/events", &["get"]),
    ("/api/v1/jobs/{id}/graph", &["get"]),
    ("/api/v1/jobs/{id}/items", &["get"]),
    ("/api/v1/jobs/{id}/items/{key}", &["get"]),
    ("/api/v1/jobs/{id}/log", &["get"]),
    ("/api/v1/jobs/{id}/pause", &["post"]),
    ("/api/v1/jobs/{id}/restart", &["post"]),
    ("/api/v1/jobs/{id}/results", &["get"]),
    ("/api/v1/jobs/{id}/resume", &["post"]),
    ("/api/v1/jobs/{id}/retry", &["post"]),
    ("/api/v1/jobs/{id}/samples", &["get"]),
    ("/api/v1/jobs/{id}/wait", &["get"]),
    ("/api/v1/schedules", &["get", "post"]),
    ("/api/v1/schedules/{id}", &["delete", "get", "put"]),
    ("/api/v1/schedules/{id}/pause", &["post"]),
    ("/api/v1/schedules/{id}/resume", &["post"]),
    ("/api/v1/schedules/{id}/run", &["post"]),
    ("/api/v1/notifications", &["get"]),
    ("/api/v1/notifications/deliveries", &["get"]),
    ("/api/v1/notifications/read", &["post"]),
    ("/api/v1/preferences", &["get", "put"]),
    ("/api/v1/status", &["get"]),
    ("/api/v1/ws", &["get"]),
    ("/api/v1/nodes", &["get"]),
    ("/api/v1/nodes/{name}/drain", &["post"]),
    ("/api/v1/nodes/{name}/resume", &["post"]),
    ("/api/v1/workers", &["get"]),
    ("/api/v1/system/samples", &["get"]),
    ("/api/v1/limits", &["get", "put"]),
    ("/api/v1/queues", &["get"]),
    ("/api/v1/queues/{name}", &["get", "put"]),
    ("/api/v1/queues/{name}/pause", &["post"]),
    ("/api/v1/queues/{name}/resume", &["post"]),
    ("/api/v1/tasks", &["get"]),
    ("/api/v1/tasks/{name}/history", &["get"]),
    ("/api/v1/tasks/{name}/pause", &["post"]),
    ("/api/v1/tasks/{name}/reset-breaker", &["post"]),
    ("/api/v1/tasks/{name}/resume", &["post"]),
    ("/api/v1/tasks/{name}", &["get"]),
    ("/api/v1/templates", &["get", "post"]),
    ("/api/v1/templates/{id}", &["delete", "get", "put"]),
    ("/api/v1/templates/{id}/launch", &["post"]),
    ("/health", &["get"]),
    ("/metrics", &["get"]),
    ("/ready", &["get"]),
];

#[test]
fn every_route_of_the_contract_is_documented() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let found: Vec<(&str, Vec<&str>)> = paths
        .iter()
        .map(|(path, item)| {
            let item = item.as_object().expect("operations");
            let mut methods: Vec<_> = item.keys().map(String::as_str).collect();
            methods.sort_unstable();
            (path.as_str(), methods)
        })
        .collect();
    let mut expected: Vec<(&str, Vec<&str>)> = ROUTES
        .iter()
        .map(|(path, methods)| (*path, methods.to_vec()))
        .collect();
    expected.sort();
    let mut found = found;
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_route_is_served() {
    let server = Server::start().await;
    for (path, methods) in ROUTES {
        for method in *methods {
            let path = path
                .replace("{id}", "019d0f3a")
                .replace("{key}", "k")
                .replace("{name}", "n");
            let method = method.to_uppercase().parse().expect("a method");
            if path == "/api/v1/events" {
                continue;
            }
            let answer = server.call(method, &path, |request| request).await;
            let unknown = answer.text.contains("no_such_route") || answer.status == 405;
            assert!(!unknown, "{path}: {}", answer.text);
        }
    }
}

#[test]
fn every_operation_says_all_that_it_may_answer() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, methods) in ROUTES {
        for method in *methods {
            let operation = &document["paths"][path][method];
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "operation id {id} is used twice");
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(
                summary.ends_with('.'),
                "{method} {path} has no summary: {summary:?}"
            );
            let responses = operation["responses"].as_object().expect("responses");
            for status in ["403", "500"] {
                let problem = &responses[status]["content"]["application/problem+json"];
                assert_eq!(
                    problem["schema"]["$ref"], "#/components/schemas/Problem",
                    "{method} {path} {status}"
                );
            }
            if path.contains("{id}") {
                assert!(responses.contains_key("404"), "{method} {path}");
            }
            for (status, response) in responses {
                let text = response["description"].as_str().unwrap_or_default();
                assert!(
                    !text.is_empty(),
                    "{method} {path} {status} has no description"
                );
            }
            // A WebSocket is opened by 101.
            let good = |status: &String| status.starts_with('2') || status == "101";
            let good = responses.keys().any(good);
            assert!(good, "{method} {path}");
        }
    }
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(target) if name == "$ref" => references.push(target.clone()),
                    member => collect(member, references),
                }
            }
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| collect(element, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_error_code_has_its_page_and_every_page_its_code() {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("tests are run by cargo");
    let folder = Path::new(&here).join("../../docs/errors");
    let pages: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("docs/errors")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    let expected: BTreeSet<String> = Code::ALL
        .iter()
        .map(|code| format!("{}.md", code.as_str().replace('_', "-")))
        .collect();
    assert_eq!(pages, expected);
    for code in Code::ALL {
        let page = folder.join(format!("{}.md", code.as_str().replace('_', "-")));
        let text = std::fs::read_to_string(page).expect("a page");
        for part in [
            format!("# `{code}`: "),
            format!("Status {}.", code.status()),
            "## Cause".to_owned(),
            "## Remedy".to_owned(),
        ] {
            assert!(text.contains(&part), "the page of {code} lacks {part:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_shows_it_needs_nothing_from_elsewhere() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/api/openapi.json").await.ok(200)["info"]["version"],
        "1.2.3"
    );
    let (content_type, page) = file(&server, "").await;
    assert_eq!(content_type, "text/html; charset=utf-8");
    let sources = page.split(['"', '\'']).filter(|text| text.contains("://"));
    assert_eq!(sources.collect::<Vec<_>>(), Vec::<&str>::new());
    for name in [
        "swagger-ui-bundle.js",
        "swagger-ui.css",
        "swagger-initializer.js",
    ] {
        assert!(page.contains(name), "{page}");
        let (content_type, text) = file(&server, name).await;
        assert!(content_type.ends_with("charset=utf-8"), "{content_type}");
        let shows = text.contains("../openapi.json");
        assert_eq!(shows, name == "swagger-initializer.js", "{name}");
    }
}

/// A file of the page, with its content type.
async fn file(server: &Server, name: &str) -> (String, String) {
    let url = server.url(&format!("/api/docs/{name}"));
    let answer = server.client.get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{name}");
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value
            .map_or("", |value| value.to_str().expect("text"))
            .to_owned()
    };
    let (content_type, encoding) = (header("content-type"), header("content-encoding"));
    let bytes = answer.bytes().await.expect("a body");
    let mut text = String::new();
    if encoding == "gzip" {
        let mut unpacked = flate2::read::GzDecoder::new(&*bytes);
        unpacked.read_to_string(&mut text).expect("UTF-8");
    } else {
        text.push_str(std::str::from_utf8(&bytes).expect("UTF-8"));
    }
    (content_type, text)
}
