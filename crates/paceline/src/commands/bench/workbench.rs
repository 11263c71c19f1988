//! A temporary folder with a configuration, a store, and nodes that run on it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use tempfile::TempDir;

use super::machine;
use super::place::{Schema, copy_files};
use super::usage::{Cpu, Memory};
use super::watch;
use crate::child_node::{ChildNode, Plan};
use crate::client::Client;
use crate::config::{FILE_NAME, STORE_NAME};
use crate::env;
use crate::exit::{Context, Result};

/// The task, inside the node, that does nothing but return the time of its start.
pub(super) const NOOP: &str = "bench_noop";
/// All jobs may run at once: limits are counted job by job, and that is another figure. Limits may
/// follow.
const UNLIMITED: &str = "[limits]\njobs = 0\njobs_per_user = 0\n";

/// Removed with all that is in it when dropped.
#[derive(Debug)]
pub(super) struct Workbench {
    folder: TempDir,
    /// Where the store is, unless it is in the folder.
    schema: Option<Schema>,
}

/// What runs jobs in a node under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handlers {
    /// What the configuration says.
    Configured,
    /// Also the no-op inside the node.
    Noop,
}

impl Workbench {
    /// A folder in `root` whose configuration has no limits and, besides, what `config` says.
    pub(super) fn new(root: &Path, config: &str) -> Result<Self> {
        Self::at(root, None, config)
    }

    /// The same with the store in a schema.
    pub(super) fn at(root: &Path, schema: Option<Schema>, config: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("paceline-bench-")
            .tempdir_in(root)
            .context(|| format!("cannot make a folder in {}", root.display()))?;
        let workbench = Workbench { folder, schema };
        workbench.configure(config)?;
        Ok(workbench)
    }

    /// Configures the nodes to come: no limits and, besides, what `config` says.
    pub(super) fn configure(&self, config: &str) -> Result {
        fs::write(self.path().join(FILE_NAME), format!("{UNLIMITED}{config}"))?;
        Ok(())
    }

    /// A folder like it, with a copy of the store in it.
    pub(super) fn copy(&self, root: &Path, config: &str) -> Result<Self> {
        let copy = Self::new(root, config)?;
        copy_files(self.path(), copy.path())?;
        Ok(copy)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn store(&self) -> PathBuf {
        self.path().join(STORE_NAME)
    }

    pub(super) fn fdatasync_ms(&self) -> Result<f64> {
        machine::fdatasync_ms(self.path())
    }

    /// Starts a node here, on a free port, with more arguments of `paceline up`.
    pub(super) async fn start(&self, handlers: Handlers, args: &[&str]) -> Result<Subject> {
        let plan = match &self.schema {
            Some(schema) => Plan::new(schema.url()),
            None => Plan::with_file(&self.store()),
        };
        let mut plan = plan.arg("--config").arg(self.path().join(FILE_NAME));
        plan.args.extend(args.iter().map(OsString::from));
        plan.env.push((env::LOG.to_owned(), "error".to_owned()));
        if handlers == Handlers::Noop {
            plan = plan.arg("--bench-handlers");
        }
        let node = plan.start().await?;
        let client = node.client()?;
        if handlers == Handlers::Noop {
            watch::until_known(&client, NOOP).await?;
        }
        Ok(Subject { node, client })
    }

    /// Makes the no-op known to the store, so that it can be submitted to a node that does not
    /// run it.
    pub(super) async fn declare_noop(&self) -> Result {
        self.start(Handlers::Noop, &[]).await?.stop().await?;
        Ok(())
    }
}

/// A node under test. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Subject {
    node: ChildNode,
    pub(super) client: Client,
}

impl Subject {
    pub(super) fn cpu(&self) -> Cpu {
        Cpu::read(self.node.pid)
    }

    pub(super) fn memory(&self) -> Memory {
        Memory::read(self.node.pid)
    }

    pub(super) async fn stop(self) -> Result<ExitStatus> {
        self.node.stop().await
    }

    /// Ends it as a crash would.
    pub(super) async fn kill(self) -> Result<ExitStatus> {
        self.node.kill().await
    }
}
