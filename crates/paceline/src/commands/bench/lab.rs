//! What all measurements share: where, how often, how much, and stores that are dear to fill.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use paceline_core::clock::Clock;

use super::load;
use super::place::{Database, Schema};
use super::usage::Memory;
use super::watch;
use super::workbench::{Handlers, Workbench};
use crate::clock::SystemClock;
use crate::exit::Result;
use crate::output::{Output, human};

/// The conditions of a run.
#[derive(Debug)]
pub(super) struct Lab {
    /// Where stores are made: on the disk that is measured.
    pub(super) root: PathBuf,
    /// How often each figure is measured; it is the median that counts.
    pub(super) rounds: usize,
    pub(super) quick: bool,
    /// Numbers of jobs for the throughput of no-op jobs.
    pub(super) jobs: Vec<u64>,
    /// Folder of the races example.
    pub(super) races: PathBuf,
    /// Python that runs workers and peers.
    pub(super) python: String,
    pub(super) has_python: bool,
    /// Where stores are made instead, to measure PostgreSQL.
    pub(super) database: Option<Database>,
    pub(super) output: Output,
    stock: RefCell<HashMap<(Filling, u64), Rc<Stocked>>>,
    /// How many schemas were made.
    schemas: Cell<u32>,
}

/// What a store is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Filling {
    /// No-op jobs that wait.
    Pending,
    /// No-op jobs that are completed.
    Finished,
}

/// A filled store, and what was seen when it was filled.
#[derive(Debug)]
pub(super) struct Stocked {
    pub(super) workbench: Workbench,
    /// Memory of the node that took the jobs in (and ran them).
    pub(super) memory: Memory,
}

impl Lab {
    /// The usual conditions, without Python.
    pub(super) fn new(root: PathBuf, quick: bool, output: Output) -> Self {
        const JOBS: [u64; 3] = [20_000, 100_000, 200_000];
        Lab {
            root,
            rounds: if quick { 3 } else { 5 },
            quick,
            jobs: JOBS[..if quick { 2 } else { 3 }].to_vec(),
            races: PathBuf::new(),
            python: String::new(),
            has_python: false,
            database: None,
            schemas: Cell::new(0),
            output,
            stock: RefCell::default(),
        }
    }

    pub(super) fn workbench(&self, config: &str) -> Result<Workbench> {
        Workbench::at(&self.root, self.schema(), config)
    }

    fn schema(&self) -> Option<Schema> {
        let database = self.database.as_ref()?;
        let number = self.schemas.replace(self.schemas.get() + 1);
        // It is removed afterwards: it must not be one that somebody else has, on any machine.
        let (process, now) = (std::process::id(), SystemClock.now().as_micros());
        Some(database.schema(&format!("bench_{process}_{now}_{number}")))
    }

    /// Jobs in a deep queue or a long list.
    pub(super) fn many(&self) -> u64 {
        if self.quick { 100_000 } else { 1_000_000 }
    }

    /// Says what is being done; figures come at the end.
    pub(super) fn note(&self, text: impl AsRef<str>) {
        self.output.note(text);
    }

    /// A store with so many jobs, filled over HTTP when first asked for.
    pub(super) async fn stocked(&self, filling: Filling, count: u64) -> Result<Rc<Stocked>> {
        let known = self.stock.borrow().get(&(filling, count)).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let filled = Rc::new(self.fill(filling, count).await?);
        self.stock
            .borrow_mut()
            .insert((filling, count), Rc::clone(&filled));
        Ok(filled)
    }

    /// A workbench of its own with a copy of such a store; a schema is filled anew.
    pub(super) async fn copy_of(&self, filling: Filling, count: u64) -> Result<Workbench> {
        if self.database.is_some() {
            return Ok(self.fill(filling, count).await?.workbench);
        }
        self.stocked(filling, count)
            .await?
            .workbench
            .copy(&self.root, "")
    }

    async fn fill(&self, filling: Filling, count: u64) -> Result<Stocked> {
        let workbench = self.workbench("")?;
        let handlers = match filling {
            Filling::Pending => {
                workbench.declare_noop().await?;
                Handlers::Configured
            }
            Filling::Finished => Handlers::Noop,
        };
        self.note(format!(
            "  filling a store with {} …",
            human::plural(count, "job")
        ));
        let node = workbench.start(handlers, &[]).await?;
        let submitted = load::submit_noops(&node.client, count).await?;
        if filling == Filling::Finished {
            watch::until_completed(&node.client, count, &submitted.last).await?;
        }
        let memory = node.memory();
        node.stop().await?;
        Ok(Stocked { workbench, memory })
    }
}
