//! The model by itself, where few histories get.

use paceline_core::dice::Dice;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::links::Wanted;
use paceline_core::{JobId, JobState, Json, LeaseId, NewJob, NodeId, Time};

use crate::check::Checks;
use crate::drafts::Drafts;
use crate::tasks::GREEDY;

const NOW: Time = Time::EPOCH;

fn event(job: &NewJob, kind: EventKind, state: JobState) -> EventRecord {
    EventRecord {
        seq: EventSeq(1),
        at: NOW,
        kind,
        job: Some(job.id),
        task: None,
        batch: None,
        state: Some(state),
        data: Json::empty_object(),
    }
}

fn lease(number: i64, job: &NewJob) -> Lease {
    Lease {
        id: LeaseId(number),
        job: job.id,
        task: job.task.clone(),
        params: job.params.clone(),
        options: job.options.clone(),
        attempt: 1,
        time_left: job.options.timeout,
        work: LeasedWork::Chunk(Vec::new()),
        parents: Vec::new(),
    }
}

impl Checks {
    fn running(&mut self, number: u8) -> NewJob {
        let id = JobId::from_bytes([number; 16]);
        let job = NewJob {
            task: GREEDY.to_owned(),
            links: Wanted::default(),
            ..Drafts(Dice::new(1)).job(id, &[], NOW)
        };
        self.submitted(&job, None);
        let submitted = event(&job, EventKind::Submitted, JobState::Pending);
        let started = event(&job, EventKind::Started, JobState::Running);
        self.told(&[submitted, started], NOW);
        job
    }
}

/// A report that leaves its lease open may record the last item: then the lease ends all the same,
/// and its node has room for others.
#[test]
fn leases_end_with_their_job() {
    let mut checks = Checks::default();
    let (first, second) = (checks.running(1), checks.running(2));
    checks.leased(&lease(1, &first), NodeId(1), NOW);
    checks.accepted(LeaseId(1), first.id, &[], false);
    checks.told(
        &[event(&first, EventKind::Completed, JobState::Completed)],
        NOW,
    );
    assert!(checks.live.is_empty());
    checks.leased(&lease(2, &second), NodeId(1), NOW);
}
