//! What a node is told to run.

use std::path::PathBuf;
use std::time::Duration;

use paceline_core::Json;

/// A pool of warm worker processes: `[workers.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolConfig {
    pub name: String,
    /// Program and arguments of one worker process.
    pub command: Vec<String>,
    pub cwd: Option<PathBuf>,
    /// Added to the node's own environment.
    pub env: Vec<(String, String)>,
    /// How many processes, at least 1.
    pub processes: u32,
    /// Resident memory of one process and all that it started, in bytes. Over it, the process is
    /// replaced at the end of its chunk; over one and a half of it, it is killed.
    pub max_memory: Option<u64>,
    /// How long a handler may take to heed a cancel before it is killed.
    pub grace: Duration,
    /// How long a process may take until it is ready: imports, loading a model.
    pub start_timeout: Duration,
}

impl PoolConfig {
    /// A pool with the usual times: 10 s of grace, 60 s to start.
    pub fn new(name: impl Into<String>, command: Vec<String>, processes: u32) -> Self {
        PoolConfig {
            name: name.into(),
            command,
            cwd: None,
            env: vec![],
            processes: processes.max(1),
            max_memory: None,
            grace: Duration::from_secs(10),
            start_timeout: Duration::from_mins(1),
        }
    }

    /// An allocation far beyond the cap fails in the handler, before the next look at its memory.
    /// Programs reserve more than they use, hence the slack.
    pub(crate) fn data_limit(&self) -> Option<u64> {
        self.max_memory
            .map(|bytes| bytes.saturating_mul(2).saturating_add(512 << 20))
    }
}

/// A task that is a command: `[tasks.NAME] command = [...]`.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandConfig {
    /// Name of the task.
    pub task: String,
    /// Program and arguments, with `{params.x}` and the like to be filled in.
    pub command: Vec<String>,
    pub cwd: Option<PathBuf>,
    /// Added to the node's own environment.
    pub env: Vec<(String, String)>,
    /// Processes at once, at least 1.
    pub processes: u32,
    /// Between SIGTERM and SIGKILL.
    pub grace: Duration,
    /// The options that its declaration sets, in wire form; an object.
    pub options: Json,
}

impl CommandConfig {
    /// A command without options, with 10 s of grace.
    pub fn new(task: impl Into<String>, command: Vec<String>, processes: u32) -> Self {
        CommandConfig {
            task: task.into(),
            command,
            cwd: None,
            env: vec![],
            processes: processes.max(1),
            grace: Duration::from_secs(10),
            options: Json::empty_object(),
        }
    }
}
