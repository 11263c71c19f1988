//! Python for worker pools: which interpreter stands behind a bare `python`, and the SDK that
//! comes inside the binary, so that a first task needs no installation.

mod interpreter;
mod sdk;

use std::collections::BTreeMap;
use std::path::Path;

pub(crate) use interpreter::{describe, is_python, resolve};

use crate::env;
use crate::exit::Result;

/// A command with the environment that it is started in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prepared {
    pub(crate) command: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
}

/// Makes a worker's command ready: its interpreter is found, and the SDK inside the binary is put
/// on its path unless it has one of its own. Other programs than Python are left alone.
///
/// Runs the interpreter once, so it takes some tens of milliseconds. `fallback` is where the SDK
/// goes when there is no cache folder.
pub(crate) async fn prepare(prepared: Prepared, cwd: &Path, fallback: &Path) -> Result<Prepared> {
    let Prepared {
        mut command,
        env: mut variables,
    } = prepared;
    let Some(program) = command
        .first_mut()
        .filter(|name| interpreter::is_python(name))
    else {
        return Ok(Prepared {
            command,
            env: variables,
        });
    };
    *program = resolve(program);
    if !interpreter::has_sdk(program, &variables, cwd).await {
        let folder = sdk::unpack(fallback)?;
        let own = env::var("PYTHONPATH");
        let path = variables.get("PYTHONPATH").cloned().or(own);
        variables.insert("PYTHONPATH".to_owned(), joined(&folder, path.as_deref()));
    }
    Ok(Prepared {
        command,
        env: variables,
    })
}

fn joined(folder: &Path, path: Option<&str>) -> String {
    match path {
        Some(path) if !path.is_empty() => format!("{}:{path}", folder.display()),
        Some(_) | None => folder.display().to_string(),
    }
}
