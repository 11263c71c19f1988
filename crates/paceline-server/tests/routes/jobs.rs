//! Looking at jobs: one, many, by prefix, over time.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::harness::{Server, fail, succeed, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_found_by_a_prefix_that_only_it_has() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    for prefix in [
        &id[..4],
        &id[..13],
        &id[..],
        &id.to_uppercase(),
        &id.replace('-', ""),
    ] {
        let found = server.get(&format!("/api/v1/jobs/{prefix}")).await.ok(200);
        assert_eq!(found["id"], id, "{prefix}");
    }
    let other = server.submit(&json!({"task": "t"})).await;
    let problem = server
        .get(&format!("/api/v1/jobs/{}", &id[..4]))
        .await
        .problem("ambiguous_id");
    let candidates: HashSet<_> = problem["candidates"]
        .as_array()
        .expect("candidates")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(candidates, HashSet::from([id.as_str(), other.as_str()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_counted_by_state_under_a_filter() {
    let server = Server::start().await;
    server.declare("t").await;
    for job in [
        json!({"task": "t", "user": "ana"}),
        json!({"task": "t", "user": "ana", "run_at": "2099-01-01T00:00:00Z"}),
        json!({"task": "t", "user": "ben"}),
    ] {
        server.submit(&job).await;
    }
    let all = server.get("/api/v1/jobs/counts").await.ok(200);
    assert_eq!(all["states"]["scheduled"], 1);
    assert_eq!(all["states"]["failed"], 0);
    let mine = server.get("/api/v1/jobs/counts?user=ben").await.ok(200);
    let states = mine["states"].as_object().expect("states");
    let sum: u64 = states.values().filter_map(Value::as_u64).sum();
    assert_eq!((sum, states.len()), (1, 9));
    assert_eq!(mine["at_least"], json!([]));
    let asked = "/api/v1/jobs/counts?user=ana&state=scheduled,failed";
    let some = server.get(asked).await.ok(200);
    assert_eq!(some["states"], json!({"scheduled": 1, "failed": 0}));
    let wrong = server.get("/api/v1/jobs/counts?state=lost").await;
    wrong.problem("invalid_field");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered() {
    let server = Server::start().await;
    server.declare("a").await;
    server.declare("b").await;
    for job in [
        json!({"task": "a", "user": "ana", "queue": "q1", "batch": "n", "labels": {"team": "x", "k": "v"}}),
        json!({"task": "a", "user": "ben", "key": "dealer-7", "params": {"sku": "needle"}}),
        json!({"task": "b", "user": "ana", "run_at": "2099-01-01T00:00:00Z"}),
        json!({"task": "b", "items": []}),
    ] {
        server.submit(&job).await;
    }
    for (query, total) in [
        ("", 4),
        ("?task=a", 2),
        ("?user=ana", 2),
        ("?user=ana&task=b", 1),
        ("?queue=q1", 1),
        ("?batch=n", 1),
        ("?key=dealer-7", 1),
        ("?label=team:x", 1),
        ("?label=team:x&label=k:v", 1),
        ("?label=team:x,k:w", 0),
        ("?q=needle", 1),
        ("?q=", 4),
        ("?state=pending", 2),
        ("?state=scheduled,completed", 2),
        ("?state=scheduled&state=completed", 2),
        ("?state=failed", 0),
        ("?created_after=2099-01-01T00:00:00Z", 0),
        ("?created_before=2099-01-01T00:00:00Z", 4),
    ] {
        let page = server.get(&format!("/api/v1/jobs{query}")).await.ok(200);
        assert_eq!(page["total"], total, "{query}");
        assert_eq!(
            page["items"].as_array().expect("items").len(),
            total,
            "{query}"
        );
        assert_eq!(page["next_cursor"], Value::Null, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_in_any_order() {
    let server = Server::start().await;
    server.declare("t").await;
    for number in 0..23 {
        let priority = ["low", "normal", "high"][number % 3];
        server
            .submit(&json!({"task": "t", "priority": priority, "user": format!("u{number:02}")}))
            .await;
    }
    for sort in [
        "",
        "created_at",
        "-priority",
        "priority",
        "state",
        "-duration",
        "progress",
        "-started_at",
    ] {
        let mut seen = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let request = server
                .client
                .get(server.url("/api/v1/jobs"))
                .query(&[("limit", "5"), ("sort", sort)]);
            let request = match &cursor {
                Some(cursor) => request.query(&[("cursor", cursor)]),
                None => request,
            };
            let page: Value = request
                .send()
                .await
                .expect("sent")
                .json()
                .await
                .expect("JSON");
            assert_eq!(page["total"], 23, "{sort}: {page}");
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 5);
            seen.extend(
                items
                    .iter()
                    .map(|job| (job["priority"].clone(), job["user"].clone())),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        let users: HashSet<_> = seen.iter().map(|(_, user)| user.to_string()).collect();
        assert_eq!((seen.len(), users.len()), (23, 23), "{sort}");
        if sort == "created_at" {
            assert!(
                seen.iter().map(|(_, user)| user.as_str()).is_sorted(),
                "{seen:?}"
            );
        }
        if sort == "-priority" {
            let level = |word: &str| {
                ["high", "normal", "low"]
                    .iter()
                    .position(|known| *known == word)
            };
            assert!(
                seen.iter()
                    .map(|(word, _)| level(word.as_str().expect("a word")))
                    .is_sorted(),
                "{seen:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_shows_its_progress() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t", "items": [{"key": "a"}, {"key": "b"}, {"key": "c"}, {"key": "d"}], "chunk_size": 1})).await;
    let lease = server.take("t").await;
    server.finish(&lease, succeed(&json!(1))).await;
    let lease = server.take("t").await;
    server.finish(&lease, fail("no")).await;
    let _kept = server.take("t").await;
    let job = server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
    let progress = &job["progress"];
    assert_eq!(job["state"], "running");
    assert_eq!(job["finished_at"], Value::Null);
    assert!(job["duration_seconds"].as_f64().expect("seconds") >= 0.0);
    for (field, value) in [
        ("total", 4),
        ("done", 2),
        ("succeeded", 1),
        ("failed", 1),
        ("skipped", 0),
        ("cancelled", 0),
        ("running", 1),
        ("remaining", 2),
    ] {
        assert_eq!(progress[field], value, "{field}: {progress}");
    }
    assert_eq!(progress["percent"], 50.0);
    assert_eq!(job["waiting_for"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_with_the_job_or_the_time() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let job = server
        .get(&format!("/api/v1/jobs/{id}/wait?timeout=20ms"))
        .await
        .ok(200);
    assert_eq!(job["state"], "pending");
    let path = format!("/api/v1/jobs/{id}/wait?timeout=20s");
    let (waited, ()) = tokio::join!(server.get(&path), async {
        let lease = server.take("t").await;
        server.finish(&lease, fail("broken on purpose")).await;
    });
    let job = waited.ok(200);
    assert_eq!(job["state"], "failed");
    assert_eq!(job["error"]["kind"], "handler");
    assert_eq!(job["error"]["message"], "broken on purpose");
    let again = server.get(&path).await.ok(200);
    assert_eq!(again["state"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_come_from_the_history_of_the_task() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server
        .submit(&json!({"task": "t", "items": [{}, {}]}))
        .await;
    let job = server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
    assert_eq!(job["estimated_seconds"], Value::Null, "nothing ran yet");
    assert_eq!(job["estimate"], Value::Null);
    assert_eq!(job["progress"]["eta_seconds"], Value::Null);
    server.work("t", |_, _| succeed(&json!(1)));
    let job = server.until(&id, "completed").await;
    assert_eq!(job["progress"]["percent"], 100.0);
    let statistics = until("the history is known", async || {
        let task = server.get("/api/v1/tasks/t").await.ok(200);
        let statistics = task["statistics"].clone();
        statistics["item_p50_ms"].is_number().then_some(statistics)
    })
    .await;
    assert_eq!(statistics["completed"], 1);
    assert_eq!(statistics["success_rate"], 1.0);
    assert!(statistics["job_p99_seconds"].is_number(), "{statistics}");

    let more = json!({"task": "t", "items": [{}, {}, {}]});
    let id = server.submit(&more).await;
    server.until(&id, "completed").await;
    let later = json!({"task": "t", "run_at": "2100-01-01T00:00:00Z", "items": [{}, {}, {}, {}]});
    let id = server.submit(&later).await;
    // What is known of a task is looked up again after some seconds.
    let estimate = until("five items are enough", async || {
        let job = server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
        let estimate = job["estimate"].clone();
        assert_eq!(estimate["seconds"], job["estimated_seconds"]);
        estimate.is_object().then_some(estimate)
    })
    .await;
    assert_eq!(
        (&estimate["based_on"], &estimate["of"]),
        (&json!(5), &json!("items"))
    );
    let seconds = |name: &str| estimate[name].as_f64().expect("a number");
    assert!(seconds("low") <= seconds("seconds"), "{estimate}");
    assert!(seconds("seconds") <= seconds("high"), "{estimate}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_has_samples_and_a_graph() {
    let server = Server::start().await;
    server.declare("t").await;
    server.work("t", |_, _| succeed(&json!(1)));
    let id = server
        .submit(&json!({"task": "t", "items": [{}, {}]}))
        .await;
    server.until(&id, "completed").await;
    let samples = server
        .get(&format!("/api/v1/jobs/{id}/samples"))
        .await
        .ok(200);
    assert!(samples["items"].is_array(), "{samples}");
    let graph = server
        .get(&format!("/api/v1/jobs/{id}/graph"))
        .await
        .ok(200);
    assert_eq!(graph["job"]["id"], id);
    assert_eq!(
        (&graph["ancestors"], &graph["descendants"]),
        (&json!([]), &json!([]))
    );
}
