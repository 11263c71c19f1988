//! Looking for pending jobs that may start, from the head of each line on and no further than
//! needed. Who is found held by a scope is put aside, so that each job is looked at once, however
//! many stand in line. The same on each database, which only reads the pages.

use std::collections::HashMap;

use paceline_core::Time;
use paceline_core::admission::{self, Candidate, Choice};
use paceline_core::limits::{Occupied, Rules};
use paceline_core::line::Place;
use paceline_core::scope::Scope;

use crate::num::JobNum;

/// Most jobs that are looked for in one line.
pub(crate) const MOST: u32 = 1_000;
/// Most jobs that are looked at in one transaction.
const LOOKED_AT: usize = 5_000;

/// A pending job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) num: JobNum,
    /// It is leased and started in one step.
    pub(crate) is_unit: bool,
}

pub(crate) type Found = Candidate<Pending>;

/// Jobs in the order of their places. A job may stand in two lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// All with items.
    Items,
    /// Units of a task.
    Units(String),
    /// All of a user, so that nobody waits behind another user's many jobs.
    User(String),
}

/// What is to be read next of a line.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    index: usize,
    pub(crate) line: Line,
    pub(crate) after: (Place, JobNum),
    pub(crate) most: u32,
}

#[derive(Debug)]
struct Cursor {
    line: Line,
    wanted: u32,
    found: u32,
    after: (Place, JobNum),
    over: bool,
}

/// A search through some lines.
#[derive(Debug)]
pub(crate) struct Walk<'r> {
    rules: &'r Rules,
    now: Time,
    /// What runs, and what would if all that were found started.
    taken: Occupied,
    lines: Vec<Cursor>,
    /// Whether a job that was seen may start.
    seen: HashMap<JobNum, bool>,
    jobs: Vec<Found>,
}

/// What is to be done with the jobs that were found.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) start: Vec<Found>,
    pub(crate) park: Vec<(JobNum, Scope)>,
    /// There may be more to start behind those that are parked.
    pub(crate) more: bool,
}

impl<'r> Walk<'r> {
    pub(crate) fn new(rules: &'r Rules, occupied: &Occupied, now: Time) -> Self {
        Walk {
            rules,
            now,
            taken: occupied.clone(),
            lines: Vec::new(),
            seen: HashMap::new(),
            jobs: Vec::new(),
        }
    }

    /// Searches a line for as many jobs.
    pub(crate) fn add(&mut self, line: Line, wanted: u32) {
        self.lines.push(Cursor {
            line,
            wanted,
            found: 0,
            after: (Place::from_micros(i64::MIN), JobNum(i64::MIN)),
            over: wanted == 0,
        });
    }

    fn is_tired(&self) -> bool {
        self.seen.len() >= LOOKED_AT
    }

    /// What is to be read; nothing when the search is over.
    pub(crate) fn pages(&self) -> Vec<Page> {
        if self.is_tired() {
            return Vec::new();
        }
        let going_on = self.lines.iter().enumerate().filter(|(_, line)| !line.over);
        let page = |(index, line): (usize, &Cursor)| Page {
            index,
            line: line.line.clone(),
            after: line.after,
            // After the first page there are mostly many that cannot start.
            most: if line.found == 0 && line.after.1.0 > i64::MIN {
                MOST
            } else {
                (line.wanted - line.found).clamp(8, MOST)
            },
        };
        going_on.map(page).collect()
    }

    pub(crate) fn take(&mut self, page: &Page, jobs: Vec<Found>) {
        let is_last = jobs.len() < usize::try_from(page.most).unwrap_or(usize::MAX);
        let mut found = 0;
        for job in jobs {
            let line = &mut self.lines[page.index];
            if line.found + found >= line.wanted {
                break;
            }
            line.after = (job.place, job.id.num);
            if self.may_start(job) {
                found += 1;
            }
        }
        let line = &mut self.lines[page.index];
        line.found += found;
        line.over = is_last || line.found >= line.wanted;
    }

    fn may_start(&mut self, job: Found) -> bool {
        if let Some(known) = self.seen.get(&job.id.num) {
            return *known;
        }
        let names = job.names();
        let held = self.rules.held_by(names, &self.taken, self.now).is_some();
        if !held {
            self.taken.add(names);
        }
        self.seen.insert(job.id.num, !held);
        self.jobs.push(job);
        !held
    }

    /// Chooses among all that were found. Who is held by a scope once the others have started is
    /// to be parked under it.
    pub(crate) fn finish(self, occupied: &mut Occupied) -> Plan {
        let tired = self.is_tired();
        let mut jobs = self.jobs;
        jobs.sort_by_key(|job| (job.place, job.id.num));
        let Choice { chosen, held } = admission::choose(&jobs, self.rules, occupied, self.now);
        let park: Vec<_> = held
            .into_iter()
            .map(|(index, scope)| (jobs[index].id.num, scope))
            .collect();
        let mut jobs: Vec<Option<Found>> = jobs.into_iter().map(Some).collect();
        let start = chosen.into_iter().filter_map(|index| jobs[index].take());
        Plan {
            start: start.collect(),
            more: tired && !park.is_empty(),
            park,
        }
    }
}
