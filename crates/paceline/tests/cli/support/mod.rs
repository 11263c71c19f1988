//! A folder with a project in it, commands run there, and a node that is gone when the test ends.

mod node;
mod ran;
mod wait;

use std::fs;
use std::path::Path;
use std::process::Command;

pub(crate) use node::Node;
pub(crate) use ran::Ran;
pub(crate) use wait::until;

/// A scratch folder; everything that a test starts keeps to it.
#[derive(Debug)]
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

/// Tasks of the tests: `square` has a planner, `add` takes items or is called once, `fail` fails,
/// `wait` waits for a file whose name is its param `until`.
const TASKS: &str = r#"
import os, time
import paceline as pl
app = pl.App()

def numbers(params):
    for number in range(params.get("count", 3)):
        yield pl.Item(key=f"n{number}", payload={"number": number})

@app.task(items=numbers, chunk_size=2)
def square(item, ctx):
    ctx.log.info("squaring %d", item["number"])
    return item["number"] ** 2

@app.task
def add(payload):
    return {"sum": sum(value for value in payload.values() if isinstance(value, (int, float)))}

@app.task(items=numbers, retry=1)
def fail(item):
    raise ValueError(f"number {item['number']} is bad")

@app.task(items=numbers, chunk_size=1)
def wait(item, ctx):
    while not os.path.exists(ctx.params["until"]) and not ctx.cancelled:
        time.sleep(0.01)
    return item["number"]
"#;

const CONFIGURATION: &str = r#"
[workers.test]
command = ["python3", "-m", "paceline.worker", "tasks"]
processes = 2
"#;

impl Project {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Project {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A folder with the tasks of the tests.
    pub(crate) fn with_tasks() -> Self {
        let project = Project::empty();
        project.write("paceline.toml", CONFIGURATION);
        project.write("tasks.py", TASKS);
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.path().join(name), content).expect("writes");
    }

    /// A command line of paceline in this folder, with nothing of the machine's own settings.
    pub(crate) fn paceline(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paceline"));
        command.args(args).current_dir(self.path());
        for name in [
            "CONFIG",
            "STORE",
            "BIND",
            "LOG",
            "LOG_FORMAT",
            "SERVER",
            "TOKEN",
        ] {
            command.env_remove(format!("PACELINE_{name}"));
        }
        // Nobody listens on port 1: a command that does not name its node must fail.
        command.env("PACELINE_SERVER", "http://127.0.0.1:1");
        command.env("PACELINE_CACHE", self.path().join("cache"));
        command.env("NO_COLOR", "1");
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.paceline(args), self.path())
    }

    /// Starts a node on a free port.
    pub(crate) fn up(&self) -> Node<'_> {
        Node::start(self, &[])
    }
}
