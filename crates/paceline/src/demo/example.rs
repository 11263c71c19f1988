//! The races example: its folder, its Python, and its own commands.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::time::Instant;

use tokio::process::Command;

use crate::config::{FILE_NAME, StoreLocation};
use crate::env;
use crate::exit::{CliError, Context, Result};
use crate::output::{Output, human};
use crate::store_file;

/// How long the node of an earlier demo may take to go.
const PATIENCE: Duration = Duration::from_secs(15);
/// Waiting less than this is not worth a word.
const QUIET: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct Example {
    folder: PathBuf,
    python: String,
    store: StoreLocation,
}

impl Example {
    pub(crate) fn find(folder: &Path) -> Result<Self> {
        if !folder.join(FILE_NAME).exists() {
            return Err(
                CliError::failed(format!("the example is not at {}", folder.display())).hint(
                    "run it in the source folder of Paceline, or name the example with --dir",
                ),
            );
        }
        let folder = folder
            .canonicalize()
            .context(|| format!("cannot read {}", folder.display()))?;
        Ok(Example {
            python: python(&folder),
            store: StoreLocation::Sqlite(folder.join("build").join("demo.db")),
            folder,
        })
    }

    pub(crate) fn python(&self) -> &str {
        &self.python
    }

    pub(crate) fn configuration(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    /// The demo's store, kept from run to run: unless told otherwise a file of the example's own.
    pub(crate) fn store(&self) -> &StoreLocation {
        &self.store
    }

    pub(crate) fn keep_in(&mut self, store: StoreLocation) {
        self.store = store;
    }

    /// Loads the races and trains the model, if that was not done yet.
    pub(crate) async fn prepare(&self, output: Output) -> Result {
        output.note(format!(
            "preparing the races example with {} …",
            human::path(Path::new(&self.python))
        ));
        self.command("prepare").await
    }

    /// Prints how good the predictions were.
    pub(crate) async fn score(&self) -> Result {
        self.command("score").await
    }

    async fn command(&self, name: &str) -> Result {
        let status = Command::new(&self.python)
            .args(["-m", "races", name])
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await
            .context(|| format!("cannot run {}", self.python))?;
        if status.success() {
            return Ok(());
        }
        Err(
            CliError::failed(format!("`python -m races {name}` ended with {status}")).hint(
                format!(
                    "install what it needs: {} -m pip install -r {}",
                    self.python,
                    self.folder.join("requirements.txt").display()
                ),
            ),
        )
    }

    /// The node of a demo that was killed hears of it and stops; its store is free a moment later.
    pub(crate) async fn wait_for_an_earlier_node(&self, output: Output) -> Result {
        let Some(store) = self.store.file() else {
            return Ok(());
        };
        let begun = Instant::now();
        let mut told = false;
        while store_file::is_in_use(store) {
            if begun.elapsed() > PATIENCE {
                return Err(CliError::failed(format!("{} is in use", store.display()))
                    .hint("another demo runs; stop it first"));
            }
            if !told && begun.elapsed() > QUIET {
                output.note("waiting for the node of an earlier demo to stop …");
                told = true;
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}

/// The interpreter that has what the example needs: the one that was named, the one of the source
/// folder, or the system's.
fn python(folder: &Path) -> String {
    if let Some(chosen) = env::var(env::PYTHON) {
        return chosen;
    }
    let own = folder
        .ancestors()
        .map(|folder| folder.join(".venv/bin/python"))
        .find(|python| python.exists());
    own.map_or_else(
        || "python3".to_owned(),
        |python| python.display().to_string(),
    )
}
