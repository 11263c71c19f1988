//! One case: a store, a node on it, a clock that stands still, and the verbs in short.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use paceline_core::dice::Dice;
use paceline_core::lease::Lease;
use paceline_core::limits::Limits;
use paceline_core::query::Selector;
use paceline_core::resources::Room;
use paceline_core::store::{
    Action, Change, Claim, Claimed, Controlled, NodeInfo, NodeNews, Offer, Result, Store,
    Submitted, Ticked,
};
use paceline_core::{JobId, LeaseId, NewJob, NodeId, Time};

use super::draft::{Draft, OTHER, TASK};
use crate::backends::Opened;

/// When every case begins: 2026-11-22 10:15:30.123456 UTC.
pub(crate) const START: Time = Time::from_micros(1_795_342_530_123_456);

/// How long a node is alive that a case does not let die.
const LIFE: Duration = Duration::from_hours(24 * 365);

pub(crate) struct Case {
    pub(crate) store: Arc<dyn Store>,
    node: Cell<NodeId>,
    now: Cell<Time>,
    dice: RefCell<Dice>,
    /// What the store is configured with.
    limits: RefCell<Limits>,
    /// What the node has room for.
    pub(crate) room: RefCell<Room>,
    _keep: Box<dyn Any>,
}

/// A wish of one worker for `leases` of the usual task.
pub(crate) fn offer(leases: u32) -> Offer {
    offer_of(&[TASK], leases)
}

pub(crate) fn offer_of(tasks: &[&str], leases: u32) -> Offer {
    Offer {
        tasks: tasks.iter().map(ToString::to_string).collect(),
        leases,
        workers: 1,
    }
}

impl Case {
    pub(crate) async fn new(opened: Opened) -> Self {
        let Opened { store, keep } = opened;
        let case = Case {
            store,
            node: Cell::default(),
            now: Cell::new(START),
            dice: RefCell::new(Dice::new(7)),
            limits: RefCell::new(Limits::NONE),
            room: RefCell::default(),
            _keep: keep,
        };
        case.node.set(case.register().await);
        case
    }

    pub(crate) fn now(&self) -> Time {
        self.now.get()
    }

    /// To just before a time.
    pub(crate) fn advance_to_before(&self, time: Time) {
        self.now.set(time - Duration::from_micros(1));
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.now.set(self.now() + by);
    }

    // ---- nodes ------------------------------------------------------------------------------

    /// Registers a node that is alive for as long as the case goes.
    pub(crate) async fn register(&self) -> NodeId {
        self.register_until(self.now() + LIFE).await
    }

    pub(crate) async fn register_until(&self, until: Time) -> NodeId {
        let node = NodeInfo {
            name: "testing".to_owned(),
            pid: 4711,
            version: "0.1.0".to_owned(),
        };
        self.store
            .register_node(node, until, self.now())
            .await
            .expect("a node registers")
    }

    pub(crate) fn node(&self) -> NodeId {
        self.node.get()
    }

    pub(crate) fn act_as(&self, node: NodeId) {
        self.node.set(node);
    }

    /// The node goes; a new one takes its place.
    pub(crate) async fn replace_node(&self) {
        self.store
            .remove_node(self.node(), self.now())
            .await
            .expect("a node is removed");
        self.node.set(self.register().await);
    }

    /// Says that the node lives, and which leases it holds; hears which of them are gone.
    pub(crate) async fn heartbeat(&self, held: &[LeaseId]) -> Vec<LeaseId> {
        self.lease_news(held).await.gone
    }

    pub(crate) async fn lease_news(&self, held: &[LeaseId]) -> NodeNews {
        let until = self.now() + LIFE;
        let beat = self
            .store
            .heartbeat(self.node(), held.to_vec(), until, self.now());
        beat.await.expect("a heartbeat is taken")
    }

    // ---- submitting -------------------------------------------------------------------------

    pub(crate) fn new_id(&self) -> JobId {
        let mut dice = self.dice.borrow_mut();
        let mut random = [0; 10];
        random.fill_with(|| dice.next_u64().to_le_bytes()[0]);
        JobId::new(self.now(), random)
    }

    pub(crate) fn job_of(&self, draft: Draft) -> NewJob {
        draft.into_job(self.new_id())
    }

    pub(crate) async fn try_submit(&self, drafts: Vec<Draft>) -> Result<Vec<Submitted>> {
        let jobs = drafts.into_iter().map(|draft| self.job_of(draft)).collect();
        self.store.submit(jobs, self.now()).await
    }

    pub(crate) async fn submit_all(&self, drafts: Vec<Draft>) -> Vec<JobId> {
        let submitted = self
            .try_submit(drafts)
            .await
            .expect("a submission is taken");
        submitted.into_iter().map(|job| job.id).collect()
    }

    pub(crate) async fn submit(&self, draft: Draft) -> JobId {
        self.submit_all(vec![draft]).await[0]
    }

    /// Submits and admits.
    pub(crate) async fn start(&self, draft: Draft) -> JobId {
        let id = self.submit(draft).await;
        self.admit().await;
        id
    }

    // ---- running ----------------------------------------------------------------------------

    /// Starts whatever may start.
    pub(crate) async fn admit(&self) -> u64 {
        self.admit_within(Limits::NONE).await
    }

    pub(crate) async fn admit_within(&self, limits: Limits) -> u64 {
        self.configure(limits).await;
        self.admit_by_the_rules().await
    }

    /// Starts what may start under the limits that there are.
    pub(crate) async fn admit_by_the_rules(&self) -> u64 {
        let admitted = self.store.admit(self.now());
        admitted.await.expect("jobs are admitted")
    }

    pub(crate) async fn configure(&self, limits: Limits) {
        if *self.limits.borrow() == limits {
            return;
        }
        let configured = self.store.configure(limits.clone(), self.now());
        configured.await.expect("limits are configured");
        self.limits.replace(limits);
    }

    /// Leases up to `leases` of the usual task to one worker.
    pub(crate) async fn claim(&self, leases: u32) -> Vec<Lease> {
        let claimed = self.claim_offers(vec![offer(leases)], Limits::NONE).await;
        claimed.leases.into_iter().flatten().collect()
    }

    /// The only lease that there is to have for either task.
    pub(crate) async fn claim_one(&self) -> Lease {
        let offers = vec![offer_of(&[TASK, OTHER], 1)];
        let claimed = self.claim_offers(offers, Limits::NONE).await;
        let mut leases: Vec<Lease> = claimed.leases.into_iter().flatten().collect();
        assert_eq!(leases.len(), 1, "one lease of {leases:?}");
        leases.remove(0)
    }

    /// Fails if there is any work to have.
    pub(crate) async fn nothing_to_claim(&self) {
        let leases = self.claim(1_000).await;
        assert_eq!(leases, [], "nothing is to be leased");
    }

    pub(crate) async fn claim_offers(&self, offers: Vec<Offer>, limits: Limits) -> Claimed {
        self.configure(limits).await;
        self.claim_by_the_rules(offers).await
    }

    /// Leases what may be leased under the limits that there are.
    pub(crate) async fn claim_by_the_rules(&self, offers: Vec<Offer>) -> Claimed {
        let count = offers.len();
        let claim = Claim {
            node: self.node(),
            offers,
            room: self.room.borrow().clone(),
            now: self.now(),
        };
        let claimed = self.store.claim(claim).await.expect("work is claimed");
        assert_eq!(claimed.leases.len(), count, "an answer to each offer");
        claimed
    }

    /// Runs all that may run now to a successful end.
    pub(crate) async fn run_all(&self) {
        loop {
            let admitted = self.admit().await;
            let offers = vec![offer_of(&[TASK, OTHER], 100)];
            let claimed = self.claim_offers(offers, Limits::NONE).await;
            let leases: Vec<Lease> = claimed.leases.into_iter().flatten().collect();
            if admitted == 0 && leases.is_empty() {
                return;
            }
            for lease in &leases {
                self.succeed(lease).await;
            }
        }
    }

    pub(crate) async fn tick(&self) -> Ticked {
        self.store.tick(self.now()).await.expect("a tick")
    }

    // ---- control ----------------------------------------------------------------------------

    pub(crate) async fn control(&self, selector: Selector, action: Action) -> Controlled {
        let controlled = self.store.control(selector, action, false, self.now());
        controlled.await.expect("an action is taken")
    }

    pub(crate) async fn act(&self, job: JobId, action: Action) -> Controlled {
        self.control(Selector::Ids(vec![job]), action).await
    }

    /// An action that must be taken.
    async fn must(&self, job: JobId, action: Action) -> Controlled {
        let controlled = self.act(job, action).await;
        assert_eq!(controlled.refused, [], "nothing is refused");
        assert_eq!((controlled.matched, controlled.changed), (1, 1));
        controlled
    }

    pub(crate) async fn cancel(&self, job: JobId) -> Controlled {
        self.must(job, Action::Cancel { reason: None }).await
    }

    pub(crate) async fn pause(&self, job: JobId) {
        self.must(job, Action::Pause).await;
    }

    pub(crate) async fn resume(&self, job: JobId) {
        self.must(job, Action::Resume).await;
    }

    pub(crate) async fn retry(&self, job: JobId) {
        self.must(job, Action::Retry).await;
    }

    pub(crate) async fn restart(&self, job: JobId) {
        self.must(job, Action::Restart).await;
    }

    pub(crate) async fn delete(&self, job: JobId) {
        self.must(job, Action::Delete).await;
    }

    pub(crate) async fn change(&self, job: JobId, change: Change) {
        self.must(job, Action::Change(change)).await;
    }
}
