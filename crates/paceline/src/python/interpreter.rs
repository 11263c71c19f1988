//! Finding and asking Python interpreters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::env;

/// Exits with 0 when the SDK can be imported, without importing it.
const HAS_SDK: &str =
    "import importlib.util, sys; sys.exit(importlib.util.find_spec('paceline.worker') is None)";

/// Whether the program is a Python interpreter by its name.
pub(crate) fn is_python(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    let version = name.strip_prefix("python");
    version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// The interpreter behind a bare `python` or `python3`: what `PACELINE_PYTHON` names, else the
/// name itself, else `python3` where there is no `python`.
pub(crate) fn resolve(program: &str) -> String {
    if program != "python" && program != "python3" {
        return program.to_owned();
    }
    if let Some(chosen) = env::var(env::PYTHON) {
        return chosen;
    }
    if on_path(program).is_none() && on_path("python3").is_some() {
        return "python3".to_owned();
    }
    program.to_owned()
}

/// Where a program lies in `PATH`.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Whether the interpreter finds an SDK of its own, as it would when started as a worker.
pub(super) async fn has_sdk(program: &str, env: &BTreeMap<String, String>, cwd: &Path) -> bool {
    let status = Command::new(program)
        .args(["-c", HAS_SDK])
        .envs(env)
        .current_dir(cwd)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await;
    // An interpreter that cannot be started says so itself when the pool starts it.
    status.is_ok_and(|status| status.success())
}

/// Name and version of an interpreter, or why it does not run.
pub(crate) async fn describe(program: &str) -> Result<String, String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(format!(
            "`{program} --version` ended with {}",
            output.status
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_python_by_its_name() {
        for name in ["python", "python3", "python3.12", "/opt/venv/bin/python"] {
            assert!(is_python(name), "{name}");
        }
        for name in ["pythonic", "uv", "./python-wrapper", "ipython"] {
            assert!(!is_python(name), "{name}");
        }
    }

    #[test]
    fn paths_are_taken_as_they_are() {
        assert_eq!(resolve("/opt/venv/bin/python"), "/opt/venv/bin/python");
        assert_eq!(resolve("./report.sh"), "./report.sh");
    }
}
