//! A user's folder: `paceline.toml`, tasks in Python, a store, a journal.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use uuid::Uuid;

use crate::journal::Journal;

const TASKS: &str = include_str!("../fixtures/e2e_tasks.py");
const COMMAND: &str = include_str!("../fixtures/e2e_command.sh");

/// What differs between the folders of the tests.
#[derive(Clone, Debug)]
pub struct Options {
    pub processes: u32,
    /// Most running jobs; 0 is no limit.
    pub jobs: u32,
    /// Most running jobs of one user; 0 is no limit.
    pub jobs_per_user: u32,
    /// Further lines of `[limits]`.
    pub more_limits: &'static str,
    /// Of one worker, such as `256MiB`.
    pub max_memory: Option<&'static str>,
    /// What work in flight gets after a cancel or a stop.
    pub grace: &'static str,
    /// Where the store lies, if not in the folder.
    pub store: Option<PathBuf>,
    /// Whether `shell`, a task that is a plain command, is there too.
    pub shell: bool,
    /// The silence after which others take the node for dead, if not the usual one.
    pub lost_after: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            processes: 2,
            jobs: 10,
            jobs_per_user: 3,
            more_limits: "",
            max_memory: None,
            grace: "10s",
            store: None,
            shell: false,
            lost_after: None,
        }
    }
}

#[derive(Debug)]
pub struct Project {
    folder: TempDir,
    marker: String,
    config: PathBuf,
    store: PathBuf,
}

impl Project {
    pub fn new() -> Self {
        Project::with(Options::default())
    }

    /// # Panics
    /// When the folder cannot be written.
    #[expect(clippy::needless_pass_by_value, reason = "reads better at the call")]
    pub fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("paceline.toml");
        let store = options
            .store
            .clone()
            .unwrap_or_else(|| folder.path().join("paceline.db"));
        std::fs::write(folder.path().join("e2e_tasks.py"), TASKS).expect("the tasks are written");
        std::fs::write(folder.path().join("e2e_command.sh"), COMMAND).expect("it is written");
        std::fs::write(&config, toml(folder.path(), &options)).expect("the settings are written");
        Project {
            marker: fresh_marker(),
            folder,
            config,
            store,
        }
    }

    /// A folder that exists already, with its own `paceline.toml`; the store lies apart.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    pub fn existing(config: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Project {
            marker: fresh_marker(),
            config: config.to_owned(),
            store: folder.path().join("paceline.db"),
            folder,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn config(&self) -> &Path {
        &self.config
    }

    pub fn store(&self) -> &Path {
        &self.store
    }

    /// `PACELINE_E2E=…`, in the environment of all that the node starts.
    pub fn marker(&self) -> &str {
        &self.marker
    }

    pub fn journal(&self) -> Journal {
        Journal::new(journal_path(self.folder.path()))
    }
}

impl Default for Project {
    fn default() -> Self {
        Project::new()
    }
}

fn fresh_marker() -> String {
    let random: u128 = rand::random();
    format!("PACELINE_E2E={}", Uuid::from_u128(random))
}

fn journal_path(folder: &Path) -> PathBuf {
    folder.join("journal.txt")
}

fn toml(folder: &Path, options: &Options) -> String {
    let sdk = repository().join("sdk/python/src").display().to_string();
    let journal = journal_path(folder).display().to_string();
    let mut text = format!(
        "[server]\ngrace = {:?}\n\n[limits]\njobs = {}\njobs_per_user = {}\n{}\n\
         [workers.e2e]\ncommand = [\"python\", \"-m\", \"paceline.worker\", \"e2e_tasks\"]\n\
         processes = {}\nenv = {{ E2E_JOURNAL = {journal:?}, PYTHONPATH = {sdk:?} }}\n",
        options.grace, options.jobs, options.jobs_per_user, options.more_limits, options.processes,
    );
    if let Some(most) = options.max_memory {
        writeln!(text, "max_memory = {most:?}").expect("writing to a string");
    }
    if let Some(silence) = options.lost_after {
        write!(text, "\n[node]\nlost_after = {silence:?}\n").expect("writing to a string");
    }
    if options.shell {
        write!(
            text,
            "\n[tasks.shell]\ncommand = [\"sh\", \"e2e_command.sh\", \"{{payload.key}}\", \
             \"{{payload.seconds}}\"]\nprocesses = 1\nchunk_size = 3\n\
             env = {{ E2E_JOURNAL = {journal:?} }}\n"
        )
        .expect("writing to a string");
    }
    text
}

/// The root of the checkout.
///
/// # Panics
/// When not run by cargo, which says where this crate lies: checkouts may share what they build.
pub fn repository() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("tests are run by cargo");
    Path::new(&here)
        .ancestors()
        .nth(2)
        .expect("a root")
        .to_owned()
}
