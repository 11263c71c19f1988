//! Random filters over random jobs against a plain search through all of them, from a seed.
//!
//! Whatever a store does to find jobs quickly, also while they are changed, ended, deleted and
//! cleaned up, it must find what a person would who reads every job.

use paceline_core::dice::Dice;
use paceline_core::query::{Count, JobFilter, JobQuery, Sort, SortKey};
use paceline_core::store::{Change, Retention};
use paceline_core::{Job, JobId, JobState, Priority, Time};

use crate::support::{Case, Draft, OTHER, TASK, items, minutes, seconds, unit};

const ROUNDS: u32 = 5;
/// Filters that are tried in each round.
const FILTERS: u32 = 25;
/// Pieces of the texts that jobs hold, and of the texts that are searched for.
const PIECES: [&str; 9] = ["ab", "bc", "cab", "x1", "1x", "zeta", "eta", "öl", "q"];
const USERS: [&str; 4] = ["ana", "ben", "abba", "cab"];

struct Search {
    s: Case,
    dice: Dice,
    /// Jobs in the order of their submission.
    jobs: Vec<JobId>,
}

impl Search {
    fn roll(&mut self, end: usize) -> usize {
        usize::try_from(self.dice.next_u64() % end as u64).expect("small")
    }

    fn one_of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    fn text(&mut self, pieces: usize) -> String {
        (0..pieces).map(|_| self.one_of(&PIECES)).collect()
    }

    fn draft(&mut self) -> Draft {
        let mut draft = if self.roll(2) == 0 { unit() } else { items(2) };
        draft = draft
            .task([TASK, OTHER][self.roll(2)])
            .queue(["default", "night"][self.roll(2)]);
        draft = draft
            .named(&self.text(4))
            .params(&format!("{{\"p\":\"{}\"}}", self.text(3)));
        if self.roll(3) > 0 {
            draft = draft.user(self.one_of(&USERS));
        }
        if self.roll(3) == 0 {
            draft = draft.key(&self.text(1));
        }
        if self.roll(3) == 0 {
            draft = draft.batch(self.one_of(&PIECES));
        }
        for _ in 0..self.roll(3) {
            let (name, value) = (self.text(1), self.text(2));
            draft = draft.label(&name, &value);
        }
        if self.roll(5) == 0 {
            draft = draft.at(self.s.now() + minutes(5));
        }
        draft
    }

    /// The world moves on.
    async fn turn(&mut self) {
        let drafts = (0..=self.roll(6)).map(|_| self.draft()).collect();
        self.jobs.extend(self.s.submit_all(drafts).await);
        let passed = seconds(self.roll(90) as u64);
        self.s.advance(passed);
        match self.roll(6) {
            0 => self.s.run_all().await,
            1 => drop(self.s.tick().await),
            2 => self.change().await,
            3 => self.delete().await,
            4 => self.clean_up().await,
            _ => self.cancel().await,
        }
    }

    fn some_job(&mut self) -> JobId {
        let index = self.roll(self.jobs.len());
        self.jobs[index]
    }

    async fn change(&mut self) {
        let job = self.some_job();
        let labels = vec![(self.text(1), self.text(1))];
        if !self.s.state(job).await.is_terminal() {
            let change = Change {
                labels: Some(labels),
                priority: Some(Priority::High),
                ..Change::default()
            };
            self.s.change(job, change).await;
        }
    }

    async fn cancel(&mut self) {
        let job = self.some_job();
        if !self.s.state(job).await.is_terminal() {
            self.s.cancel(job).await;
        }
    }

    async fn delete(&mut self) {
        let job = self.some_job();
        if self.s.state(job).await.is_terminal() {
            self.s.delete(job).await;
            self.jobs.retain(|other| *other != job);
        }
    }

    /// Forgets what ended more than a minute ago.
    async fn clean_up(&mut self) {
        let retention = Retention {
            completed: minutes(1),
            failed: minutes(1),
            cancelled: minutes(1),
            ..Retention::default()
        };
        self.s
            .store
            .prune(retention, self.s.now())
            .await
            .expect("pruned");
        let mut left = Vec::new();
        for &job in &self.jobs {
            if self.s.find(job).await.is_some() {
                left.push(job);
            }
        }
        self.jobs = left;
    }

    fn filter(&mut self) -> JobFilter {
        let mut filter = JobFilter::default();
        if self.roll(3) == 0 {
            let count = 1 + self.roll(3);
            filter.states = (0..count).map(|_| JobState::ALL[self.roll(9)]).collect();
        }
        if self.roll(4) == 0 {
            filter.task = Some([TASK, OTHER, "no"][self.roll(3)].to_owned());
        }
        if self.roll(6) == 0 {
            filter.queue = Some("night".to_owned());
        }
        if self.roll(5) == 0 {
            filter.user = Some(self.one_of(&USERS).to_owned());
        }
        if self.roll(10) == 0 {
            filter.key = Some(self.text(1));
        }
        if self.roll(10) == 0 {
            filter.batch = Some(self.text(1));
        }
        if self.roll(10) == 0 {
            filter.created_after = Some(self.some_time());
        }
        if self.roll(10) == 0 {
            filter.created_before = Some(self.some_time());
        }
        if self.roll(2) == 0 {
            let pieces = 1 + self.roll(2);
            filter.text = Some(self.text(pieces));
        }
        filter
    }

    /// A time at which no job was submitted, so that it does not matter whether it is meant too.
    fn some_time(&mut self) -> Time {
        let passed = seconds(self.roll(600) as u64) + std::time::Duration::from_micros(1);
        crate::support::START + passed
    }

    async fn try_filter(&mut self) {
        let filter = self.filter();
        let mut all = Vec::new();
        for &job in &self.jobs {
            all.push(self.s.job(job).await);
        }
        let expected: Vec<JobId> = all
            .iter()
            .filter(|job| fits(job, &filter))
            .map(|job| job.id)
            .collect();
        let count = self
            .s
            .store
            .count(filter.clone(), 1_000)
            .await
            .expect("counted");
        assert_eq!(count, Count::Exact(expected.len() as u64), "{filter:?}");
        self.check_pages(&filter, &expected).await;
    }

    async fn check_pages(&mut self, filter: &JobFilter, expected: &[JobId]) {
        const KEYS: [SortKey; 7] = [
            SortKey::CreatedAt,
            SortKey::StartedAt,
            SortKey::FinishedAt,
            SortKey::Priority,
            SortKey::Progress,
            SortKey::State,
            SortKey::Duration,
        ];
        let sort = Sort {
            key: KEYS[self.roll(7)],
            descending: self.roll(2) == 0,
        };
        let limit = 1 + u32::try_from(self.roll(9)).expect("small");
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let query = JobQuery {
                filter: filter.clone(),
                sort,
                limit,
                cursor,
            };
            let page = self.s.store.jobs(query).await.expect("listed");
            found.extend(page.items.iter().map(|job| job.id));
            cursor = page.next;
            if cursor.is_none() || found.len() > expected.len() {
                break;
            }
        }
        if sort == Sort::default() {
            found.reverse();
            assert_eq!(found, expected, "{sort:?} by {limit}: {filter:?}");
        }
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort();
        assert_eq!(found, expected, "{sort:?} by {limit}: {filter:?}");
    }
}

/// Whether a person would say that the job is meant.
fn fits(job: &Job, filter: &JobFilter) -> bool {
    let same = |wanted: &Option<String>, has: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| has == Some(wanted))
    };
    (filter.states.is_empty() || filter.states.contains(&job.state))
        && same(&filter.task, Some(&job.task))
        && same(&filter.queue, Some(&job.queue))
        && same(&filter.user, job.user.as_deref())
        && same(&filter.key, job.key.as_deref())
        && same(&filter.batch, job.batch.as_deref())
        && filter.labels.iter().all(|label| job.labels.contains(label))
        && filter
            .created_after
            .is_none_or(|time| job.created_at > time)
        && filter
            .created_before
            .is_none_or(|time| job.created_at < time)
        && filter.text.as_deref().is_none_or(|text| holds(job, text))
}

fn holds(job: &Job, text: &str) -> bool {
    let of_labels = job
        .labels
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let texts = [job.name.as_str(), job.params.as_str()].into_iter();
    let texts = texts
        .chain(job.user.as_deref())
        .chain(job.key.as_deref())
        .chain(of_labels);
    texts.into_iter().any(|of_job| of_job.contains(text)) || job.id.to_string().starts_with(text)
}

async fn filters_find_what_a_reader_of_all_jobs_finds(s: Case, seed: u64) {
    let dice = Dice::new(seed);
    let mut search = Search {
        s,
        dice,
        jobs: Vec::new(),
    };
    for _ in 0..ROUNDS {
        search.turn().await;
        for _ in 0..FILTERS {
            search.try_filter().await;
        }
    }
}

seeded_store_tests!(filters_find_what_a_reader_of_all_jobs_finds);
