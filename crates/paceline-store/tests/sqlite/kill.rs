//! A process that is killed while it submits and reports: all that it had acknowledged is there.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use paceline_core::dice::Dice;
use paceline_core::store::Store;
use paceline_core::{ItemState, JobId, JobState};

use crate::support::{
    Place, all_jobs, assert_sound, claim, example, items_of, open, register, seqs,
};

const ROUNDS: u64 = 8;

/// What the child had said before it died.
#[derive(Debug, Default)]
struct Acknowledged {
    jobs: BTreeSet<JobId>,
    /// Positions recorded as succeeded; a unit has position 0.
    succeeded: HashMap<JobId, BTreeSet<u32>>,
    cancelled: BTreeSet<JobId>,
}

impl Acknowledged {
    /// One line: what was done, to which job, and to which item of it.
    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let job: JobId = words[1].parse().expect("a job id");
        match words[0] {
            "submitted" => drop(self.jobs.insert(job)),
            "succeeded" => {
                let seq = words[2].parse().expect("a position");
                self.succeeded.entry(job).or_default().insert(seq);
            }
            "cancelled" => drop(self.cancelled.insert(job)),
            other => panic!("{other}"),
        }
    }

    async fn check(&self, store: &dyn Store) {
        let there: HashMap<JobId, _> = all_jobs(store)
            .await
            .into_iter()
            .map(|job| (job.id, job))
            .collect();
        for id in &self.jobs {
            assert!(there.contains_key(id), "{id} was acknowledged and is gone");
        }
        for id in &self.cancelled {
            assert_eq!(there[id].state, JobState::Cancelled);
        }
        for (id, seqs) in &self.succeeded {
            let items = items_of(store, *id).await;
            if items.is_empty() {
                assert_eq!(there[id].state, JobState::Completed, "a unit");
            }
            for item in items.iter().filter(|item| seqs.contains(&item.seq.0)) {
                assert_eq!(
                    item.state,
                    ItemState::Succeeded,
                    "item {} of {id}",
                    item.seq
                );
            }
        }
        for job in there.values() {
            let items = items_of(store, job.id).await;
            let succeeded = items
                .iter()
                .filter(|item| item.state == ItemState::Succeeded);
            if !items.is_empty() {
                assert_eq!(
                    job.counters.succeeded as usize,
                    succeeded.count(),
                    "{job:?}"
                );
                assert_eq!(job.counters.total as usize, items.len(), "{job:?}");
            }
        }
    }

    /// Nothing that is recorded is given to a worker again.
    async fn check_leases(&self, store: &dyn Store) {
        let node = register(store).await;
        for lease in claim(store, node, 10_000).await {
            let recorded = self.succeeded.get(&lease.job).cloned().unwrap_or_default();
            let leased: BTreeSet<u32> = seqs(&lease).into_iter().collect();
            assert!(leased.is_disjoint(&recorded), "{leased:?} of {recorded:?}");
            assert!(!self.cancelled.contains(&lease.job));
        }
    }
}

/// Starts the child, lets it acknowledge so many things, and kills it.
fn run_and_kill(file: &Path, seed: u64, lines: usize, acknowledged: &mut Acknowledged) {
    let mut child = Command::new(example("submit_loop"))
        .args([file.as_os_str(), seed.to_string().as_ref()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let mut said = output.lines();
    for _ in 0..lines {
        let line = said.next().expect("the child goes on").expect("text");
        acknowledged.line(line.trim_end_matches('.'));
    }
    child.kill().expect("killed");
    let status = child.wait().expect("ended");
    assert!(!status.success());
    // What was still in the pipe was acknowledged as well. A line that is whole ends in a full stop.
    for line in said
        .map_while(Result::ok)
        .filter(|line| line.ends_with('.'))
    {
        acknowledged.line(line.trim_end_matches('.'));
    }
}

#[tokio::test]
async fn all_that_was_acknowledged_survives_a_kill() {
    let place = Place::new();
    let mut acknowledged = Acknowledged::default();
    let mut dice = Dice::new(20_261_122);
    for round in 0..ROUNDS {
        let lines = 50 + usize::try_from(dice.next_u64() % 700).expect("small");
        run_and_kill(&place.file(), round, lines, &mut acknowledged);
        let store = open(&place.file());
        acknowledged.check(&*store).await;
        acknowledged.check_leases(&*store).await;
        drop(store);
        assert_sound(&place.file());
    }
    assert!(acknowledged.jobs.len() > 100 && !acknowledged.cancelled.is_empty());
    assert!(
        acknowledged.succeeded.len() > 50,
        "{} succeeded",
        acknowledged.succeeded.len()
    );
}
