//! Making, starting and stopping servers, and the watchdog that ends the shared one.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::files::{Folder, User};

/// Flushes are for power cuts, which tests do not bring about.
const SETTINGS: &str = "-c fsync=off -c full_page_writes=off -c listen_addresses= \
    -c max_connections=400 -c shared_buffers=64MB -c max_wal_size=4GB -c autovacuum_naptime=10s";

/// Seconds without any user after which the watchdog ends the server.
const IDLE: u32 = 60;

pub(crate) fn make(folder: &Folder) -> Result<(), String> {
    init(folder)?;
    start(folder)
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

pub(crate) fn start(folder: &Folder) -> Result<(), String> {
    start_with(folder, "")
}

/// Later settings win over those before.
pub(crate) fn start_with(folder: &Folder, more: &str) -> Result<(), String> {
    let mut command = as_user(folder, &program("pg_ctl")?);
    let socket = format!("{SETTINGS} -k {} {more}", folder.socket().display());
    command.arg("--pgdata").arg(folder.data());
    command.arg("--log").arg(folder.path.join("log"));
    command.args(["--wait", "--timeout=60", "--options", &socket, "start"]);
    run(command)
}

pub(crate) fn stop(folder: &Folder) -> Result<(), String> {
    let mut command = as_user(folder, &program("pg_ctl")?);
    command.arg("--pgdata").arg(folder.data());
    command.args(["--mode=immediate", "--wait", "stop"]);
    run(command)
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
