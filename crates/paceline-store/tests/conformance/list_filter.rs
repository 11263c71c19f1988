//! Which jobs a filter lets through, and how many they are.

use paceline_core::query::{Count, JobFilter};
use paceline_core::{JobId, JobState, Time};

use crate::support::{Case, OTHER, items, minutes, seconds, unit};

fn like(change: impl FnOnce(&mut JobFilter)) -> JobFilter {
    let mut filter = JobFilter::default();
    change(&mut filter);
    filter
}

fn text(text: &str) -> JobFilter {
    like(|filter| filter.text = Some(text.to_owned()))
}

fn labels<const N: usize>(pairs: [(&str, &str); N]) -> JobFilter {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    like(|filter| filter.labels = pairs.collect())
}

impl Case {
    /// The matching jobs, the oldest first; counted as they are listed.
    async fn found(&self, filter: JobFilter) -> Vec<JobId> {
        let count = self
            .store
            .count(filter.clone(), 10_000)
            .await
            .expect("counted");
        let mut jobs: Vec<JobId> = self
            .jobs_like(filter)
            .await
            .iter()
            .map(|job| job.id)
            .collect();
        assert_eq!(count, Count::Exact(jobs.len() as u64));
        jobs.reverse();
        jobs
    }

    async fn expect(&self, filter: JobFilter, expected: &[JobId]) {
        let what = format!("{filter:?}");
        assert_eq!(self.found(filter).await, expected, "{what}");
    }
}

async fn by_one_field(s: Case) {
    let full = unit()
        .task(OTHER)
        .queue("night")
        .user("ana")
        .key("dealer-7")
        .batch("autumn");
    let jobs = s.submit_all(vec![full, unit().user("ben"), items(0)]).await;
    let word = |word: &str| Some(word.to_owned());
    s.expect(like(|_| {}), &jobs).await;
    s.expect(like(|f| f.task = word(OTHER)), &jobs[..1]).await;
    s.expect(like(|f| f.queue = word("night")), &jobs[..1])
        .await;
    s.expect(like(|f| f.queue = word("default")), &jobs[1..])
        .await;
    s.expect(like(|f| f.user = word("ana")), &jobs[..1]).await;
    s.expect(like(|f| f.user = word("ben")), &jobs[1..2]).await;
    s.expect(like(|f| f.key = word("dealer-7")), &jobs[..1])
        .await;
    s.expect(like(|f| f.batch = word("autumn")), &jobs[..1])
        .await;
    for nobody in ["an", "ana ", "ANA", "%", ""] {
        s.expect(like(|f| f.user = word(nobody)), &[]).await;
    }
}

async fn by_states(s: Case) {
    let jobs = s
        .submit_all(vec![unit(), items(0), unit().at(s.now() + seconds(1))])
        .await;
    s.cancel(jobs[0]).await;
    let states = |states: &[JobState]| like(|filter| filter.states = states.to_vec());
    s.expect(states(&[JobState::Cancelled]), &jobs[..1]).await;
    s.expect(
        states(&[JobState::Cancelled, JobState::Completed]),
        &jobs[..2],
    )
    .await;
    s.expect(states(&[JobState::Running]), &[]).await;
    s.expect(states(JobState::ALL), &jobs).await;
}

async fn by_labels(s: Case) {
    let both = unit().label("team", "a").label("zone", "x\"y'%");
    let jobs = s
        .submit_all(vec![
            both,
            unit().label("team", "a"),
            unit().label("zone", "a"),
            unit(),
        ])
        .await;
    s.expect(labels([("team", "a")]), &jobs[..2]).await;
    s.expect(labels([("team", "a"), ("zone", "x\"y'%")]), &jobs[..1])
        .await;
    s.expect(labels([("zone", "a")]), &jobs[2..3]).await;
    s.expect(labels([("team", "b")]), &[]).await;
    s.expect(labels([("tea", "a")]), &[]).await;
    s.expect(labels([("a", "team")]), &[]).await;
}

async fn label_names_are_no_paths(s: Case) {
    let odd = ["a.b", "a\"b", "$", "a[0]", "schlüssel ✓", "a'b"];
    for name in odd {
        s.submit(unit().label(name, "1")).await;
    }
    for name in odd {
        assert_eq!(s.found(labels([(name, "1")])).await.len(), 1, "{name}");
    }
    assert_eq!(s.found(labels([("b", "1")])).await, []);
}

async fn by_time_of_submission(s: Case) {
    let mut jobs = Vec::new();
    let start = s.now();
    for _ in 0..3 {
        jobs.push(s.submit(unit()).await);
        s.advance(minutes(10));
    }
    let after = |time: Time| like(|filter| filter.created_after = Some(time));
    let before = |time: Time| like(|filter| filter.created_before = Some(time));
    s.expect(after(start + minutes(5)), &jobs[1..]).await;
    s.expect(before(start + minutes(5)), &jobs[..1]).await;
    let between = like(|filter| {
        filter.created_after = Some(start + minutes(5));
        filter.created_before = Some(start + minutes(15));
    });
    s.expect(between, &jobs[1..2]).await;
    s.expect(after(start + minutes(25)), &[]).await;
}

async fn all_conditions_must_hold(s: Case) {
    let jobs = s
        .submit_all(vec![
            unit().user("ana").batch("x"),
            unit().user("ana"),
            unit().batch("x"),
        ])
        .await;
    let both = like(|filter| {
        filter.user = Some("ana".to_owned());
        filter.batch = Some("x".to_owned());
        filter.states = vec![JobState::Pending];
        filter.text = Some("ana".to_owned());
    });
    s.expect(both, &jobs[..1]).await;
}

async fn by_text(s: Case) {
    let jobs = s
        .submit_all(vec![
            unit().named("forecast-weekly"),
            unit().user("marie.curie"),
            unit().key("dealer-4711"),
            unit().label("campaign", "autumn-sale"),
            unit().params("{\"model\": \"gradient\", \"rate\": 0.125}"),
            unit().named("plain"),
        ])
        .await;
    s.expect(text("weekly"), &jobs[..1]).await;
    s.expect(text("cast-week"), &jobs[..1]).await;
    s.expect(text("curie"), &jobs[1..2]).await;
    s.expect(text("4711"), &jobs[2..3]).await;
    s.expect(text("autumn"), &jobs[3..4]).await;
    s.expect(text("gradient"), &jobs[4..5]).await;
    s.expect(text("0.125"), &jobs[4..5]).await;
    s.expect(text("nowhere to be found"), &[]).await;
    for job in &jobs {
        s.expect(text(&job.to_string()), &[*job]).await;
    }
    let shared = &jobs[0].to_string()[..8];
    s.expect(text(shared), &jobs).await;
}

async fn the_text_is_no_pattern(s: Case) {
    let like_patterns = [
        "100% sure",
        "under_score",
        "back\\slash",
        "quote'd \"so\"",
        "star*red",
    ];
    let decoys = [
        "1000 surely",
        "underscore",
        "under-score",
        "backslash",
        "starred",
    ];
    let jobs = s
        .submit_all(like_patterns.map(|name| unit().named(name)).into())
        .await;
    s.submit_all(decoys.map(|name| unit().named(name)).into())
        .await;
    for (searched, found) in [
        ("100%", &jobs[..1]),
        ("r_s", &jobs[1..2]),
        ("k\\s", &jobs[2..3]),
        ("e'd", &jobs[3..4]),
        ("\"so\"", &jobs[3..4]),
        ("r*r", &jobs[4..5]),
        ("u%e", &[]),
        ("OR NOT AND", &[]),
    ] {
        s.expect(text(searched), found).await;
    }
}

/// A short text and a text whose jobs were just changed are found like any other.
async fn text_is_found_wherever_it_is_new(s: Case) {
    let job = s.submit(unit().named("zq")).await;
    s.expect(text("zq"), &[job]).await;
    s.expect(text("z"), &[job]).await;
    let labels = vec![("place".to_owned(), "reykjavik".to_owned())];
    let change = paceline_core::store::Change {
        labels: Some(labels),
        ..Default::default()
    };
    s.change(job, change).await;
    s.expect(text("reykjavik"), &[job]).await;
    s.run_all().await;
    s.store
        .prune(paceline_core::store::Retention::default(), s.now())
        .await
        .expect("pruned");
    s.expect(text("reykjavik"), &[job]).await;
    s.delete(job).await;
    s.expect(text("reykjavik"), &[]).await;
}

async fn a_count_stops_at_its_cap(s: Case) {
    s.submit_all(
        (0..25)
            .map(|n| unit().user(if n < 10 { "ana" } else { "ben" }))
            .collect(),
    )
    .await;
    let count = |filter, cap| {
        let store = s.store.clone();
        async move { store.count(filter, cap).await.expect("counted") }
    };
    assert_eq!(count(like(|_| {}), 100).await, Count::Exact(25));
    assert_eq!(
        count(like(|_| {}), 25).await,
        Count::Exact(25),
        "exactly up to the cap"
    );
    assert_eq!(count(like(|_| {}), 24).await, Count::AtLeast(24));
    let ana = || like(|filter| filter.user = Some("ana".to_owned()));
    assert_eq!(count(ana(), 24).await, Count::Exact(10));
    assert_eq!(count(ana(), 5).await, Count::AtLeast(5));
    assert_eq!(count(text("predict-"), 5).await, Count::AtLeast(5));
}

list_tests!(
    by_one_field,
    by_states,
    by_labels,
    label_names_are_no_paths,
    by_time_of_submission,
    all_conditions_must_hold,
    by_text,
    the_text_is_no_pattern,
    text_is_found_wherever_it_is_new,
    a_count_stops_at_its_cap,
);
