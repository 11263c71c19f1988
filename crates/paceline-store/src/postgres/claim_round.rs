//! One offer after the other is served from rows that are locked, each turn as the rule decides.

use std::collections::{BTreeMap, HashMap, VecDeque};

use paceline_core::event::EventKind;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::lifecycle::Event;
use paceline_core::line::Place;
use paceline_core::resources::Room;
use paceline_core::store::{Claim, Offer};
use paceline_core::turns::{self, Contender};
use paceline_core::{JobState, Json, LeaseId, Time};

use super::changes::Changes;
use super::claim_chunk::{Chunks, Free};
use super::entry::{Entry, Extra};
use super::error::{Error, Result};
use super::load::Entries;
use crate::claim_chunk::Left;
use crate::job_row::JobRow;
use crate::num::JobNum;
use crate::progress_row::{Next, Progress};

/// What this transaction has locked and may lease.
#[derive(Debug)]
pub(crate) struct Locked {
    pub(crate) entries: Entries,
    pub(crate) changes: Changes,
    pub(crate) chunks: Chunks,
    params: HashMap<JobNum, Json>,
    /// Jobs with items that have due work, with their free ranges.
    pub(crate) ready: BTreeMap<JobNum, VecDeque<Free>>,
    /// Unit jobs by task, in their order: those that were admitted before the pending ones.
    units: HashMap<String, VecDeque<JobNum>>,
    /// Where the last pending one of each task stands.
    last: HashMap<String, Place>,
    /// Numbers for leases, which are turns too.
    numbers: std::vec::IntoIter<i64>,
}

impl Locked {
    pub(crate) fn new(mut numbers: Vec<i64>) -> Self {
        numbers.sort_unstable();
        Locked {
            entries: Entries::new(),
            changes: Changes::default(),
            chunks: Chunks::default(),
            params: HashMap::new(),
            ready: BTreeMap::new(),
            units: HashMap::new(),
            last: HashMap::new(),
            numbers: numbers.into_iter(),
        }
    }

    /// Takes in a unit job; they come in the order in which they are served.
    pub(crate) fn unit(&mut self, job: JobRow, params: Json) {
        let of_task = self.units.entry(job.task.clone()).or_default();
        of_task.push_back(job.num);
        if job.state == JobState::Pending {
            self.last.insert(job.task.clone(), job.place);
        }
        self.job(job, params);
    }

    pub(crate) fn job(&mut self, job: JobRow, params: Json) {
        self.params.insert(job.num, params);
        self.entries.insert(job.num, Entry::new(job, None));
    }

    pub(crate) fn progress(&mut self, progress: Progress, extra: Extra, ready: bool) {
        let num = progress.job;
        if let Some(entry) = self.entries.get_mut(&num) {
            entry.progress = Some(progress);
            entry.extra = extra;
            if ready {
                self.ready.insert(num, VecDeque::new());
            }
        }
    }

    pub(crate) fn range(&mut self, job: JobNum, range: Free) {
        if let Some(ranges) = self.ready.get_mut(&job) {
            ranges.push_back(range);
        }
    }

    /// Lets go of jobs that were ready when they were seen, but not when they were locked.
    pub(crate) fn forget_unready(&mut self) {
        let units: Vec<JobNum> = self.units.values().flatten().copied().collect();
        let ready = &self.ready;
        self.entries
            .retain(|num, _| ready.contains_key(num) || units.contains(num));
    }

    /// Where the lines of pending unit jobs begin for whoever comes next: the places of those who
    /// were not served, or were served last.
    pub(crate) fn heads(&self) -> HashMap<String, Place> {
        let mut heads = self.last.clone();
        for (task, head) in &mut heads {
            let unserved = self.units.get(task).into_iter().flatten();
            let mut jobs = unserved.filter_map(|num| Some(&self.entries.get(num)?.job));
            if let Some(job) = jobs.find(|job| job.state == JobState::Pending) {
                *head = job.place;
            }
        }
        heads
    }

    pub(crate) fn units(&self) -> usize {
        self.units.values().map(VecDeque::len).sum()
    }

    fn has_numbers(&self) -> bool {
        !self.numbers.as_slice().is_empty()
    }

    fn number(&mut self) -> Result<i64> {
        let number = self.numbers.next();
        number.ok_or_else(|| Error::corrupt("too few numbers of leases"))
    }

    fn entry(&mut self, num: JobNum) -> Result<&mut Entry> {
        let entry = self.entries.get_mut(&num);
        entry.ok_or_else(|| Error::corrupt(format!("job number {} is missing", num.0)))
    }

    /// Most items of the job that its task's throttle lets go; `None` is any number.
    fn most(&self, num: JobNum, now: Time) -> Option<u32> {
        let entry = self.entries.get(&num)?;
        self.changes.throttles.most(&entry.job.task, now)
    }

    /// Where the unit job stands that is next.
    fn head(&self, task: &str) -> Option<Place> {
        let num = self.units.get(task)?.front()?;
        let entry = self.entries.get(num)?;
        Some(entry.job.place)
    }
}

/// Where a lease can come from.
#[derive(Clone, Debug)]
enum Source {
    /// A running job with items that has due work.
    Job(JobNum),
    /// A task's unit jobs, in their order.
    Lane(String),
}

/// One offer being served.
pub(crate) struct Round<'a> {
    locked: &'a mut Locked,
    claim: &'a Claim,
    offer: &'a Offer,
    /// When each task's line of unit jobs was served last.
    lanes: &'a mut HashMap<String, i64>,
    room: &'a mut Room,
    contenders: Vec<Contender<Source>>,
}

impl<'a> Round<'a> {
    pub(crate) fn new(
        locked: &'a mut Locked,
        claim: &'a Claim,
        offer: &'a Offer,
        (lanes, room): (&'a mut HashMap<String, i64>, &'a mut Room),
    ) -> Self {
        let mut contenders = Vec::new();
        for (&num, ranges) in &locked.ready {
            if let Some(Entry {
                job,
                progress: Some(progress),
                ..
            }) = locked.entries.get(&num)
                && offer.tasks.contains(&job.task)
                && room.fits(&job.task)
                && !locked.changes.throttles.holds(&job.task, claim.now)
                && has_more(job, progress, ranges)
            {
                contenders.push(Contender {
                    id: Source::Job(num),
                    returned: progress.returned,
                    priority: job.priority,
                    leased: progress.leases,
                    workers: progress.workers,
                    last_served: progress.last_served,
                });
            }
        }
        for task in &offer.tasks {
            if !room.fits(task) || locked.changes.throttles.holds(task, claim.now) {
                continue;
            }
            // A lane stands in line for the job at its head, which nobody works on yet.
            contenders.extend(locked.head(task).map(|head| Contender {
                id: Source::Lane(task.clone()),
                returned: head.has_come_back(),
                priority: head.counts_as(claim.now),
                leased: 0,
                workers: None,
                last_served: lanes.get(task).copied().unwrap_or(0),
            }));
        }
        Round {
            locked,
            claim,
            offer,
            lanes,
            room,
            contenders,
        }
    }

    pub(crate) fn serve(mut self) -> Result<Vec<Lease>> {
        let most = usize::try_from(self.offer.leases).unwrap_or(usize::MAX);
        let mut leases = Vec::new();
        while leases.len() < most
            && self.locked.has_numbers()
            && let Some(index) = turns::next(&self.contenders)
        {
            leases.extend(self.serve_one(index)?);
        }
        Ok(leases)
    }

    /// Serves one contender and puts it back in line, unless it has nothing more.
    fn serve_one(&mut self, index: usize) -> Result<Option<Lease>> {
        let (lease, more) = match self.contenders[index].id.clone() {
            Source::Job(num) => {
                let (lease, left) = self.chunk(num)?;
                let contender = &mut self.contenders[index];
                contender.leased += 1;
                contender.returned = left.returned;
                (lease, left.more)
            }
            Source::Lane(task) => {
                let lease = self.unit(&task)?;
                let head = self.locked.head(&task);
                if let Some(lease) = &lease {
                    self.lanes.insert(task, lease.id.0);
                }
                if let Some(head) = head {
                    let contender = &mut self.contenders[index];
                    contender.returned = head.has_come_back();
                    contender.priority = head.counts_as(self.claim.now);
                }
                (lease, head.is_some())
            }
        };
        if let Some(lease) = &lease {
            self.contenders[index].last_served = lease.id.0;
        }
        if !more {
            self.contenders.swap_remove(index);
        }
        if let Some(lease) = &lease {
            self.take_down(lease);
        }
        Ok(lease)
    }

    /// Counts what was handed out of a throttled task, and what its worker needs; of what is used
    /// up nobody else gets any.
    fn take_down(&mut self, lease: &Lease) {
        let (now, task) = (self.claim.now, &lease.task);
        let items = match &lease.work {
            LeasedWork::Plan => 0,
            LeasedWork::Unit => 1,
            LeasedWork::Chunk(_) => self.locked.chunks.len(lease.id),
        };
        let Locked {
            changes, entries, ..
        } = &mut *self.locked;
        if items > 0 {
            changes.throttles.hand_out(task, items, now);
        }
        let has_needs = self.room.needs.contains_key(task);
        self.room.take(task);
        if !has_needs && !changes.throttles.holds(task, now) {
            return;
        }
        let room = &*self.room;
        let goes_on = |task: &str| room.fits(task) && !changes.throttles.holds(task, now);
        self.contenders.retain(|contender| match &contender.id {
            Source::Job(num) => entries
                .get(num)
                .is_some_and(|entry| goes_on(&entry.job.task)),
            Source::Lane(task) => goes_on(task),
        });
    }

    /// Leases the job's next chunk, or its plan. Also tells what is left.
    fn chunk(&mut self, num: JobNum) -> Result<(Option<Lease>, Left)> {
        let now = self.claim.now;
        let mut ranges = self.locked.ready.remove(&num).unwrap_or_default();
        let entry = self.locked.entry(num)?;
        let workers = entry.job.options.workers.unwrap_or(u32::MAX);
        let workers = workers.min(self.offer.workers);
        let chunk_size = entry.job.options.chunk_size;
        let most = self.locked.most(num, now);
        let entry = self.locked.entry(num)?;
        let progress = entry.must_progress()?;
        let positions = if progress.planned {
            let size = paceline_core::chunk::size(progress.free, workers, chunk_size);
            let size = most.map_or(size, |most| size.min(most));
            let taken = super::claim_chunk::take(&mut ranges, size);
            if taken.is_empty() {
                // Used up by an offer before, whose cuts are still to be written.
                let (more, returned) = (false, progress.returned);
                self.locked.ready.insert(num, ranges);
                return Ok((None, Left { more, returned }));
            }
            progress.free = progress.free.saturating_sub(taken.len());
            progress.counters.running += taken.len();
            Some(taken)
        } else {
            None
        };
        let id = self.locked.number()?;
        let entry = self.locked.entry(num)?;
        entry.progressed(now);
        let job = entry.job.clone();
        let progress = entry.must_progress()?;
        if progress.leases == 0 {
            let done = progress.counters.done();
            progress.rate.work_begins(now, done);
        }
        progress.leases += 1;
        progress.last_served = id;
        progress.returned = progress.returned && ranges.iter().any(|range| range.goes_first());
        let left = Left {
            more: has_more(&job, progress, &ranges),
            returned: progress.returned,
        };
        self.locked.ready.insert(num, ranges);
        let work = match &positions {
            None => LeasedWork::Plan,
            // The items are read as all is written.
            Some(_) => LeasedWork::Chunk(Vec::new()),
        };
        let text = positions.as_ref().map(ToString::to_string);
        let node = self.claim.node.0;
        let changes = &mut self.locked.changes;
        changes
            .leases
            .push((id, num.0, node, text, now.as_micros()));
        if let Some(positions) = positions {
            self.locked.chunks.add_chunk(LeaseId(id), num, positions);
        }
        Ok((Some(self.lease(id, job, work)), left))
    }

    /// Leases the unit job that is next.
    fn unit(&mut self, task: &str) -> Result<Option<Lease>> {
        let next = self
            .locked
            .units
            .get_mut(task)
            .and_then(VecDeque::pop_front);
        let Some(num) = next else {
            return Ok(None);
        };
        let id = self.locked.number()?;
        let Locked {
            entries, changes, ..
        } = &mut *self.locked;
        let entry = entries
            .get_mut(&num)
            .ok_or_else(|| Error::corrupt("a unit job is missing"))?;
        let pending = entry.job.state == JobState::Pending;
        if pending {
            lease_pending(changes, entry, LeaseId(id), self.claim)?;
        } else {
            entry.job.lease = Some(LeaseId(id));
            entry.job.node = Some(self.claim.node);
            entry.written.job = true;
        }
        let job = entry.job.clone();
        Ok(Some(self.lease(id, job, LeasedWork::Unit)))
    }

    fn lease(&self, id: i64, job: JobRow, work: LeasedWork) -> Lease {
        let now = self.claim.now;
        let time_left = job.deadline_at.map(|deadline| deadline.since(now));
        let params = self.locked.params.get(&job.num).cloned();
        Lease {
            id: LeaseId(id),
            job: job.id,
            task: job.task,
            params: params.unwrap_or_else(Json::null),
            time_left: time_left.unwrap_or(job.options.timeout),
            options: job.options,
            attempt: job.attempt,
            work,
            // They are read as all is written.
            parents: Vec::new(),
        }
    }
}

/// Whether the job can be served once more in this transaction.
fn has_more(job: &JobRow, progress: &Progress, ranges: &VecDeque<Free>) -> bool {
    match progress.next(job.state) {
        Next::Nothing => false,
        Next::Plan => true,
        Next::Chunk => ranges.iter().any(|range| range.len() > 0),
    }
}

/// Starts and leases a pending unit job.
fn lease_pending(
    changes: &mut Changes,
    entry: &mut Entry,
    lease: LeaseId,
    claim: &Claim,
) -> Result<()> {
    // The lease is there before the event that tells of the start, which counts it as running.
    entry
        .step(changes, Event::Admit, claim.now)
        .map_err(|refused| Error::corrupt(refused.to_string()))?;
    entry.job.lease = Some(lease);
    entry.job.node = Some(claim.node);
    entry.job.started_at = entry.job.started_at.or(Some(claim.now));
    entry.job.start_clock(claim.now);
    let data = crate::events::Data {
        attempt: Some(entry.job.attempt),
        ..entry.data()
    };
    changes.tell(EventKind::Started, &entry.job, &data, claim.now);
    Ok(())
}
