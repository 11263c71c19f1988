//! The views for people with a SQL shell: words for states, dates for times.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use paceline_core::item::Outcome;
use paceline_core::resources::Resources;
use paceline_core::store::{Action, Store};
use paceline_core::task::Task;
use paceline_core::throttle::ThrottlePolicy;
use paceline_core::{Json, Priority};
use rusqlite::types::Value;

use crate::support::{
    NOW, Place, TASK, act, all_jobs, claim, failure, items, items_of, register, report, submit,
    success, unit,
};

/// All rows of a query, each value as text.
fn rows(place: &Place, sql: &str) -> Vec<Vec<String>> {
    let shell = place.shell();
    let mut select = shell.prepare(sql).expect("a query");
    let columns = select.column_count();
    let rows = select.query_map((), |row| {
        (0..columns)
            .map(|column| Ok(text(row.get(column)?)))
            .collect()
    });
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

fn text(value: Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}

async fn story(store: &dyn Store) {
    let node = register(store).await;
    let task = Task {
        name: TASK.to_owned(),
        options: Json::empty_object(),
        params_schema: None,
        has_planner: false,
        throttle: ThrottlePolicy::default(),
        needs: Resources::default(),
        declared_by: "races".to_owned(),
        declared_at: NOW,
    };
    store.declare_tasks(vec![task]).await.expect("declared");
    let mut urgent = items(8);
    urgent.priority = Priority::Urgent;
    urgent.user = Some("ana".to_owned());
    submit(store, urgent).await;
    let leases = claim(store, node, 3).await;
    report(store, &leases[0], &success()).await;
    report(store, &leases[1], &failure("no odds")).await;
    submit(store, unit()).await;
    let failing = submit(store, unit()).await;
    act(
        store,
        failing,
        Action::Cancel {
            reason: Some("enough".to_owned()),
        },
    )
    .await;
    submit(store, items(0)).await;
}

#[tokio::test]
async fn jobs_read_as_people_say_them() {
    let place = Place::new();
    let store = place.open();
    story(&*store).await;
    let jobs = all_jobs(&*store).await;
    let sql = "SELECT id, name, state, priority, user, total, succeeded, failed, skipped,
        cancelled, running, created_at, error FROM job_overview ORDER BY num DESC";
    let seen = rows(&place, sql);
    assert_eq!(seen.len(), jobs.len());
    for (row, job) in seen.iter().zip(&jobs) {
        let counters = job.counters;
        let numbers = [
            counters.total,
            counters.succeeded,
            counters.failed,
            counters.skipped,
            counters.cancelled,
            counters.running,
        ];
        let expected = [
            job.id.to_string(),
            job.name.clone(),
            job.state.to_string(),
            job.priority.to_string(),
            job.user.clone().unwrap_or("-".to_owned()),
        ];
        assert_eq!(row[..5], expected);
        assert_eq!(
            row[5..11],
            numbers.map(|number| number.to_string()),
            "{job:?}"
        );
        assert_eq!(row[11], "2026-11-22T10:15:30.123Z");
        let error = job.error.as_ref().map_or("-", |error| &error.message);
        assert_eq!(row[12], error);
    }
}

#[tokio::test]
async fn items_read_as_people_say_them() {
    let place = Place::new();
    let store = place.open();
    story(&*store).await;
    for job in all_jobs(&*store).await {
        let items = items_of(&*store, job.id).await;
        let sql = format!(
            "SELECT position, key, state, attempts, error FROM item_overview
            WHERE job = '{}' ORDER BY position",
            job.id
        );
        let expected: Vec<Vec<String>> = items
            .iter()
            .map(|item| {
                vec![
                    item.seq.to_string(),
                    item.key.clone().expect("a key"),
                    item.state.to_string(),
                    item.attempts.to_string(),
                    item.error
                        .as_ref()
                        .map_or("-".to_owned(), |error| error.message.clone()),
                ]
            })
            .collect();
        assert_eq!(rows(&place, &sql), expected);
    }
}

#[tokio::test]
async fn events_and_tasks_read_as_people_say_them() {
    let place = Place::new();
    let store = place.open();
    story(&*store).await;
    let events = rows(
        &place,
        "SELECT seq, at, type, job, task, state FROM event_overview ORDER BY 1",
    );
    let last = store.last_event().await.expect("read");
    assert_eq!(events.len().to_string(), last.0.to_string());
    let submitted = events
        .iter()
        .find(|row| row[2] == "job.submitted")
        .expect("one");
    assert_eq!(submitted[1], "2026-11-22T10:15:30.123Z");
    assert!(submitted[3].starts_with(TASK), "{submitted:?}");
    assert_eq!(
        (submitted[4].as_str(), submitted[5].as_str()),
        (TASK, "pending")
    );
    let tasks = rows(
        &place,
        "SELECT name, declared_by, declared_at, running FROM task_overview",
    );
    assert_eq!(tasks, [[TASK, "races", "2026-11-22T10:15:30.123Z", "1"]]);
}

#[tokio::test]
async fn every_column_of_every_view_can_be_read() {
    let place = Place::new();
    let store = place.open();
    story(&*store).await;
    let views = rows(
        &place,
        "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name",
    );
    let names: Vec<&str> = views.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(
        names,
        [
            "event_overview",
            "item_overview",
            "job_overview",
            "task_history_overview",
            "task_overview"
        ]
    );
    for name in names {
        assert!(
            !rows(&place, &format!("SELECT * FROM {name}")).is_empty(),
            "{name}"
        );
    }
}

/// A forecast as the example of that name gives it: a table of days with numbers.
fn forecast() -> Json {
    let days = (0..2_000_u32).map(|day| {
        let sold = (day.wrapping_mul(2_654_435_761) >> 20) % 900;
        let (low, high) = (sold.saturating_sub(35), sold + 41);
        format!(
            "{{\"day\":{day},\"sold\":{sold}.{},\"low\":{low},\"high\":{high}}}",
            day % 97
        )
    });
    let days: Vec<String> = days.collect();
    Json::from_checked(format!(
        "{{\"method\":\"ets\",\"days\":[{}]}}",
        days.join(",")
    ))
}

#[tokio::test]
async fn large_results_are_small_and_can_be_read_by_a_shell() {
    let place = Place::new();
    let store = place.open();
    let node = register(&*store).await;
    let large = forecast();
    submit(&*store, items(1)).await;
    submit(&*store, unit()).await;
    for lease in claim(&*store, node, 2).await {
        report(&*store, &lease, &Outcome::Succeeded(large.clone())).await;
    }
    let sizes = rows(&place, "SELECT length(result) FROM outcomes");
    assert_eq!(sizes.len(), 1);
    let kept: usize = sizes[0][0].parse().expect("a number");
    let bytes = large.as_str().len();
    println!("{bytes} bytes are kept in {kept}");
    assert!(kept * 3 < bytes, "{bytes} bytes are kept in {kept}");

    for view in ["item_overview", "job_overview"] {
        let sql =
            format!("SELECT result, result_zstd FROM {view} WHERE result_zstd IS NOT NULL LIMIT 1");
        let found = rows(&place, &sql);
        assert_eq!(found[0][0], "-", "{view}");
        let data = BASE64.decode(&found[0][1]).expect("base64");
        let unpacked = zstd::decode_all(&*data).expect("what zstd wrote");
        assert_eq!(unpacked, large.as_str().as_bytes(), "{view}");
    }
}
