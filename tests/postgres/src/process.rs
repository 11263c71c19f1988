//! Making, starting, stopping and halting servers, and the watchdog that ends the shared one.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::files::{Folder, User};
use crate::settings::{Settings, Stop};

/// Flushes are for power cuts, which tests do not bring about.
const SETTINGS: &str = "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB \
    -c max_wal_size=4GB -c autovacuum_naptime=10s";

/// Seconds without any user after which the watchdog ends the server.
const IDLE: u32 = 60;

pub(crate) fn make(folder: &Folder, settings: &Settings) -> Result<(), String> {
    init(folder)?;
    if let Some(listen) = &settings.listen {
        trust(folder, &listen.clients)?;
    }
    start(folder, settings)
}

pub(crate) fn init(folder: &Folder) -> Result<(), String> {
    let mut command = as_user(folder, &program("initdb")?);
    command.arg("--pgdata").arg(folder.data());
    command.args([
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
    ]);
    command.arg("--no-sync");
    run(command)
}

/// Makes a standby: a copy of the server behind this socket, which follows it once it is started.
pub(crate) fn copy(folder: &Folder, of: &Path) -> Result<(), String> {
    let mut command = as_user(folder, &program("pg_basebackup")?);
    command.arg("--pgdata").arg(folder.data());
    command.arg("--host").arg(of);
    command.args(["--username=postgres", "--write-recovery-conf"]);
    command.args(["--checkpoint=fast", "--no-sync"]);
    run(command)
}

/// Makes a standby a server that takes writes.
pub(crate) fn promote(folder: &Folder) -> Result<(), String> {
    let mut command = as_user(folder, &program("pg_ctl")?);
    command.arg("--pgdata").arg(folder.data());
    command.args(["--wait", "promote"]);
    run(command)
}

/// Lets clients of a network in without asking who they are.
fn trust(folder: &Folder, clients: &str) -> Result<(), String> {
    let path = folder.data().join("pg_hba.conf");
    let file = fs::File::options().append(true).open(&path);
    file.and_then(|mut file| writeln!(file, "host all all {clients} trust"))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Starts it. What a killed one has left may be in the way for a moment.
pub(crate) fn start(folder: &Folder, settings: &Settings) -> Result<(), String> {
    const TRIES: u32 = 20;
    let mut tried = try_start(folder, settings);
    for _ in 1..TRIES {
        if tried.is_ok() {
            break;
        }
        tried = try_start(folder, settings);
    }
    tried
}

fn try_start(folder: &Folder, settings: &Settings) -> Result<(), String> {
    let program = program("pg_ctl")?;
    let mut command = match &settings.namespace {
        None => as_user(folder, &program),
        Some(namespace) => within(namespace, &as_user(folder, &program)),
    };
    let address = settings.listen.as_ref().map(|listen| &*listen.address);
    let options = format!(
        "{SETTINGS} -c listen_addresses={} -c max_connections={} {} -k {}",
        address.unwrap_or_default(),
        settings.max_connections,
        settings.more,
        folder.socket().display()
    );
    command.arg("--pgdata").arg(folder.data());
    command.arg("--log").arg(folder.path.join("log"));
    command.args(["--wait", "--timeout=60", "--options", &options, "start"]);
    run(command)
}

/// The same command in another network namespace.
fn within(namespace: &Path, command: &Command) -> Command {
    let mut inside = Command::new("nsenter");
    inside.arg(format!("--net={}", namespace.display()));
    inside.arg("--").arg(command.get_program());
    inside.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        inside.current_dir(folder);
    }
    inside
}

pub(crate) fn stop(folder: &Folder, how: Stop) -> Result<(), String> {
    let mode = match how {
        Stop::Fast => "--mode=fast",
        Stop::Immediate => "--mode=immediate",
        Stop::Kill => return kill(folder),
    };
    let mut command = as_user(folder, &program("pg_ctl")?);
    command.arg("--pgdata").arg(folder.data());
    command.args([mode, "--wait", "stop"]);
    run(command)
}

/// Kills the server's first process as the kernel would; the others see it and end.
fn kill(folder: &Folder) -> Result<(), String> {
    signal("-KILL", &[first_pid(folder)?])
}

/// Halts all processes of a server, and lets them go on.
pub(crate) fn halt(folder: &Folder, halted: bool) -> Result<(), String> {
    let first = first_pid(folder)?;
    let children = children(first)?;
    if halted {
        // The first one first: it must start no more of them.
        signal("-STOP", &[first])?;
        signal("-STOP", &children)
    } else {
        signal("-CONT", &children)?;
        signal("-CONT", &[first])
    }
}

fn signal(which: &str, pids: &[u32]) -> Result<(), String> {
    let mut command = Command::new("kill");
    command.arg(which).args(pids.iter().map(u32::to_string));
    let sent = run(command);
    // Of many, one may have ended meanwhile.
    if pids.len() == 1 { sent } else { Ok(()) }
}

fn first_pid(folder: &Folder) -> Result<u32, String> {
    let path = folder.data().join("postmaster.pid");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let first = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    first.ok_or_else(|| format!("{}: no pid", path.display()))
}

fn children(of: u32) -> Result<Vec<u32>, String> {
    let path = format!("/proc/{of}/task/{of}/children");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    Ok(text.split_whitespace().flat_map(str::parse).collect())
}

/// Starts the process that ends the server when no test process holds `in-use` any more.
pub(crate) fn watch(folder: &Folder) -> Result<(), String> {
    const SCRIPT: &str = r#"
        idle=0
        while [ -d "$1" ]; do
            sleep 5
            if flock --nonblock --exclusive "$1/in-use" true; then idle=$((idle + 5)); else idle=0; fi
            [ "$idle" -lt "$3" ] && continue
            exec 8>>"$1/making" 9>>"$1/in-use"
            flock 8
            if flock --nonblock 9; then
                "$2" --pgdata "$1/data" --mode=immediate --wait stop
                rm -rf "$1"
                exit
            fi
            exec 8>&- 9>&-
            idle=0
        done"#;
    let mut command = as_user(folder, Path::new("sh"));
    command.args(["-c", SCRIPT, "watchdog"]).arg(&folder.path);
    command.arg(program("pg_ctl")?).arg(IDLE.to_string());
    let started = quiet(&mut command).process_group(0).spawn();
    started
        .map(|_| ())
        .map_err(|error| format!("the watchdog: {error}"))
}

pub(crate) fn as_user(folder: &Folder, program: &Path) -> Command {
    let mut command = match folder.user {
        None => Command::new(program),
        Some(User { id, group }) => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={id}"))
                .arg(format!("--regid={group}"));
            command.arg("--clear-groups").arg(program);
            command
        }
    };
    command.current_dir(&folder.path);
    command
}

/// Whoever outlives a test must not hold its output.
pub(crate) fn quiet(command: &mut Command) -> &mut Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
}

fn run(mut command: Command) -> Result<(), String> {
    let done = quiet(&mut command).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}

/// A program of `PostgreSQL`: where Debian puts it, the newest first, or on the path.
fn program(name: &str) -> Result<PathBuf, String> {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let mut found: Vec<(u32, PathBuf)> = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin").join(name)))
        })
        .filter(|(_, path)| path.exists())
        .collect();
    found.sort();
    match found.pop() {
        Some((_, path)) => Ok(path),
        None if run(version_of(name)).is_ok() => Ok(PathBuf::from(name)),
        None => Err(format!(
            "`{name}` is not installed; `make setup` says how to get PostgreSQL"
        )),
    }
}

fn version_of(name: &str) -> Command {
    let mut command = Command::new(name);
    command.arg("--version");
    command
}
