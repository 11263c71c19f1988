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
    pages: u32,
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
    pub(crate) park: Vec<(Found, Scope)>,
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
            pages: 0,
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
            // The more that cannot start, the more there are behind them, mostly.
            most: ((line.wanted - line.found).clamp(8, MOST) << line.pages.min(7)).min(MOST),
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
        line.pages += 1;
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
        let mut jobs: Vec<Option<Found>> = jobs.into_iter().map(Some).collect();
        let mut take = |index: usize| jobs[index].take();
        let start = chosen.into_iter().filter_map(&mut take).collect();
        let held = held.into_iter();
        let park: Vec<_> = held
            .filter_map(|(index, scope)| Some((take(index)?, scope)))
            .collect();
        Plan {
            start,
            more: tired && !park.is_empty(),
            park,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use paceline_core::limits::Limits;
    use paceline_core::scope::Kind;

    use super::*;

    const NOW: Time = Time::from_micros(1_795_342_530_000_000);
    const JOBS: i64 = 100_000;

    /// Jobs in one line, as a store keeps them, with all that is read of them counted.
    struct Queue {
        line: BTreeSet<i64>,
        parked: BTreeMap<String, BTreeSet<i64>>,
        running: BTreeSet<i64>,
        key_of: fn(i64) -> i64,
        read: usize,
    }

    impl Queue {
        fn new(key_of: fn(i64) -> i64) -> Self {
            Queue {
                line: (0..JOBS).collect(),
                parked: BTreeMap::new(),
                running: BTreeSet::new(),
                key_of,
                read: 0,
            }
        }

        fn job(&self, num: i64) -> Found {
            Found {
                id: Pending {
                    num: JobNum(num),
                    is_unit: true,
                },
                place: Place::from_micros(0),
                user: None,
                task: "sync".to_owned(),
                queue: "default".to_owned(),
                key: Some((self.key_of)(num).to_string()),
            }
        }

        fn occupied(&self) -> Occupied {
            let mut occupied = Occupied::default();
            for &num in &self.running {
                occupied.add(self.job(num).names());
            }
            occupied
        }

        fn admit(&mut self, rules: &Rules) -> usize {
            let mut occupied = self.occupied();
            let most = rules.room_for_all(&occupied).unwrap_or(MOST);
            let mut walk = Walk::new(rules, &occupied, NOW);
            walk.add(Line::Units("sync".to_owned()), most);
            while let [page] = &walk.pages()[..] {
                let after = page.after.1.0.max(-1);
                let nums = self.line.range(after + 1..).take(page.most as usize);
                let jobs: Vec<Found> = nums.map(|num| self.job(*num)).collect();
                self.read += jobs.len();
                walk.take(page, jobs);
            }
            let plan = walk.finish(&mut occupied);
            for (job, scope) in plan.park {
                let num = job.id.num.0;
                self.line.remove(&num);
                self.parked
                    .entry(scope.to_string())
                    .or_default()
                    .insert(num);
            }
            for job in &plan.start {
                self.line.remove(&job.id.num.0);
                self.running.insert(job.id.num.0);
            }
            plan.start.len()
        }

        /// Ends a job; the first that waits for its key comes back.
        fn end_one(&mut self) {
            let Some(num) = self.running.pop_first() else {
                return;
            };
            let scope = Scope::new(Kind::Key, (self.key_of)(num).to_string());
            let waiting = self.parked.get_mut(&scope.to_string());
            if let Some(next) = waiting.and_then(BTreeSet::pop_first) {
                self.read += 1;
                self.line.insert(next);
            }
        }
    }

    /// Runs `ends` jobs to their end and returns how many rows were read on the way.
    fn work_off(key_of: fn(i64) -> i64, ends: usize) -> usize {
        let limits = Limits {
            jobs_per_key: Some(1),
            ..Limits::general(Some(10), None)
        };
        let rules = Rules::new(limits, []);
        let mut queue = Queue::new(key_of);
        for _ in 0..ends {
            queue.admit(&rules);
            assert!(queue.running.len() <= 10);
            queue.end_one();
        }
        queue.read
    }

    #[test]
    fn of_a_hundred_thousand_jobs_few_are_looked_at() {
        // Ten thousand keys in turns: whoever is first may start.
        assert!(work_off(|num| num % 10_000, 2_000) <= 2_000 * 12);
        // The ten jobs of each key one behind the other: each is looked at once, and once more
        // when it comes back.
        assert!(work_off(|num| num / 10, 2_000) <= 2_000 * 30);
    }
}
