//! A lease source in memory: jobs, leases and reports as a store would keep them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use paceline_core::event::EventKind;
use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::{
    Lease, LeaseReport, LeaseSignal, LeasedItem, LeasedWork, Note, NoteBody, Release, ReportAnswer,
    ReportBody,
};
use paceline_core::store::Offer;
use paceline_core::task::Task;
use paceline_core::{Failure, JobId, JobOptions, Json, LeaseId, Seq, Time};
use paceline_worker::{LeaseSource, Stopping};
use tokio::sync::{Notify, broadcast};

/// A job to run.
#[derive(Debug)]
pub(crate) struct JobSpec {
    pub(crate) task: &'static str,
    pub(crate) params: Json,
    pub(crate) options: JobOptions,
    pub(crate) work: SpecWork,
}

#[derive(Debug)]
pub(crate) enum SpecWork {
    Unit,
    Plan,
    Items(Vec<Json>),
}

impl JobSpec {
    pub(crate) fn items(payloads: impl IntoIterator<Item = serde_json::Value>) -> Self {
        let payloads = payloads.into_iter().map(|value| json(&value)).collect();
        Self::new(SpecWork::Items(payloads), &serde_json::json!({}))
    }

    pub(crate) fn unit(params: &serde_json::Value) -> Self {
        Self::new(SpecWork::Unit, params)
    }

    pub(crate) fn plan(params: &serde_json::Value) -> Self {
        Self::new(SpecWork::Plan, params)
    }

    fn new(work: SpecWork, params: &serde_json::Value) -> Self {
        let options = JobOptions {
            chunk_size: 5,
            ..JobOptions::default()
        };
        JobSpec {
            task: "deeds",
            params: json(params),
            options,
            work,
        }
    }

    pub(crate) fn of(mut self, task: &'static str) -> Self {
        self.task = task;
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut JobOptions)) -> Self {
        change(&mut self.options);
        self
    }
}

pub(crate) fn json(value: &serde_json::Value) -> Json {
    Json::from_checked(value.to_string())
}

/// What became of a job.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) succeeded: BTreeMap<u32, Json>,
    pub(crate) failed: BTreeMap<u32, Failure>,
    pub(crate) planned: Vec<NewItem>,
    pub(crate) plan_done: bool,
    pub(crate) hand_backs: u32,
    /// Items that were given out, each time that they were.
    pub(crate) given: u32,
}

#[derive(Debug)]
struct FakeJob {
    id: JobId,
    spec: JobSpec,
    /// Not given out, with how they must be: alone or not.
    free: BTreeMap<u32, bool>,
    leases: HashMap<LeaseId, BTreeSet<u32>>,
    tally: Tally,
    stopped: bool,
}

#[derive(Debug, Default)]
struct State {
    jobs: Vec<FakeJob>,
    last_lease: i64,
    notes: Vec<Note>,
    events: Vec<(EventKind, serde_json::Value)>,
    declared: Vec<Vec<Task>>,
}

#[derive(Debug)]
pub(crate) struct FakeSource {
    state: Mutex<State>,
    work: Notify,
    signals: broadcast::Sender<LeaseSignal>,
    /// While closed, notes and reports wait, as with a store that cannot write.
    open: tokio::sync::watch::Sender<bool>,
}

impl FakeSource {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(FakeSource {
            state: Mutex::default(),
            work: Notify::new(),
            signals: broadcast::channel(1000).0,
            open: tokio::sync::watch::channel(true).0,
        })
    }

    pub(crate) fn submit(&self, spec: JobSpec) -> JobId {
        let mut state = self.lock();
        let mut bytes = [0; 16];
        bytes[15] = u8::try_from(state.jobs.len() + 1).expect("few jobs");
        let id = JobId::from_bytes(bytes);
        let units = match &spec.work {
            SpecWork::Items(items) => items.len(),
            SpecWork::Unit | SpecWork::Plan => 1,
        };
        let free = (0..u32::try_from(units).expect("few items")).map(|seq| (seq, false));
        state.jobs.push(FakeJob {
            id,
            free: free.collect(),
            spec,
            leases: HashMap::new(),
            tally: Tally::default(),
            stopped: false,
        });
        drop(state);
        self.work.notify_waiters();
        id
    }

    pub(crate) fn tally(&self, job: JobId) -> Tally {
        self.lock().job(job).tally.clone()
    }

    /// Whether everything of the job has an end, and nobody holds anything of it.
    pub(crate) fn is_through(&self, job: JobId) -> bool {
        let mut state = self.lock();
        let job = state.job(job);
        job.free.is_empty() && job.leases.is_empty()
    }

    pub(crate) async fn through(&self, job: JobId) -> Tally {
        super::eventually("the job's end", || async {
            self.is_through(job).then_some(())
        })
        .await;
        self.tally(job)
    }

    /// Ends the job and revokes its leases.
    pub(crate) fn cancel(&self, job: JobId) -> usize {
        self.end_leases(job, |job| {
            job.free.clear();
            job.leases
                .drain()
                .map(|(lease, _)| LeaseSignal::Revoked(lease))
                .collect()
        })
    }

    /// Ends the job without a word to those who hold its leases, and floods them with other news.
    pub(crate) fn cancel_unheard(&self, job: JobId) {
        let mut state = self.lock();
        let job = state.job(job);
        job.stopped = true;
        job.free.clear();
        job.leases.clear();
        drop(state);
        for number in 0..3000 {
            let _ = self.signals.send(LeaseSignal::Recalled(LeaseId(-number)));
        }
    }

    /// Gives out no more of the job and recalls its leases.
    pub(crate) fn pause(&self, job: JobId) -> usize {
        self.end_leases(job, |job| {
            job.leases
                .keys()
                .map(|lease| LeaseSignal::Recalled(*lease))
                .collect()
        })
    }

    fn end_leases(&self, job: JobId, end: impl FnOnce(&mut FakeJob) -> Vec<LeaseSignal>) -> usize {
        let mut state = self.lock();
        let job = state.job(job);
        job.stopped = true;
        let signals = end(job);
        drop(state);
        for signal in &signals {
            let _ = self.signals.send(*signal);
        }
        signals.len()
    }

    /// Leases of the job that are held now.
    pub(crate) fn leases_held(&self, job: JobId) -> usize {
        self.lock().job(job).leases.len()
    }

    pub(crate) fn free(&self, job: JobId) -> usize {
        self.lock().job(job).free.len()
    }

    pub(crate) fn set_writable(&self, writable: bool) {
        self.open.send_replace(writable);
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.lock().notes.clone()
    }

    /// The log of a job so far, one line a line.
    pub(crate) fn log(&self, job: JobId) -> Vec<String> {
        let notes = self.notes().into_iter().filter(|note| note.job == job);
        let lines = notes.filter_map(|note| match note.body {
            NoteBody::Log(lines) => Some(lines),
            NoteBody::Progress { .. } | NoteBody::Usage { .. } => None,
        });
        lines.flatten().map(|line| line.text).collect()
    }

    pub(crate) fn events(&self, kind: EventKind) -> Vec<serde_json::Value> {
        let state = self.lock();
        let events = state.events.iter().filter(|(found, _)| *found == kind);
        events.map(|(_, data)| data.clone()).collect()
    }

    pub(crate) fn declared(&self) -> Vec<Vec<Task>> {
        self.lock().declared.clone()
    }

    async fn writable(&self) {
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn job(&mut self, id: JobId) -> &mut FakeJob {
        let found = self.jobs.iter_mut().find(|job| job.id == id);
        found.expect("a submitted job")
    }

    fn claim(&mut self, offer: &Offer) -> Vec<Lease> {
        let mut leases = vec![];
        while leases.len() < offer.leases as usize {
            let found = self.jobs.iter_mut().find(|job| {
                let offered = offer.tasks.iter().any(|task| task == job.spec.task);
                offered && !job.stopped && !job.free.is_empty()
            });
            let Some(job) = found else { break };
            self.last_lease += 1;
            leases.push(job.lease(LeaseId(self.last_lease), offer.workers));
        }
        leases
    }
}

impl FakeJob {
    fn lease(&mut self, id: LeaseId, workers: u32) -> Lease {
        let remaining = u32::try_from(self.free.len()).expect("few");
        let size = paceline_core::chunk::size(remaining, workers, self.spec.options.chunk_size);
        let alone = self.free.values().next() == Some(&true);
        let size = if alone { 1 } else { size as usize };
        let seqs: BTreeSet<u32> = self.free.keys().copied().take(size).collect();
        self.free.retain(|seq, _| !seqs.contains(seq));
        self.tally.given += u32::try_from(seqs.len()).expect("few");
        let work = match &self.spec.work {
            SpecWork::Unit => LeasedWork::Unit,
            SpecWork::Plan => LeasedWork::Plan,
            SpecWork::Items(payloads) => {
                let items = seqs.iter().map(|seq| LeasedItem {
                    seq: Seq(*seq),
                    key: Some(format!("key {seq}")),
                    payload: payloads[*seq as usize].clone(),
                    attempt: 1,
                });
                LeasedWork::Chunk(items.collect())
            }
        };
        self.leases.insert(id, seqs);
        Lease {
            id,
            job: self.id,
            task: self.spec.task.into(),
            params: self.spec.params.clone(),
            options: Arc::new(self.spec.options.clone()),
            attempt: 1,
            time_left: Duration::from_hours(1),
            work,
            parents: Vec::new(),
        }
    }

    fn apply(&mut self, report: LeaseReport) -> ReportAnswer {
        let Some(mut held) = self.leases.remove(&report.lease) else {
            return ReportAnswer::Lost;
        };
        match report.body {
            ReportBody::Chunk { items, release } => {
                for item in items {
                    assert!(held.remove(&item.seq.0), "item {} was not held", item.seq);
                    self.end_item(item);
                }
                match release {
                    None => {
                        self.leases.insert(report.lease, held);
                    }
                    Some(how) => {
                        let alone = how == Release::Suspect;
                        self.free.extend(held.into_iter().map(|seq| (seq, alone)));
                    }
                }
            }
            ReportBody::Unit { outcome, duration } => self.end_item(ItemReport {
                seq: Seq(0),
                outcome,
                duration,
            }),
            ReportBody::HandBack => {
                self.tally.hand_backs += 1;
                self.tally.planned.clear();
                self.free.insert(0, false);
            }
            ReportBody::Planned(items) => {
                assert!(items.len() <= 1000, "{} items at once", items.len());
                self.tally.planned.extend(items);
                self.leases.insert(report.lease, held);
            }
            ReportBody::PlanDone => self.tally.plan_done = true,
            ReportBody::PlanFailed(failure) => {
                self.tally.failed.insert(0, failure);
            }
        }
        ReportAnswer::Accepted
    }

    fn end_item(&mut self, item: ItemReport) {
        let seq = item.seq.0;
        let tally = &mut self.tally;
        let ended = tally.succeeded.contains_key(&seq) || tally.failed.contains_key(&seq);
        assert!(!ended, "item {seq} ended twice");
        match item.outcome {
            Outcome::Succeeded(result) => {
                tally.succeeded.insert(seq, result);
            }
            Outcome::Failed(failure) => {
                tally.failed.insert(seq, failure);
            }
        }
    }
}

#[async_trait]
impl LeaseSource for FakeSource {
    async fn lease(&self, offer: Offer) -> Result<Vec<Lease>, Stopping> {
        assert!(offer.leases > 0 && offer.workers > 0, "{offer:?}");
        loop {
            let mut notified = std::pin::pin!(self.work.notified());
            notified.as_mut().enable();
            let leases = self.lock().claim(&offer);
            if !leases.is_empty() {
                return Ok(leases);
            }
            notified.await;
        }
    }

    async fn report(&self, reports: Vec<LeaseReport>) -> Result<Vec<ReportAnswer>, Stopping> {
        self.writable().await;
        let mut state = self.lock();
        let answers = reports
            .into_iter()
            .map(|report| state.job(report.job).apply(report));
        let answers = answers.collect();
        drop(state);
        self.work.notify_waiters();
        Ok(answers)
    }

    async fn note(&self, notes: Vec<Note>) {
        self.writable().await;
        self.lock().notes.extend(notes);
    }

    fn signals(&self) -> broadcast::Receiver<LeaseSignal> {
        self.signals.subscribe()
    }

    async fn declare(&self, tasks: Vec<Task>) -> Result<(), Stopping> {
        self.lock().declared.push(tasks);
        Ok(())
    }

    async fn event(&self, kind: EventKind, data: Json) {
        let data = serde_json::from_str(data.as_str()).expect("JSON");
        self.lock().events.push((kind, data));
    }

    fn now(&self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "the tests run in real time")]
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(0))
    }
}
