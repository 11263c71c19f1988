//! Jobs that wait for others, from the command line down to the handlers in Python.

use crate::support::Project;

const TASKS: &str = "\
import os
import time

import paceline as pl

app = pl.App()


@app.task()
def load(params):
    while not os.path.exists(\"go\"):
        time.sleep(0.02)
    return list(range(params[\"rows\"]))


@app.task(items=True)
def double(number):
    return 2 * number


@app.task()
def report(params, ctx):
    left = ctx.parent_results()
    return [left[parent.id] for parent in ctx.parents]
";

#[test]
fn a_report_reads_what_was_loaded() {
    let project = Project::with_tasks();
    project.write("tasks.py", TASKS);
    let node = project.up();
    let load = ["submit", "load", "-p", "rows=2", "--batch", "night"];
    let load = node.run(&load).exits(0).line();
    project.write(
        "items.ndjson",
        "{\"key\": \"a\", \"payload\": 1}\n{\"key\": \"b\", \"payload\": 2}\n",
    );
    let items = [
        "submit",
        "double",
        "--items",
        "items.ndjson",
        "--after-batch",
        "night",
    ];
    let double = node.run(&items).exits(0).line();
    let after = [
        "submit", "report", "--after", &load, "--after", &double, "--json",
    ];
    let report = node.run(&after).exits(0).json();
    assert_eq!(report["state"], "blocked");
    assert_eq!(report["after"], serde_json::json!([load, double]));
    node.run(&["job", "last"])
        .exits(0)
        .says("waits for 2 of 2 jobs to complete: load-");
    let graph = node.run(&["graph", &load]).exits(0).stdout;
    let lines: Vec<&str> = graph.lines().collect();
    assert!(lines[0].starts_with("load-"), "{graph}");
    assert!(lines[1].starts_with("├─ double-"), "{graph}");
    assert!(lines[2].starts_with("│  └─ report-"), "{graph}");
    assert!(lines[3].ends_with("(see above)"), "{graph}");

    // It takes items, and is given none.
    node.run(&["submit", "double", "--after", &load])
        .exits(1)
        .complains("task `double` takes items")
        .complains("paceline submit double --items FILE");
    node.run(&["task", "history", "double"])
        .exits(0)
        .complains("nothing of this task ended");
    node.run(&[
        "submit",
        "report",
        "--after",
        &load,
        "--after-policy",
        "some",
    ])
    .exits(2)
    .complains("finished");
    project.write("go", "");
    node.run(&["watch", "last"]).exits(0);
    let job = node.run(&["job", "last", "--json"]).exits(0).json();
    assert_eq!(job["result"], serde_json::json!([[0, 1], {"a": 2, "b": 4}]));

    let history = [
        "task", "history", "double", "--window", "1h", "--bucket", "1h", "--json",
    ];
    let history = node.run(&history).exits(0).json();
    let buckets = history["buckets"].as_array().expect("buckets");
    let items: u64 = buckets
        .iter()
        .filter_map(|bucket| bucket["items"]["succeeded"].as_u64())
        .sum();
    assert_eq!(items, 2, "{history}");
    node.run(&["task", "history", "double", "--bucket", "7m"])
        .exits(1)
        .complains("5m, 10m, 15m, 20m or 30m");
}
