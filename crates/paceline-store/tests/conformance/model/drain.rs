//! The end of a history: nobody interferes any more, so all that was taken in must come to an end.

use paceline_core::lease::LeasedWork;
use paceline_core::{JobId, JobState};

use super::Model;
use crate::support::{OTHER, TASK, new_items, offer_of, seconds};

/// Rounds after which nothing may be left: far more than any history needs.
const ROUNDS: u32 = 400;

impl Model {
    pub(super) async fn drain(&mut self) {
        for _ in 0..ROUNDS {
            let open = self.unfinished().await;
            if open.is_empty() {
                return;
            }
            for (job, state) in open {
                if state == JobState::Paused {
                    self.s.resume(job).await;
                }
            }
            self.s.admit().await;
            self.finish_leases().await;
            let offers = vec![offer_of(&[TASK, OTHER], 50)];
            let limits = paceline_core::limits::Limits::NONE;
            let claimed = self.s.claim_offers(offers, limits).await;
            claimed
                .leases
                .into_iter()
                .flatten()
                .for_each(|lease| self.leased(lease));
            self.finish_leases().await;
            self.s.advance(seconds(15));
            let ticked = self.s.tick().await;
            self.all_ended(ticked.revoked.iter().map(|(_, lease)| *lease).collect());
        }
        let left = self.unfinished().await;
        for (job, _) in &left {
            eprintln!(
                "{:?} {:?}",
                self.s.job(*job).await,
                self.s.events_of(*job).await
            );
        }
        panic!("work was lost: {left:?} never end");
    }

    async fn unfinished(&self) -> Vec<(JobId, JobState)> {
        let jobs = self.s.all_jobs().await;
        let open = jobs.into_iter().filter(|job| !job.state.is_terminal());
        open.map(|job| (job.id, job.state)).collect()
    }

    async fn finish_leases(&mut self) {
        for id in self.live_leases() {
            let Some(live) = self.live.get(&id) else {
                continue;
            };
            let (lease, left) = (live.lease.clone(), live.left.clone());
            match lease.work {
                LeasedWork::Plan => {
                    self.s.list(&lease, new_items(["k0", "y", "z"])).await;
                    self.s.end_plan(&lease).await;
                }
                LeasedWork::Unit | LeasedWork::Chunk(_) => {
                    self.s.succeed(&lease).await;
                    self.recorded.entry(lease.job).or_default().extend(left);
                }
            }
            self.ended(id);
            self.forget_if_ended(lease.job).await;
        }
    }
}
