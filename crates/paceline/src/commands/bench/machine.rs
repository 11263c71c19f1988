//! What the figures were measured on.

use std::fs;
use std::io::Write;
use std::path::Path;

use procfs::{Current, LoadAverage, Meminfo};
use serde::Serialize;
use tokio::time::Instant;

use super::numbers::median;
use crate::exit::{Context, Result};

/// Writes that are timed for one median.
const WRITES: usize = 60;
/// Bytes of one write: a page of the database.
const PAGE: usize = 4096;

/// The machine, as far as it matters.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Machine {
    pub(super) cpu: String,
    pub(super) cores: usize,
    pub(super) memory_bytes: u64,
    pub(super) kernel: String,
    /// Load average over one minute when the measuring began: others at work make figures worse.
    pub(super) load: f32,
}

impl Machine {
    pub(super) fn read() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Machine {
            cpu: model(&cpuinfo),
            cores: cores(),
            memory_bytes: Meminfo::current().map_or(0, |memory| memory.mem_total),
            kernel: kernel.trim().to_owned(),
            load: LoadAverage::current().map_or(0.0, |load| load.one),
        }
    }
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

fn model(cpuinfo: &str) -> String {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(": "));
    name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned())
}

/// Median milliseconds of appending a page to a new file in `folder` and synchronising it: what
/// one durable commit cannot do without.
pub(super) fn fdatasync_ms(folder: &Path) -> Result<f64> {
    let mut file = tempfile::tempfile_in(folder)
        .context(|| format!("cannot write in {}", folder.display()))?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let began = Instant::now();
        file.write_all(&[0; PAGE])?;
        file.sync_data()?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(&times))
}
