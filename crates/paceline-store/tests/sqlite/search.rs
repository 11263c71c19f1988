//! Finding jobs: by whichever way the store takes, and after whatever it went through.

use std::collections::BTreeSet;

use paceline_core::dice::Dice;
use paceline_core::query::{Count, JobFilter, JobQuery, Sort, SortKey};
use paceline_core::store::{Action, Change, Store, StoreError};
use paceline_core::{JobId, JobState, NewJob, Work};
use paceline_store::{Options, SqliteStore};

use crate::support::{
    NOW, Place, act, all_jobs, claim, failure, items, job, new_items, register, report, submit,
    success, unit,
};

const PIECES: [&str; 8] = ["ab", "bc", "cab", "x1", "1x", "zeta", "eta", "q"];
const KEYS: [SortKey; 7] = [
    SortKey::CreatedAt,
    SortKey::StartedAt,
    SortKey::FinishedAt,
    SortKey::Priority,
    SortKey::Progress,
    SortKey::State,
    SortKey::Duration,
];

fn roll(dice: &mut Dice, end: usize) -> usize {
    usize::try_from(dice.next_u64() % end as u64).expect("small")
}

fn text(dice: &mut Dice, pieces: usize) -> String {
    (0..pieces)
        .map(|_| PIECES[roll(dice, PIECES.len())])
        .collect()
}

fn texted(dice: &mut Dice, mut new: NewJob) -> NewJob {
    new.name = text(dice, 4);
    new.user = (roll(dice, 2) == 0).then(|| text(dice, 1));
    new.labels = vec![(text(dice, 1), text(dice, 2))];
    new.priority =
        paceline_core::Priority::from_level(i64::try_from(roll(dice, 4)).expect("small"));
    new
}

/// Jobs in many states, some of them deleted again.
async fn fill(store: &dyn Store, dice: &mut Dice) {
    let node = register(store).await;
    for round in 0..30 {
        let new = vec![unit(), items(7), unit(), items(0), job(Work::Plan)];
        let new = new.into_iter().map(|new| texted(dice, new)).collect();
        let ids: Vec<JobId> = store
            .submit(new, NOW)
            .await
            .expect("taken")
            .iter()
            .map(|job| job.id)
            .collect();
        for (lease, n) in claim(store, node, 3).await.iter().zip(0..) {
            let outcome = if n == round % 3 {
                failure("no")
            } else {
                success()
            };
            report(store, lease, &outcome).await;
        }
        if round % 5 == 0 {
            act(store, ids[3], Action::Delete).await;
            act(store, ids[4], Action::Cancel { reason: None }).await;
        }
    }
}

fn filter(dice: &mut Dice) -> JobFilter {
    JobFilter {
        states: (0..roll(dice, 3))
            .map(|_| JobState::ALL[roll(dice, 9)])
            .collect(),
        user: (roll(dice, 6) == 0).then(|| text(dice, 1)),
        text: (roll(dice, 2) == 0).then(|| text(dice, 1)),
        ..JobFilter::default()
    }
}

/// The answers to many questions, page by page.
async fn answers(store: &dyn Store, seed: u64) -> Vec<(Sort, JobFilter, Count, Vec<JobId>)> {
    let mut dice = Dice::new(seed);
    let mut answers = Vec::new();
    for _ in 0..200 {
        let filter = filter(&mut dice);
        let sort = Sort {
            key: KEYS[roll(&mut dice, 7)],
            descending: roll(&mut dice, 2) == 0,
        };
        let limit = 3 + u32::try_from(roll(&mut dice, 40)).expect("small");
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let query = JobQuery {
                filter: filter.clone(),
                sort,
                limit,
                cursor,
            };
            let page = store.jobs(query).await.expect("listed");
            found.extend(page.items.iter().map(|job| job.id));
            cursor = page.next;
            assert!(found.len() < 1_000, "the pages have an end");
            if cursor.is_none() {
                break;
            }
        }
        let count = store.count(filter.clone(), 60).await.expect("counted");
        answers.push((sort, filter, count, found));
    }
    answers
}

fn open(place: &Place, catalogue_from: u64) -> SqliteStore {
    let options = Options {
        catalogue_from,
        ..Options::default()
    };
    SqliteStore::open(&place.file(), options).expect("opens")
}

#[tokio::test]
async fn both_ways_to_a_list_lead_to_the_same() {
    for seed in 0..3 {
        let place = Place::new();
        let store = open(&place, 0);
        fill(&store, &mut Dice::new(seed)).await;
        let written = answers(&store, seed).await;
        let some = written
            .iter()
            .filter(|(.., found)| !found.is_empty())
            .count();
        assert!(
            some > 100,
            "{some} of 200 questions find something, seed {seed}"
        );
        drop(store);
        for catalogue_from in [u64::MAX, 0] {
            let store = open(&place, catalogue_from);
            let read = answers(&store, seed).await;
            for (read, written) in read.iter().zip(&written) {
                assert_eq!(
                    read, written,
                    "catalogue from {catalogue_from}, seed {seed}"
                );
            }
        }
    }
}

/// The way is taken by the number of jobs; nobody sees where one turns into the other.
#[tokio::test]
async fn a_list_may_grow_and_shrink_past_the_turn() {
    let place = Place::new();
    let store = open(&place, 20);
    let mut jobs = Vec::new();
    for _ in 0..40 {
        jobs.push(submit(&store, unit()).await);
        let listed: Vec<JobId> = all_jobs(&store)
            .await
            .iter()
            .rev()
            .map(|job| job.id)
            .collect();
        assert_eq!(listed, jobs);
    }
    while let Some(job) = jobs.pop() {
        act(&store, job, Action::Cancel { reason: None }).await;
        act(&store, job, Action::Delete).await;
        let listed: Vec<JobId> = all_jobs(&store)
            .await
            .iter()
            .rev()
            .map(|job| job.id)
            .collect();
        assert_eq!(listed, jobs);
    }
}

/// What a transaction did before it was refused is not found either.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_refused_is_never_listed() {
    let place = Place::new();
    let store = std::sync::Arc::new(open(&place, 0));
    all_jobs(&*store).await;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..40 {
        let store = store.clone();
        callers.spawn(async move {
            if caller % 2 == 0 {
                return Some(submit(&*store, unit()).await);
            }
            let twice = [new_items(0, 2), new_items(1, 1)].concat();
            let refused = store
                .submit(vec![unit(), job(Work::Items(twice))], NOW)
                .await;
            assert!(
                matches!(refused, Err(StoreError::DuplicateKey { .. })),
                "{refused:?}"
            );
            all_jobs(&*store).await;
            None
        });
    }
    let taken: BTreeSet<JobId> = callers.join_all().await.into_iter().flatten().collect();
    let listed: BTreeSet<JobId> = all_jobs(&*store).await.iter().map(|job| job.id).collect();
    assert_eq!((listed.len(), listed), (20, taken));
    let count = store
        .count(JobFilter::default(), 100)
        .await
        .expect("counted");
    assert_eq!(count, Count::Exact(20));
}

/// Whoever was answered finds what he did, however many others write and read meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_finds_at_once_what_he_did() {
    for catalogue_from in [0, 300, u64::MAX] {
        let place = Place::new();
        let store = std::sync::Arc::new(open(&place, catalogue_from));
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..16 {
            let store = store.clone();
            callers.spawn(async move {
                for n in 0..30 {
                    let mut new = unit();
                    new.user = Some(format!("user-{caller}"));
                    new.name = format!("caller-{caller}-{n}");
                    let id = submit(&*store, new).await;
                    assert_eq!(
                        find(&*store, &format!("caller-{caller}-{n}")).await,
                        [id],
                        "catalogue from {catalogue_from}"
                    );
                    let mine = |states| JobFilter {
                        states,
                        user: Some(format!("user-{caller}")),
                        ..JobFilter::default()
                    };
                    let all = store.count(mine(vec![]), 100).await.expect("counted");
                    assert_eq!(all, Count::Exact(n + 1));
                    act(&*store, id, Action::Cancel { reason: None }).await;
                    let ended = mine(vec![JobState::Cancelled]);
                    let ended = store.count(ended, 100).await.expect("counted");
                    assert_eq!(ended, Count::Exact(n + 1));
                }
            });
        }
        callers.join_all().await;
    }
}

/// A search looks at what the index does not know yet, and at nothing that is gone.
#[tokio::test]
async fn a_search_is_right_while_the_index_grows() {
    let place = Place::new();
    let store = place.open();
    for n in 0..1_500 {
        let mut new = unit();
        new.name = format!("weekly forecast of item-{n:05}");
        submit(&*store, new).await;
        if n % 100 == 7 {
            let found = find(&*store, &format!("item-{n:05}")).await;
            assert_eq!(found.len(), 1, "just now submitted: {n}");
            let all = find(&*store, "forecast").await;
            assert_eq!(all.len(), n + 1);
        }
    }
    let gone = find(&*store, "item-00042").await.remove(0);
    act(&*store, gone, Action::Cancel { reason: None }).await;
    act(&*store, gone, Action::Delete).await;
    assert_eq!(find(&*store, "item-00042").await, []);
    drop(store);
    let store = place.open();
    assert_eq!(find(&*store, "item-00042").await, []);
    assert_eq!(find(&*store, "item-01499").await.len(), 1);
    assert_eq!(find(&*store, "forecast of").await.len(), 1_499);
}

async fn find(store: &dyn Store, text: &str) -> Vec<JobId> {
    let query = JobQuery {
        filter: JobFilter {
            text: Some(text.to_owned()),
            ..JobFilter::default()
        },
        limit: 10_000,
        ..JobQuery::default()
    };
    let page = store.jobs(query).await.expect("listed");
    page.items.iter().map(|job| job.id).collect()
}

/// What a search has learnt counts no longer when texts change.
#[tokio::test]
async fn a_search_follows_labels_that_change() {
    let place = Place::new();
    let store = open(&place, 0);
    let labelled = |team: &str| Change {
        labels: Some(vec![("team".to_owned(), team.to_owned())]),
        ..Change::default()
    };
    let mut jobs = Vec::new();
    for _ in 0..20 {
        let mut new = unit();
        new.labels = vec![("team".to_owned(), "yellow".to_owned())];
        jobs.push(submit(&store, new).await);
    }
    place.until_searchable(20).await;
    for (n, job) in jobs.iter().enumerate() {
        assert_eq!(find(&store, "yellow").await.len(), 20 - n);
        assert_eq!(find(&store, "violet").await.len(), n);
        act(&store, *job, Action::Change(labelled("violet"))).await;
    }
    assert_eq!(find(&store, "yellow").await, []);
    assert_eq!(find(&store, "violet").await.len(), 20);
}
