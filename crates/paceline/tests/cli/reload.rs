//! Code that is edited while the node runs.

use crate::support::{Node, Project, Ran, until};

const MENDED: &str = r#"
import paceline as pl
app = pl.App()

@app.task(items=True, retry=1)
def fail(item):
    return item["number"]

@app.task
def fresh(params):
    return "new"
"#;

/// What the running or waiting job says of itself once it says `text`.
fn until_it_waits_for(node: &Node<'_>, text: &str) -> serde_json::Value {
    until(|| {
        let job = node.run(&["job", "last", "--json"]).exits(0).json();
        job["waiting_for"].to_string().contains(text).then_some(job)
    })
}

fn until_known(node: &Node<'_>, task: &str) -> Ran {
    until(|| {
        let ran = node.run(&["submit", task, "--wait"]);
        (ran.code == 0).then_some(ran)
    })
}

#[test]
fn an_edited_task_is_taken_up_and_what_failed_succeeds() {
    let project = Project::with_tasks();
    let node = Node::start(&project, &["--reload"]);
    let failed = node
        .run(&["submit", "fail", "--wait", "-p", "count=2"])
        .exits(1);
    let id = failed.line();
    node.run(&["submit", "fresh"])
        .exits(1)
        .complains("no task `fresh`; known:")
        .complains("paceline up --reload");

    project.write("tasks.py", MENDED);
    until_known(&node, "fresh");
    node.run(&["retry", &id]).exits(0);
    node.run(&["watch", &id]).exits(0);
    let job = node.run(&["job", &id, "--json"]).exits(0).json();
    assert_eq!(job["progress"]["succeeded"], 2, "{job}");
}

#[test]
fn code_that_cannot_be_imported_is_named_and_mended_without_a_restart() {
    let project = Project::with_tasks();
    let node = Node::start(&project, &["--reload"]);
    until_known(&node, "add");
    project.write("tasks.py", "import no_such_module\n");
    // The workers that run may still take a job or two.
    let reason = "workers of `test` cannot start: ModuleNotFoundError: No module named 'no_such_";
    let job = until(|| {
        node.run(&["submit", "add"]).exits(0);
        let job = node.run(&["job", "last", "--json"]).exits(0).json();
        job["waiting_for"]
            .to_string()
            .contains(reason)
            .then_some(job)
    });
    assert_eq!(job["progress"]["eta_seconds"], serde_json::Value::Null);
    until_it_waits_for(&node, reason);
    let status = until(|| {
        let ran = node.run(&["status"]).exits(0);
        ran.stdout.contains("do not start").then_some(ran)
    });
    let told = status.stdout.matches("ModuleNotFoundError").count();
    assert_eq!(told, 1, "{status:#?}");

    project.write("tasks.py", "import paceline as pl\n");
    until_it_waits_for(&node, "tasks.py has no `app = pl.App()`");
    let mended = "import paceline as pl\napp = pl.App()\n@app.task\ndef add(params): return 1\n";
    project.write("tasks.py", mended);
    node.run(&["watch", "last"]).exits(0);
}
