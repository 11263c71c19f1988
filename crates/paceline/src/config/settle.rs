//! Flags over environment over file over defaults: the settings that a node runs with.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use paceline_core::limits::Limits;
use paceline_core::retention::Retention;
use paceline_core::scope::{Kind, Scope};
use paceline_core::{JobOptions, Json};
use paceline_protocol::problem::FieldError;
use paceline_protocol::rest::OptionsRequest;
use toml::Spanned;

use super::STORE_NAME;
use super::address;
use super::diagnostic::Source;
use super::file::{
    Declared, DurabilityWord, File, LimitsSection, OptionsSection, StoreSection, TaskSection,
    WorkerSection,
};
use super::location::StoreLocation;
use super::node::{self, NodeSettings};
use super::notify::{self, NotifySettings};
use super::retention;
use crate::exit::{CliError, Context, Result};

/// What work in flight gets at a clean stop.
const DEFAULT_GRACE: Duration = Duration::from_secs(10);
/// What a worker gets to load before it counts as dead.
const DEFAULT_START_TIMEOUT: Duration = Duration::from_mins(1);

/// What flags and environment say, which wins over the file.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) bind: Option<String>,
    pub(crate) port: Option<u16>,
    /// `sqlite:PATH` or `postgres://…`
    pub(crate) store: Option<String>,
    pub(crate) relaxed: Option<bool>,
}

/// Everything that a node must know to run.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) bind: SocketAddr,
    pub(crate) grace: Duration,
    pub(crate) store: StoreSettings,
    pub(crate) pools: Vec<PoolSettings>,
    pub(crate) tasks: Vec<TaskSettings>,
    /// Options of jobs where neither the submission nor its task sets them.
    pub(crate) defaults: JobOptions,
    pub(crate) limits: Limits,
    pub(crate) retention: Retention,
    pub(crate) node: NodeSettings,
    pub(crate) notify: NotifySettings,
}

#[derive(Debug)]
pub(crate) struct StoreSettings {
    pub(crate) location: StoreLocation,
    /// Acknowledged is written, but only synchronised by the operating system's own time: a loss
    /// of power may undo the last moments.
    pub(crate) relaxed: bool,
}

/// A pool of warm workers.
#[derive(Debug)]
pub(crate) struct PoolSettings {
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    pub(crate) processes: u32,
    pub(crate) max_memory: Option<u64>,
    pub(crate) cwd: PathBuf,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) start_timeout: Duration,
}

/// A task that is a command.
#[derive(Debug)]
pub(crate) struct TaskSettings {
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    pub(crate) processes: u32,
    pub(crate) cwd: PathBuf,
    pub(crate) env: Vec<(String, String)>,
    /// The task's own options, in wire form.
    pub(crate) options: Json,
}

/// Settles what the file says with what flags and environment say.
pub(super) fn settle(
    file: File,
    folder: &Path,
    source: &Source<'_>,
    overrides: &Overrides,
) -> Result<Settings> {
    let pools = file.workers.into_iter();
    let tasks = file.tasks.into_iter();
    Ok(Settings {
        bind: address::settle(file.server.bind, source, overrides)?,
        grace: file.server.grace.map_or(DEFAULT_GRACE, |grace| grace.0),
        store: store(file.store, folder, overrides)?,
        pools: pools
            .map(|(name, section)| pool(name, section, folder, source))
            .collect::<Result<_>>()?,
        tasks: tasks
            .map(|(name, section)| task(name, section, folder, source))
            .collect::<Result<_>>()?,
        defaults: checked("defaults", &file.defaults)?.over(&JobOptions::default()),
        limits: limits(&file.limits),
        retention: retention::settle(&file.retention),
        node: node::settle(file.node, source)?,
        notify: notify::settle(file.notify, file.smtp, &file.webhooks, &file.alerts, source)?,
    })
}

fn store(section: StoreSection, folder: &Path, overrides: &Overrides) -> Result<StoreSettings> {
    let location = match (&overrides.store, section.path, section.url) {
        (Some(flag), _, _) => StoreLocation::parse(flag)?,
        (None, Some(_), Some(_)) => {
            return Err(CliError::failed(format!(
                "{}: [store] has both a path and a url",
                super::FILE_NAME
            ))
            .hint("keep one of the two"));
        }
        (None, None, Some(url)) => StoreLocation::parse(&url)?,
        (None, Some(path), None) => StoreLocation::Sqlite(folder.join(path)),
        (None, None, None) => StoreLocation::Sqlite(folder.join(STORE_NAME)),
    };
    let written = matches!(section.durability, Some(DurabilityWord::Relaxed));
    Ok(StoreSettings {
        location: tidy(location),
        relaxed: overrides.relaxed.unwrap_or(written),
    })
}

/// `./x` and `x` are one.
fn tidy(location: StoreLocation) -> StoreLocation {
    match location {
        StoreLocation::Sqlite(path) => {
            StoreLocation::Sqlite(path.strip_prefix(".").map_or(path.clone(), Path::to_owned))
        }
        StoreLocation::Postgres(url) => StoreLocation::Postgres(url),
    }
}

fn pool(
    name: String,
    section: WorkerSection,
    folder: &Path,
    source: &Source<'_>,
) -> Result<PoolSettings> {
    Ok(PoolSettings {
        name,
        command: command(section.command, source)?,
        processes: processes(section.processes, source)?,
        max_memory: section.max_memory.map(|size| size.0.0),
        cwd: section
            .cwd
            .map_or(folder.to_owned(), |cwd| folder.join(cwd)),
        env: section.env.into_iter().collect(),
        start_timeout: section
            .start_timeout
            .map_or(DEFAULT_START_TIMEOUT, |timeout| timeout.0),
    })
}

fn task(
    name: String,
    section: TaskSection,
    folder: &Path,
    source: &Source<'_>,
) -> Result<TaskSettings> {
    Ok(TaskSettings {
        options: wire(&format!("tasks.{name}"), &section)?,
        name,
        command: command(section.command, source)?,
        processes: processes(section.processes, source)?,
        cwd: section
            .cwd
            .map_or(folder.to_owned(), |cwd| folder.join(cwd)),
        env: section.env.into_iter().collect(),
    })
}

fn command(written: Spanned<Vec<String>>, source: &Source<'_>) -> Result<Vec<String>> {
    let span: Range<usize> = written.span();
    let command = written.into_inner();
    match command.first() {
        Some(program) if !program.is_empty() => Ok(command),
        Some(_) | None => Err(source.fault(
            span,
            "a command needs at least the program to run",
            Some("write the program and its arguments: [\"python\", \"-m\", \"paceline.worker\", \"tasks\"]".to_owned()),
        )),
    }
}

/// How many processes: every core unless told otherwise.
fn processes(written: Option<Spanned<i64>>, source: &Source<'_>) -> Result<u32> {
    let cores = std::thread::available_parallelism()
        .map_or(1, |count| u32::try_from(count.get()).unwrap_or(1));
    let Some(written) = written else {
        return Ok(cores);
    };
    match *written.get_ref() {
        -1 => Ok(cores),
        count @ 1..=1024 => Ok(u32::try_from(count).unwrap_or(cores)),
        count => Err(source.fault(
            written.span(),
            format!("{count} is not a number of processes"),
            Some("write 1 to 1024, or -1 for one on every core".to_owned()),
        )),
    }
}

/// The options, if they make sense.
fn checked(section: &str, options: &OptionsSection) -> Result<OptionsRequest> {
    let given = OptionsRequest {
        workers: options.workers,
        chunk_size: options.chunk_size,
        concurrency: options.concurrency,
        max_memory: options.max_memory.map(|size| size.0),
        item_timeout: options.item_timeout,
        timeout: options.timeout,
        retry: options.retry,
        max_failures: options.max_failures,
        only_new: None,
    };
    without(section, &given.faults())?;
    Ok(given)
}

fn without(section: &str, faults: &[FieldError]) -> Result<()> {
    match faults.first() {
        None => Ok(()),
        Some(fault) => Err(CliError::failed(format!(
            "{}: [{section}] {}: {}",
            super::FILE_NAME,
            fault.field,
            fault.message
        ))),
    }
}

fn wire(name: &str, section: &TaskSection) -> Result<Json> {
    let declared = Declared {
        options: section.options(),
        throttle: section.throttle(),
        same_work: section.same_work(),
    };
    checked(name, &declared.options)?;
    without(name, &declared.throttle.faults())?;
    without(name, &declared.same_work.faults())?;
    serde_json::to_string(&declared)
        .map(Json::from_checked)
        .context(|| "cannot write the options".to_owned())
}

fn limits(section: &LimitsSection) -> Limits {
    let default = Limits::default();
    // 0 is how the file says "no limit".
    let settle = |written: Option<u32>, default: Option<u32>| match written {
        Some(0) => None,
        Some(most) => Some(most),
        None => default,
    };
    let mut limits = Limits {
        jobs: settle(section.jobs, default.jobs),
        jobs_per_user: settle(section.jobs_per_user, default.jobs_per_user),
        jobs_per_task: settle(section.jobs_per_task, default.jobs_per_task),
        jobs_per_queue: settle(section.jobs_per_queue, default.jobs_per_queue),
        jobs_per_key: settle(section.jobs_per_key, default.jobs_per_key),
        named: default.named,
    };
    let named = [
        (Kind::User, &section.users),
        (Kind::Task, &section.tasks),
        (Kind::Queue, &section.queues),
        (Kind::Key, &section.keys),
    ];
    for (kind, of_kind) in named {
        for (name, most) in of_kind {
            let most = Some(*most).filter(|most| *most > 0);
            limits.named.insert(Scope::new(kind, name), most);
        }
    }
    limits
}
