//! Simulated workers: they lease, take their time, report in parts, and sometimes die.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use paceline_core::dice::Dice;
use paceline_core::error::{ErrorKind, Failure};
use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::{
    Lease, LeaseReport, LeaseSignal, LeasedItem, LeasedWork, Note, NoteBody, Release, ReportAnswer,
    ReportBody,
};
use paceline_core::store::Offer;
use paceline_core::{Json, LeaseId};
use paceline_engine::Handle;
use tokio::sync::broadcast::Receiver;

use crate::check::{self, Checks};
use crate::reach::Execution;
use crate::script::Script;
use crate::tasks;

pub(crate) struct Worker {
    pub(crate) engine: Handle,
    pub(crate) dice: Dice,
    pub(crate) workers: u32,
    /// One attempt in so many ends in the worker's death; 0 is never.
    pub(crate) deadliness: u64,
    pub(crate) checks: Arc<Mutex<Checks>>,
}

/// Why a chunk ended.
enum End {
    Done,
    Died,
    Revoked,
}

impl Worker {
    pub(crate) async fn run(mut self) {
        let mut signals = Signals::new(self.engine.signals());
        if self.engine.declare(tasks::declared()).await.is_err() {
            return;
        }
        let tasks: Vec<String> = tasks::declared()
            .into_iter()
            .map(|task| task.name)
            .collect();
        loop {
            let offer = Offer {
                tasks: tasks.clone(),
                leases: 1 + u32::try_from(self.dice.next_u64() % 3).expect("small"),
                workers: self.workers,
            };
            let Ok(leases) = self.engine.lease(offer).await else {
                return;
            };
            for lease in leases {
                self.work(&lease, &mut signals).await;
            }
        }
    }

    async fn work(&mut self, lease: &Lease, signals: &mut Signals) {
        match &lease.work {
            LeasedWork::Unit => self.unit(lease, signals).await,
            LeasedWork::Plan => self.plan(lease).await,
            LeasedWork::Chunk(items) => self.chunk(lease, items, signals).await,
        }
    }

    async fn report(&self, lease: &Lease, body: ReportBody) -> bool {
        let report = LeaseReport {
            lease: lease.id,
            job: lease.job,
            body,
        };
        let answers = self.engine.report(vec![report]).await;
        matches!(answers.as_deref(), Ok([ReportAnswer::Accepted]))
    }

    async fn unit(&mut self, lease: &Lease, signals: &mut Signals) {
        let script = Script::from_json(&lease.params);
        let end = self.attempt(lease, None, script, signals).await;
        let body = match end {
            End::Revoked => return,
            End::Died => ReportBody::Unit {
                outcome: died(),
                duration: script.takes,
            },
            End::Done => ReportBody::Unit {
                outcome: outcome(script, lease.attempt),
                duration: script.takes,
            },
        };
        self.report(lease, body).await;
    }

    async fn plan(&mut self, lease: &Lease) {
        let count = self.dice.next_u64() % 12;
        for part in 0..2 {
            let items = (0..count)
                .map(|n| NewItem {
                    key: Some(format!("planned-{}", part * count + n)),
                    payload: Script::roll(&mut self.dice).to_json(),
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(20)).await;
            if !self.report(lease, ReportBody::Planned(items)).await {
                return;
            }
        }
        self.report(lease, ReportBody::PlanDone).await;
    }

    async fn chunk(&mut self, lease: &Lease, items: &[LeasedItem], signals: &mut Signals) {
        let mut done = Vec::new();
        for item in items {
            let script = Script::from_json(&item.payload);
            let release = match self.attempt(lease, Some(item), script, signals).await {
                End::Revoked => return,
                End::Done => {
                    let outcome = outcome(script, item.attempt);
                    done.push(ItemReport {
                        seq: item.seq,
                        outcome,
                        duration: script.takes,
                    });
                    None
                }
                End::Died if self.dice.next_u64().is_multiple_of(2) => Some(Release::Suspect),
                End::Died => {
                    done.push(ItemReport {
                        seq: item.seq,
                        outcome: died(),
                        duration: script.takes,
                    });
                    Some(Release::Normal)
                }
            };
            let died = release.is_some();
            if died || self.dice.next_u64().is_multiple_of(3) {
                let items = std::mem::take(&mut done);
                if !self
                    .report(lease, ReportBody::Chunk { items, release })
                    .await
                    || died
                {
                    return;
                }
            }
        }
        self.report(
            lease,
            ReportBody::Chunk {
                items: done,
                release: Some(Release::Normal),
            },
        )
        .await;
    }

    /// Runs the handler once, listening for signals.
    async fn attempt(
        &mut self,
        lease: &Lease,
        item: Option<&LeasedItem>,
        script: Script,
        signals: &mut Signals,
    ) -> End {
        if self.dice.next_u64().is_multiple_of(5) {
            let body = NoteBody::Progress {
                fraction: Some(0.5),
                stage: Some("half".into()),
                message: None,
            };
            self.engine
                .note(vec![Note {
                    job: lease.job,
                    body,
                }])
                .await;
        }
        check::begin(&self.checks, lease, item.map(|item| item.seq));
        let execution = Execution::new(lease.id, &self.checks);
        let work = tokio::time::sleep(script.takes);
        let ended = tokio::select! {
            biased;
            () = work => self.fate(),
            () = signals.revoked(lease.id) => End::Revoked,
        };
        drop(execution);
        ended
    }

    fn fate(&mut self) -> End {
        let dies = self.deadliness > 0 && self.dice.next_u64().is_multiple_of(self.deadliness);
        if dies { End::Died } else { End::Done }
    }
}

fn outcome(script: Script, attempt: u32) -> Outcome {
    if script.succeeds_at(attempt) {
        return Outcome::Succeeded(Json::from_checked("\"ok\""));
    }
    let failure = Failure::new(ErrorKind::Handler, format!("attempt {attempt} fails"));
    Outcome::Failed(Failure {
        permanent: script.permanent,
        hold: script.holds,
        retry_after: script.holds.map(|_| script.takes * 4),
        ..failure
    })
}

fn died() -> Outcome {
    Outcome::Failed(Failure::new(ErrorKind::Crash, "the simulated worker died"))
}

/// The signals of a worker. A lease that waits its turn may be revoked too, so all are kept.
pub(crate) struct Signals {
    receiver: Receiver<LeaseSignal>,
    revoked: HashSet<LeaseId>,
}

impl Signals {
    fn new(receiver: Receiver<LeaseSignal>) -> Self {
        Signals {
            receiver,
            revoked: HashSet::new(),
        }
    }

    /// Returns once the lease is revoked.
    async fn revoked(&mut self, lease: LeaseId) {
        while !self.revoked.contains(&lease) {
            match self.receiver.recv().await {
                Ok(LeaseSignal::Revoked(gone)) => {
                    self.revoked.insert(gone);
                }
                Ok(LeaseSignal::Recalled(_)) => {}
                Err(error) => panic!("signals were lost: {error}"),
            }
        }
    }
}
