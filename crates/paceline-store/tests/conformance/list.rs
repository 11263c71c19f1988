//! Lists of jobs: every order, page by page.

use std::cmp::Ordering;
use std::collections::HashSet;

use paceline_core::progress::percent;
use paceline_core::query::{JobFilter, JobQuery, Page, Sort, SortKey};
use paceline_core::store::StoreError;
use paceline_core::{Job, JobId, Priority};

use crate::support::{Case, OTHER, items, minutes, planned, seconds, seqs, succeeded, unit};

const KEYS: [SortKey; 7] = [
    SortKey::CreatedAt,
    SortKey::StartedAt,
    SortKey::FinishedAt,
    SortKey::Priority,
    SortKey::Progress,
    SortKey::State,
    SortKey::Duration,
];

/// What a job is sorted by, as a number; `None` where it has none.
#[expect(
    clippy::cast_precision_loss,
    reason = "a microsecond more or less decides nothing here"
)]
fn value(job: &Job, key: SortKey) -> Option<f64> {
    let micros = |time: paceline_core::Time| time.as_micros() as f64;
    match key {
        SortKey::CreatedAt => Some(micros(job.created_at)),
        SortKey::StartedAt => job.started_at.map(micros),
        SortKey::FinishedAt => job.finished_at.map(micros),
        SortKey::Priority => Some(job.priority.level() as f64),
        // What a handler says of its call does not count.
        SortKey::Progress => Some(percent(job.state, job.kind, &job.counters, None)),
        SortKey::State => None,
        SortKey::Duration => {
            let (start, end) = (job.started_at?, job.finished_at?);
            Some(end.since(start).as_secs_f64())
        }
    }
}

fn assert_sorted(jobs: &[Job], sort: Sort) {
    match sort.key {
        SortKey::State => assert_grouped(jobs),
        // That of a job that still runs grows while one looks; those that ended are in order.
        SortKey::Duration => assert_in_order(jobs, sort),
        SortKey::CreatedAt
        | SortKey::StartedAt
        | SortKey::FinishedAt
        | SortKey::Priority
        | SortKey::Progress => {
            assert_in_order(jobs, sort);
            let there: Vec<bool> = jobs
                .iter()
                .map(|job| value(job, sort.key).is_some())
                .collect();
            let turns = there.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert!(
                turns <= 1,
                "{sort:?}: those without a value stand together: {there:?}"
            );
        }
    }
}

/// Which state comes first is the store's to choose; equals stand together.
fn assert_grouped(jobs: &[Job]) {
    let mut states: Vec<_> = jobs.iter().map(|job| job.state).collect();
    states.dedup();
    let different: HashSet<_> = states.iter().collect();
    assert_eq!(different.len(), states.len(), "{states:?}");
}

fn assert_in_order(jobs: &[Job], sort: Sort) {
    let values: Vec<f64> = jobs.iter().filter_map(|job| value(job, sort.key)).collect();
    let wrong = if sort.descending {
        Ordering::Less
    } else {
        Ordering::Greater
    };
    let sorted = values
        .windows(2)
        .all(|pair| pair[0].total_cmp(&pair[1]) != wrong);
    assert!(sorted, "{sort:?}: {values:?}");
}

impl Case {
    /// Some of everything: all states, with and without times, many equals.
    async fn variety(&self) -> HashSet<JobId> {
        use Priority::{High, Low, Normal, Urgent};
        for (round, priority) in [Low, Normal, High, Urgent, Low, Normal]
            .into_iter()
            .enumerate()
        {
            let round = u32::try_from(round).expect("small");
            self.advance(seconds(u64::from(round % 3)));
            self.submit(items(0).priority(priority)).await;
            self.submit(unit().at(self.now() + minutes(600))).await;
            let paused = self.submit(items(2)).await;
            self.pause(paused).await;
            self.one_end(priority, round).await;
            self.one_under_way(round % 4).await;
            let cancelled = self.submit(planned()).await;
            self.cancel(cancelled).await;
            self.submit(unit().task(OTHER)).await;
        }
        self.all_jobs().await.iter().map(|job| job.id).collect()
    }

    async fn one_end(&self, priority: Priority, round: u32) {
        self.submit(unit().priority(priority)).await;
        let lease = self.claim(1).await.remove(0);
        self.advance(seconds(u64::from(3 * round % 4)));
        if round.is_multiple_of(2) {
            self.succeed(&lease).await;
        } else {
            self.fail(&lease, "no").await;
        }
    }

    async fn one_under_way(&self, done: u32) {
        let started = self.start(items(4).chunk(1)).await;
        for seq in 0..done {
            let lease = self.claim(1).await.remove(0);
            assert_eq!((lease.job, seqs(&lease)), (started, vec![seq]));
            self.partly(&lease, vec![succeeded(seq)]).await;
        }
        self.pause(started).await;
    }

    async fn page(&self, sort: Sort, limit: u32, cursor: Option<String>) -> Page<Job> {
        let query = JobQuery {
            sort,
            limit,
            cursor,
            ..JobQuery::default()
        };
        self.store.jobs(query).await.expect("jobs are listed")
    }

    /// All pages one after the other.
    async fn walk(&self, sort: Sort, limit: u32) -> Vec<Job> {
        let mut jobs = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.page(sort, limit, cursor).await;
            let full = page.items.len() == limit as usize;
            assert!(full || page.next.is_none() && page.items.len() < limit as usize);
            jobs.extend(page.items);
            assert!(jobs.len() < 1_000, "the pages have an end");
            match page.next {
                Some(next) => cursor = Some(next),
                None => return jobs,
            }
        }
    }
}

fn ids(jobs: &[Job]) -> Vec<JobId> {
    jobs.iter().map(|job| job.id).collect()
}

async fn every_order_page_by_page(s: Case) {
    let all = s.variety().await;
    assert_eq!(all.len(), 42);
    for key in KEYS {
        for descending in [false, true] {
            let sort = Sort { key, descending };
            let whole = s.walk(sort, 1_000).await;
            assert_sorted(&whole, sort);
            assert_eq!(whole.len(), 42);
            assert_eq!(
                ids(&whole).into_iter().collect::<HashSet<_>>(),
                all,
                "{sort:?}"
            );
            for limit in [1, 5, 21, 42] {
                let walked = s.walk(sort, limit).await;
                assert_eq!(ids(&walked), ids(&whole), "{sort:?} by {limit}");
            }
        }
    }
}

/// Shares that no decimal and no binary fraction says exactly, and many equals among them.
async fn odd_shares_keep_their_order(s: Case) {
    for total in [3, 7, 9, 11, 13, 3, 7, 9, 11, 13] {
        for done in [1, 2] {
            let job = s.start(items(total).chunk(1)).await;
            for _ in 0..done {
                s.succeed(&s.claim_one().await).await;
            }
            s.pause(job).await;
        }
    }
    for descending in [false, true] {
        let sort = Sort {
            key: SortKey::Progress,
            descending,
        };
        let whole = s.walk(sort, 1_000).await;
        assert_eq!(whole.len(), 20);
        assert_sorted(&whole, sort);
        for limit in [1, 3, 7] {
            assert_eq!(
                ids(&s.walk(sort, limit).await),
                ids(&whole),
                "{sort:?} by {limit}"
            );
        }
    }
}

/// A job's place is that of its submission, whatever else came in while it was streamed.
async fn a_streamed_job_stands_where_its_time_says(s: Case) {
    let streamed = s.job_of(items(0));
    let upload = s
        .store
        .begin_upload(streamed, s.now())
        .await
        .expect("begun");
    for _ in 0..3 {
        s.advance(seconds(5));
        s.submit(unit()).await;
    }
    s.advance(seconds(5));
    s.store
        .finish_upload(upload, s.now())
        .await
        .expect("finished");
    s.submit(unit()).await;
    assert_eq!(s.all_jobs().await.len(), 5);
    for descending in [false, true] {
        let sort = Sort {
            key: SortKey::CreatedAt,
            descending,
        };
        let whole = s.walk(sort, 1_000).await;
        assert_sorted(&whole, sort);
        assert_eq!(ids(&s.walk(sort, 2).await), ids(&whole));
    }
}

/// Cursors come back from people's browsers: what is no cursor is refused or read from the start.
async fn what_is_no_cursor_does_no_harm(s: Case) {
    s.submit_all(vec![unit(), unit(), unit()]).await;
    for key in KEYS {
        for nonsense in [
            "",
            "x",
            "[]",
            "[1]",
            "[1,2,3]",
            "null",
            "[{},1]",
            "[1,\"1\"]",
            "' OR 1",
        ] {
            let query = JobQuery {
                sort: Sort {
                    key,
                    descending: true,
                },
                limit: 2,
                cursor: Some(nonsense.to_owned()),
                ..JobQuery::default()
            };
            let refused = s.store.jobs(query).await;
            let fits = match &refused {
                Ok(page) => page.items.len() <= 2,
                Err(error) => matches!(error, StoreError::NotFound(_)),
            };
            assert!(fits, "{key:?} {nonsense}: {refused:?}");
        }
    }
}

async fn a_filter_holds_on_every_page(s: Case) {
    s.variety().await;
    for key in KEYS {
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let query = JobQuery {
                filter: JobFilter {
                    task: Some(OTHER.to_owned()),
                    ..JobFilter::default()
                },
                sort: Sort {
                    key,
                    descending: true,
                },
                limit: 4,
                cursor,
            };
            let page = s.store.jobs(query).await.expect("listed");
            found.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found.len(), 6, "{key:?}");
        assert!(found.iter().all(|job| job.task == OTHER));
    }
}

async fn the_default_order_is_the_newest_first(s: Case) {
    let mut jobs = Vec::new();
    for _ in 0..5 {
        jobs.push(s.submit(unit()).await);
        s.advance(seconds(1));
    }
    jobs.reverse();
    assert_eq!(ids(&s.all_jobs().await), jobs);
}

async fn of_one_moment_the_last_submitted_is_the_newest(s: Case) {
    let mut jobs = s.submit_all((0..20).map(|_| unit()).collect()).await;
    jobs.extend(s.submit_all((0..20).map(|_| unit()).collect()).await);
    jobs.reverse();
    assert_eq!(ids(&s.all_jobs().await), jobs);
}

/// Jobs that come and go while somebody turns the pages disturb none of the others.
async fn pages_stay_in_place_while_jobs_come_and_go(s: Case) {
    let mut jobs = Vec::new();
    for _ in 0..20 {
        jobs.push(s.submit(unit()).await);
        s.advance(seconds(1));
    }
    let first = s.page(Sort::default(), 5, None).await;
    s.submit(unit()).await;
    s.cancel(jobs[15]).await;
    s.delete(jobs[15]).await;
    let mut seen = ids(&first.items);
    let mut cursor = first.next;
    while let Some(at) = cursor {
        let page = s.page(Sort::default(), 5, Some(at)).await;
        seen.extend(ids(&page.items));
        cursor = page.next;
    }
    jobs.reverse();
    assert_eq!(
        seen, jobs,
        "each once, although the page's last job is gone"
    );
}

async fn no_jobs_is_one_empty_page(s: Case) {
    for key in KEYS {
        let sort = Sort {
            key,
            descending: false,
        };
        let page = s.page(sort, 10, None).await;
        assert_eq!((page.items, page.next), (vec![], None));
    }
}

async fn an_id_is_found_by_its_beginning(s: Case) {
    let first = s.submit(unit()).await;
    s.advance(minutes(60 * 24 * 365));
    let others = s.submit_all((0..3).map(|_| unit()).collect()).await;
    let by = |prefix: &str| {
        let (store, prefix) = (s.store.clone(), prefix.to_owned());
        async move { store.jobs_by_prefix(&prefix).await.expect("read") }
    };
    let text = first.to_string();
    for length in [8, 9, 14, 23, 35, 36] {
        assert_eq!(by(&text[..length]).await, [first], "{}", &text[..length]);
    }
    assert_eq!(by(&text.to_uppercase()).await, [first]);
    let ambiguous = by(&others[0].to_string()[..8]).await;
    assert_eq!(ambiguous.len(), 2, "two are enough to know");
    assert!(ambiguous.iter().all(|job| others.contains(job)));
    assert_eq!(by(&others[1].to_string()).await, [others[1]]);
    for nothing in ["ffffffff", "no id", "%", "_", "'", "01_"] {
        assert_eq!(by(nothing).await, [], "{nothing}");
    }
}

list_tests!(
    every_order_page_by_page,
    odd_shares_keep_their_order,
    a_streamed_job_stands_where_its_time_says,
    what_is_no_cursor_does_no_harm,
    a_filter_holds_on_every_page,
    the_default_order_is_the_newest_first,
    of_one_moment_the_last_submitted_is_the_newest,
    pages_stay_in_place_while_jobs_come_and_go,
    no_jobs_is_one_empty_page,
    an_id_is_found_by_its_beginning,
);
