//! Memory and CPU time of the workers on each job, summed over this node.
//!
//! Each worker adds its own samples; once a second the sums become notes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paceline_core::JobId;
use paceline_core::lease::{Note, NoteBody};

/// Notes after which a job that no worker was on is forgotten, and with it its CPU time.
const FORGET_AFTER: u32 = 600;

#[derive(Debug, Default)]
pub(crate) struct UsageBoard {
    jobs: Mutex<HashMap<JobId, JobUsage>>,
}

#[derive(Debug, Default)]
struct JobUsage {
    /// All CPU time that was seen so far.
    cpu: Duration,
    /// Resident bytes by worker, of the samples since the last note.
    memory: HashMap<String, u64>,
    quiet: u32,
}

impl UsageBoard {
    /// `worker` is on `job`, holds `memory_bytes` and used `cpu` more since its last sample.
    pub(crate) fn sample(&self, job: JobId, worker: &str, memory_bytes: u64, cpu: Duration) {
        let mut jobs = self.lock();
        let usage = jobs.entry(job).or_default();
        usage.cpu += cpu;
        usage.quiet = 0;
        match usage.memory.get_mut(worker) {
            Some(memory) => *memory = memory_bytes,
            None => {
                usage.memory.insert(worker.to_owned(), memory_bytes);
            }
        }
    }

    /// A note on each job that had a sample since the last call.
    pub(crate) fn take(&self) -> Vec<Note> {
        let mut jobs = self.lock();
        let mut notes = vec![];
        jobs.retain(|job, usage| {
            if usage.memory.is_empty() {
                usage.quiet += 1;
                return usage.quiet < FORGET_AFTER;
            }
            notes.push(Note {
                job: *job,
                body: NoteBody::Usage {
                    memory_bytes: usage.memory.drain().map(|(_, bytes)| bytes).sum(),
                    cpu_seconds: usage.cpu.as_secs_f64(),
                },
            });
            true
        });
        notes
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, JobUsage>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_on_a_job_are_summed_and_time_adds_up() {
        let board = UsageBoard::default();
        let job = JobId::from_bytes([1; 16]);
        board.sample(job, "a/0", 100, Duration::from_secs(1));
        board.sample(job, "a/0", 120, Duration::from_secs(1));
        board.sample(job, "a/1", 50, Duration::from_secs(2));
        let usage = |memory_bytes, cpu_seconds| {
            vec![Note {
                job,
                body: NoteBody::Usage {
                    memory_bytes,
                    cpu_seconds,
                },
            }]
        };
        assert_eq!(board.take(), usage(170, 4.0));
        assert_eq!(board.take(), []);
        board.sample(job, "a/1", 60, Duration::from_secs(1));
        assert_eq!(board.take(), usage(60, 5.0));
    }
}
