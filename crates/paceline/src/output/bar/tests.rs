use serde_json::{Value, json};

use super::*;

const PLAIN: Palette = Palette::new(false);

const JOB: &str = r#"{
    "id": "019d0f3a-7b1c-7000-8000-000000000001",
    "name": "predict_race-20261122-101530-k3fab",
    "task": "predict_race", "queue": "default", "state": "running", "priority": "normal",
    "user": null, "key": null, "batch": null, "labels": {}, "params": {}, "kind": "items",
    "attempt": 1, "created_at": "2026-11-22T10:15:30Z", "run_at": null,
    "started_at": "2026-11-22T10:15:30Z", "finished_at": null, "duration_seconds": 12.0,
    "estimated_seconds": null, "after": [], "waiting_for": [], "merged_into": null,
    "merged_count": 0, "cached_from": null, "result": null, "error": null,
    "progress": {
        "total": 1550, "done": 1131, "succeeded": 1129, "failed": 2, "skipped": 0,
        "cancelled": 0, "running": 40, "remaining": 419, "percent": 72.97, "rate": 91.3,
        "eta_seconds": 4.6, "stage": null, "message": null, "memory_bytes": null
    },
    "options": {
        "workers": -1, "chunk_size": 50, "concurrency": 1, "max_memory": null,
        "item_timeout": null, "timeout": "72h", "max_failures": "100%", "only_new": false,
        "retry": {"attempts": 3, "base": "1s", "factor": 2.0, "max": "5m", "jitter": true}
    }
}"#;

/// A job of 1550 races in the middle of its run, with some fields changed.
fn job(changes: &[(&str, Value)]) -> JobView {
    let mut job: Value = serde_json::from_str(JOB).expect("is JSON");
    for (pointer, value) in changes {
        *job.pointer_mut(pointer).expect("a field") = value.clone();
    }
    serde_json::from_value(job).expect("a job")
}

#[test]
fn fills_in_half_cells_and_is_full_only_at_the_end() {
    assert_eq!(cells(0.0, 4, PLAIN), "····");
    assert_eq!(cells(23.0, 4, PLAIN), "╸···");
    assert_eq!(cells(99.9, 4, PLAIN), "━━━╸");
    assert_eq!(cells(100.0, 4, PLAIN), "━━━━");
}

#[test]
fn name_and_bar_give_way_before_numbers_do() {
    let job = job(&[]);
    let lines = [120, 80, 60, 40, 16].map(|width| line(&job, PLAIN, width));
    assert_eq!(
        lines,
        [
            "predict_race-20261122-101530-k3fab ━━━━━━━━━━━━━━╸····· 1131/1550 72% 91.3/s \
             ETA 0:05 ✓1129 ✗2",
            "predict_race-202611… ━━━━━━━··· 1131/1550 72% 91.3/s ETA 0:05 ✓1129 ✗2",
            "predict_race-… ━━━━·· 1131/1550 72% 91.3/s ETA 0:05 ✗2",
            "1131/1550 72% 91.3/s ETA 0:05 ✗2",
            "72% ETA 0:05",
        ]
    );
}

#[test]
fn no_width_is_exceeded_whatever_there_is_to_say() {
    let waits =
        json!(["workers of `races` do not start: ModuleNotFoundError: No module named 'x'"]);
    let jobs = [
        job(&[]),
        job(&[("/state", json!("completed"))]),
        job(&[(
            "/progress/stage",
            json!("predicting a race of the year 2016"),
        )]),
        job(&[("/waiting_for", waits), ("/progress/running", json!(0))]),
        job(&[("/state", json!("paused"))]),
    ];
    for job in jobs {
        for width in 16..160 {
            let line = line(&job, Palette::new(true), width);
            assert!(text_width(&line) <= width, "{width}: {line}");
            assert!(!line.is_empty(), "{width}");
        }
    }
}

#[test]
fn a_reason_to_wait_is_said_in_full_where_it_fits() {
    let reason = "no worker declares `predict_race`";
    let job = job(&[
        ("/waiting_for", json!([reason])),
        ("/progress/running", json!(0)),
        ("/progress/eta_seconds", Value::Null),
    ]);
    for width in [60, 80, 200] {
        let line = line(&job, PLAIN, width);
        assert!(line.ends_with(&format!("· {reason}")), "{width}: {line}");
    }
}

#[test]
fn what_a_handler_says_takes_the_room_that_is_left() {
    let job = job(&[(
        "/progress/message",
        json!("race 2016-03-01/12 of the season"),
    )]);
    let line = line(&job, PLAIN, 80);
    assert_eq!(
        line,
        "predict_race-… ━━━━·· 1131/1550 72% 91.3/s ETA 0:05 ✗2 · race 2016-03-01/12 of …"
    );
}
