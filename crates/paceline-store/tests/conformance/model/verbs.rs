//! What people, programs, workers and the time do to the store, at random.

use std::collections::BTreeSet;

use paceline_core::item::{ItemReport, NewItem};
use paceline_core::lease::{
    Lease, LeaseReport, LeasedWork, Note, NoteBody, Release, ReportAnswer, ReportBody,
};
use paceline_core::limits::Limits;
use paceline_core::options::MaxFailures;
use paceline_core::query::{JobFilter, Selector};
use paceline_core::store::{Action, Change, Controlled, Offer};
use paceline_core::{JobId, JobState, Json, LeaseId, Priority, Seq};

use super::Model;
use crate::support::{
    Draft, OTHER, TASK, failed, failure, items, planned, seconds, succeeded, unit, unkeyed,
};

impl Model {
    pub(super) async fn step(&mut self) {
        match self.roll(20) {
            0..3 => self.submit().await,
            3 => self.upload().await,
            4 | 5 => self.admit().await,
            6..10 => self.claim().await,
            10..15 => self.report().await,
            15 | 16 => self.control().await,
            17 => self.pass_time().await,
            18 => self.look_after().await,
            _ => self.report_on_gone().await,
        }
    }

    // ---- people -----------------------------------------------------------------------------

    async fn submit(&mut self) {
        let count = 1 + self.roll(2);
        let drafts = (0..count).map(|_| self.draft()).collect();
        self.jobs.extend(self.s.submit_all(drafts).await);
    }

    fn draft(&mut self) -> Draft {
        let size = self.roll(14);
        let kind = match self.roll(6) {
            0 | 1 => unit(),
            2 => planned(),
            3 => unkeyed(size),
            _ => items(size),
        };
        self.dressed(kind)
    }

    /// With random options.
    fn dressed(&mut self, mut draft: Draft) -> Draft {
        draft = draft.chunk(1 + self.roll(6)).attempts(1 + self.roll(3));
        draft = draft.priority(Priority::from_level(i64::from(self.roll(4))));
        if self.once_in(3) {
            draft = draft.task(OTHER);
        }
        if self.once_in(2) {
            let user = if self.once_in(2) { "ana" } else { "ben" };
            draft = draft.user(user);
        }
        if self.once_in(4) {
            draft = draft.workers(1 + self.roll(2));
        }
        if self.once_in(3) {
            draft = draft.only_new();
        }
        if self.once_in(4) {
            draft = draft.max_failures(MaxFailures::Count(self.roll(3)));
        }
        if self.once_in(8) {
            draft = draft.timeout(seconds(40));
        }
        if self.once_in(5) {
            draft = draft.at(self.s.now() + seconds(u64::from(self.roll(30))));
        }
        draft
    }

    async fn upload(&mut self) {
        let draft = self.dressed(items(0));
        let job = self.s.job_of(draft);
        let id = job.id;
        let upload = self
            .s
            .store
            .begin_upload(job, self.s.now())
            .await
            .expect("begun");
        for part in 0..self.roll(4) {
            let item = |n: u32| NewItem {
                key: Some(format!("k{}", part * 3 + n)),
                payload: Json::null(),
            };
            let part = (0..3).map(item).collect();
            self.s
                .store
                .append_upload(upload, part)
                .await
                .expect("appended");
        }
        if self.once_in(4) {
            self.s.store.abort_upload(upload).await.expect("aborted");
        } else {
            self.s
                .store
                .finish_upload(upload, self.s.now())
                .await
                .expect("finished");
            self.jobs.push(id);
        }
    }

    async fn control(&mut self) {
        let action = self.action();
        let before = self.gone.len();
        if self.once_in(8) {
            let filter = JobFilter {
                user: Some("ana".to_owned()),
                ..JobFilter::default()
            };
            let mut selected = self.s.jobs_like(filter.clone()).await;
            selected.retain(|job| !self.deleted.contains(&job.id));
            let done = self
                .s
                .control(Selector::Filter(Box::new(filter)), action.clone())
                .await;
            assert_eq!(done.matched, selected.len() as u64);
            let selected: Vec<JobId> = selected.into_iter().map(|job| job.id).collect();
            self.controlled(&selected, &action, &done);
        } else if let Some(job) = self.pick(&self.jobs.clone()) {
            let done = self.s.act(job, action.clone()).await;
            self.controlled(&[job], &action, &done);
        }
        assert!(self.gone.len() >= before);
    }

    fn action(&mut self) -> Action {
        let run_at = self.once_in(2).then(|| self.s.now() + seconds(20));
        match self.roll(14) {
            0 | 1 => Action::Cancel { reason: None },
            2..5 => Action::Pause,
            5..8 => Action::Resume,
            8 | 9 => Action::Retry,
            10 => Action::Restart,
            11 => Action::Delete,
            12 => Action::Change(Change {
                run_at: Some(run_at),
                ..Change::default()
            }),
            _ => Action::Change(Change {
                workers: Some(Some(1 + self.roll(3))),
                priority: Some(Priority::Urgent),
                ..Change::default()
            }),
        }
    }

    /// What an action means for leases and records.
    fn controlled(&mut self, selected: &[JobId], action: &Action, done: &Controlled) {
        let refused: BTreeSet<JobId> = done.refused.iter().map(|(job, _)| *job).collect();
        let mut revoked: Vec<LeaseId> = done.revoked.iter().map(|(_, lease)| *lease).collect();
        revoked.sort();
        let taken: Vec<JobId> = selected
            .iter()
            .copied()
            .filter(|job| !refused.contains(job))
            .collect();
        assert_eq!(done.changed, taken.len() as u64, "{action:?}: {done:?}");
        let mut expected: Vec<LeaseId> = Vec::new();
        for job in taken {
            match action {
                Action::Cancel { .. } => expected.extend(self.live_of(job)),
                Action::Retry => self.attempts.retain(|(of, _), _| *of != job),
                Action::Restart => {
                    self.attempts.retain(|(of, _), _| *of != job);
                    self.recorded.remove(&job);
                }
                Action::Delete => {
                    self.deleted.insert(job);
                    self.jobs.retain(|other| *other != job);
                }
                Action::Pause | Action::Resume | Action::Change(_) => {}
            }
        }
        expected.sort();
        assert_eq!(revoked, expected, "{action:?}");
        self.all_ended(revoked);
    }

    // ---- the engine -------------------------------------------------------------------------

    async fn admit(&mut self) {
        let limits = self.limits();
        self.s.admit_within(limits.clone()).await;
        let Some(most) = limits.jobs else { return };
        let running = self.s.all_jobs().await;
        let running = running
            .iter()
            .filter(|job| job.state == JobState::Running)
            .count();
        // Others may have come in without limits, but then nothing more does.
        if running > most as usize {
            assert_eq!(self.s.admit_within(limits).await, 0);
        }
    }

    fn limits(&mut self) -> Limits {
        if self.once_in(2) {
            return Limits::NONE;
        }
        Limits::general(Some(2 + self.roll(8)), Some(1 + self.roll(3)))
    }

    async fn claim(&mut self) {
        let offer = |tasks: &[&str], leases, workers| Offer {
            tasks: tasks.iter().map(ToString::to_string).collect(),
            leases,
            workers,
        };
        let workers = 1 + self.roll(3);
        let offers = vec![
            offer(&[TASK], self.roll(3), workers),
            offer(&[TASK, OTHER], self.roll(3), workers),
        ];
        let limits = self.limits();
        let claimed = self.s.claim_offers(offers.clone(), limits).await;
        for (offer, leases) in offers.iter().zip(claimed.leases) {
            assert!(leases.len() <= offer.leases as usize);
            for lease in leases {
                assert!(offer.tasks.contains(&lease.task));
                assert_eq!(self.s.state(lease.job).await, JobState::Running);
                self.leased(lease);
            }
        }
    }

    async fn pass_time(&mut self) {
        let passed = seconds(u64::from(self.roll(30)));
        self.s.advance(passed);
        let ticked = self.s.tick().await;
        let mut expected = Vec::new();
        for job in &ticked.timed_out {
            expected.extend(self.live_of(*job));
        }
        let mut revoked: Vec<LeaseId> = ticked.revoked.iter().map(|(_, lease)| *lease).collect();
        expected.sort();
        revoked.sort();
        assert_eq!(
            revoked, expected,
            "time-outs revoke all leases of their jobs"
        );
        self.all_ended(revoked);
    }

    async fn look_after(&mut self) {
        if self.once_in(4) {
            self.s.replace_node().await;
            self.all_ended(self.live_leases());
            return;
        }
        let mut held = self.live_leases();
        let gone: Vec<LeaseId> = self
            .gone
            .iter()
            .rev()
            .take(4)
            .map(|lease| lease.id)
            .collect();
        held.extend(&gone);
        let mut lost = self.s.heartbeat(&held).await;
        lost.sort();
        let mut gone = gone;
        gone.sort();
        assert_eq!(
            lost, gone,
            "a heartbeat hears of what is gone and of nothing else"
        );
    }

    // ---- workers ----------------------------------------------------------------------------

    async fn report(&mut self) {
        let Some(id) = self.pick(&self.live_leases()) else {
            return;
        };
        let lease = self.live[&id].lease.clone();
        if self.once_in(6) {
            self.note(lease.job).await;
        }
        let left: Vec<u32> = self.live[&id].left.iter().copied().collect();
        match lease.work {
            LeasedWork::Unit => self.report_unit(&lease).await,
            LeasedWork::Plan => self.report_plan(&lease).await,
            LeasedWork::Chunk(_) => self.report_chunk(&lease, &left).await,
        }
    }

    async fn note(&mut self, job: JobId) {
        let body = NoteBody::Progress {
            fraction: None,
            stage: Some("at it".to_owned()),
            message: None,
        };
        self.s
            .store
            .note(vec![Note { job, body }], self.s.now())
            .await
            .expect("noted");
    }

    async fn report_unit(&mut self, lease: &Lease) {
        match self.roll(6) {
            0 => self.s.hand_back(lease).await,
            1 | 2 => self.s.fail(lease, "no").await,
            _ => {
                self.s.succeed(lease).await;
                self.recorded.entry(lease.job).or_default().insert(0);
            }
        }
        self.ended(lease.id);
    }

    pub(super) async fn report_plan(&mut self, lease: &Lease) {
        match self.roll(8) {
            0 => self.s.hand_back(lease).await,
            1 => self.s.fail_plan(lease, "no").await,
            2 => {
                let again = ["k1", "k1"];
                let body = ReportBody::Planned(crate::support::new_items(again));
                self.s.report(lease, body).await;
                assert_eq!(self.s.state(lease.job).await, JobState::Failed);
            }
            3 => {
                self.s
                    .list(lease, crate::support::new_items(["k1", "x"]))
                    .await;
                self.s.hand_back(lease).await;
            }
            _ => {
                self.s
                    .list(lease, crate::support::new_items(["k0", "k1", "k2"]))
                    .await;
                self.s
                    .list(lease, crate::support::new_items(["p", "q"]))
                    .await;
                self.s.end_plan(lease).await;
            }
        }
        self.ended(lease.id);
        self.forget_if_ended(lease.job).await;
    }

    async fn report_chunk(&mut self, lease: &Lease, left: &[u32]) {
        let share = self.roll(4);
        let reported: Vec<u32> = left
            .iter()
            .copied()
            .filter(|_| self.roll(3) < share)
            .collect();
        let mut reports: Vec<ItemReport> = Vec::new();
        for seq in &reported {
            let outcome = if self.once_in(4) {
                let error = failure("no");
                let error = if self.once_in(4) {
                    error.permanent()
                } else {
                    error
                };
                failed(*seq, error)
            } else {
                succeeded(*seq)
            };
            reports.push(outcome);
        }
        let noise = Seq(self.roll(20));
        let release = match self.roll(4) {
            0 | 1 => None,
            2 => Some(Release::Normal),
            _ => Some(Release::Suspect),
        };
        self.take_in(lease, &reports);
        if self.once_in(3) && !left.contains(&noise.0) {
            // Not in the lease, or reported before.
            reports.push(succeeded(noise.0));
        }
        match release {
            None => self.s.partly(lease, reports).await,
            Some(release) => self.s.release(lease, reports, release).await,
        }
        if release.is_some() {
            self.ended(lease.id);
        }
        self.forget_if_ended(lease.job).await;
    }

    fn take_in(&mut self, lease: &Lease, reports: &[ItemReport]) {
        for report in reports {
            let seq = report.seq.0;
            if let Some(live) = self.live.get_mut(&lease.id) {
                live.left.remove(&seq);
            }
            *self.attempts.entry((lease.job, seq)).or_default() += 1;
            match report.outcome {
                paceline_core::item::Outcome::Succeeded(_) => {
                    self.recorded.entry(lease.job).or_default().insert(seq);
                }
                paceline_core::item::Outcome::Failed(_) => {}
            }
        }
    }

    /// A job that ended by a report has no leases any more.
    pub(super) async fn forget_if_ended(&mut self, job: JobId) {
        if self.s.state(job).await.is_terminal() {
            self.all_ended(self.live_of(job));
        }
    }

    async fn report_on_gone(&mut self) {
        let Some(lease) = self.pick(&self.gone.clone()) else {
            return;
        };
        let before = self.s.last_event().await;
        let bodies = [
            ReportBody::HandBack,
            ReportBody::PlanDone,
            ReportBody::Chunk {
                items: (0..9).map(succeeded).collect(),
                release: Some(Release::Normal),
            },
        ];
        let reports = bodies.map(|body| LeaseReport {
            lease: lease.id,
            job: lease.job,
            body,
        });
        let answers = self.s.reports(reports.into()).await;
        assert_eq!(answers, [ReportAnswer::Lost; 3], "{lease:?}");
        assert_eq!(
            self.s.last_event().await,
            before,
            "a refused report tells nothing"
        );
    }
}
