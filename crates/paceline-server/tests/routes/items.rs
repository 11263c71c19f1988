//! Items of a job, and how they failed.

use serde_json::{Value, json};

use crate::harness::{Server, fail, succeed};

/// A job of ten items of which every third failed.
async fn ended_job(server: &Server) -> String {
    server.declare("t").await;
    let items: Vec<_> = (0..10)
        .map(|n| json!({"key": format!("k{n}"), "payload": {"n": n}}))
        .collect();
    let id = server
        .submit(&json!({"task": "t", "items": items, "retry": {"attempts": 1}}))
        .await;
    server.work("t", |_, item| {
        let item = item.expect("an item");
        if item.seq.0 % 3 == 0 {
            return fail(&format!("row {}: 'x{}' missing", item.seq, item.seq));
        }
        succeed(&json!({"double": item.seq.0 * 2, "note": "a,\"b\"\nc"}))
    });
    server.until(&id, "completed").await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_listed_page_by_page() {
    let server = Server::start().await;
    let id = ended_job(&server).await;
    let mut keys = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server
            .get(&format!("/api/v1/jobs/{id}/items?limit=3{cursor}"))
            .await
            .ok(200);
        assert_eq!(page["total"], 10);
        let items = page["items"].as_array().expect("items");
        keys.extend(
            items
                .iter()
                .map(|item| item["key"].as_str().expect("a key").to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<_> = (0..10).map(|n| format!("k{n}")).collect();
    assert_eq!(keys, expected);
    let failed = server
        .get(&format!("/api/v1/jobs/{id}/items?state=failed"))
        .await
        .ok(200);
    assert_eq!(failed["total"], 4);
    let seqs: Vec<_> = failed["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| &item["seq"])
        .collect();
    assert_eq!(seqs, [0, 3, 6, 9]);
    let pending = server
        .get(&format!("/api/v1/jobs/{id}/items?state=pending"))
        .await
        .ok(200);
    assert_eq!(
        (&pending["total"], &pending["items"]),
        (&json!(0), &json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_found_by_its_key() {
    let server = Server::start().await;
    let id = ended_job(&server).await;
    let item = server
        .get(&format!("/api/v1/jobs/{id}/items/k3"))
        .await
        .ok(200);
    assert_eq!(
        (&item["seq"], &item["state"], &item["attempts"]),
        (&json!(3), &json!("failed"), &json!(1))
    );
    assert_eq!(item["payload"], json!({"n": 3}));
    assert_eq!(item["error"]["kind"], "handler");
    assert_eq!(item["error"]["message"], "row 3: 'x3' missing");
    assert_eq!(item["result"], Value::Null);
    assert!(item["duration_ms"].as_f64().expect("ms") > 1.0);
    let item = server
        .get(&format!("/api/v1/jobs/{id}/items/k4"))
        .await
        .ok(200);
    assert_eq!(item["result"]["double"], 8);
    server
        .get(&format!("/api/v1/jobs/{id}/items/4"))
        .await
        .problem("no_such_item");
    server
        .get(&format!("/api/v1/jobs/{id}/items/k99"))
        .await
        .problem("no_such_item");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_may_hold_anything_and_positions_stand_in_for_them() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server
        .submit(&json!({"task": "t", "items": [{"key": "a/b c?ü%"}, {"payload": [1, 2]}, {}]}))
        .await;
    let item = server
        .get(&format!("/api/v1/jobs/{id}/items/a%2Fb%20c%3F%C3%BC%25"))
        .await
        .ok(200);
    assert_eq!(item["key"], "a/b c?ü%");
    let item = server
        .get(&format!("/api/v1/jobs/{id}/items/1"))
        .await
        .ok(200);
    assert_eq!(
        (&item["seq"], &item["key"], &item["payload"]),
        (&json!(1), &Value::Null, &json!([1, 2]))
    );
    let item = server
        .get(&format!("/api/v1/jobs/{id}/items/2"))
        .await
        .ok(200);
    assert_eq!(item["payload"], Value::Null);
    for missing in ["0", "3", "4294967295", "99999999999"] {
        server
            .get(&format!("/api/v1/jobs/{id}/items/{missing}"))
            .await
            .problem("no_such_item");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_grouped_by_their_shape() {
    let server = Server::start().await;
    let id = ended_job(&server).await;
    let groups = server
        .get(&format!("/api/v1/jobs/{id}/errors"))
        .await
        .ok(200);
    let group = &groups["items"][0];
    assert_eq!(groups["total"], 1, "{groups}");
    assert_eq!(
        (&group["kind"], &group["count"]),
        (&json!("handler"), &json!(4))
    );
    assert_eq!(group["shape"], "row …: '…' missing");
    assert_eq!(group["examples"].as_array().expect("examples").len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_new_skips_what_succeeded_before() {
    let server = Server::start().await;
    ended_job(&server).await;
    let items: Vec<_> = (0..10).map(|n| json!({"key": format!("k{n}")})).collect();
    let again = server
        .submit(&json!({"task": "t", "items": items, "only_new": true}))
        .await;
    let job = server.until(&again, "failed").await;
    assert_eq!(job["progress"]["skipped"], 6, "{job}");
    assert_eq!(job["progress"]["failed"], 4);
    let skipped = server
        .get(&format!("/api/v1/jobs/{again}/items?state=skipped&limit=1"))
        .await
        .ok(200);
    assert_eq!(skipped["total"], 6);
}
