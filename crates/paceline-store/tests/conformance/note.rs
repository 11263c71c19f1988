//! News of running work: what handlers say of themselves, what they use, rates and samples.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::lease::{Note, NoteBody};
use paceline_core::progress::Stage;
use paceline_core::query::Sample;
use paceline_core::{JobId, JobState};

use crate::support::{Case, items, seconds, unit};

impl Case {
    async fn note(&self, job: JobId, body: NoteBody) {
        self.store
            .note(vec![Note { job, body }], self.now())
            .await
            .expect("noted");
    }

    async fn say(&self, job: JobId, fraction: Option<f64>, stage: Option<&str>, message: &str) {
        let body = NoteBody::Progress {
            fraction,
            stage: stage.map(str::to_owned),
            message: Some(message.to_owned()),
        };
        self.note(job, body).await;
    }

    async fn uses(&self, job: JobId, memory_bytes: u64, cpu_seconds: f64) {
        let body = NoteBody::Usage {
            memory_bytes,
            cpu_seconds,
        };
        self.note(job, body).await;
    }
}

async fn what_a_handler_says_is_shown(s: Case) {
    for job in [s.submit(unit()).await, s.start(items(2)).await] {
        s.say(job, Some(0.25), Some("loading"), "model ω").await;
        let stage = Stage {
            fraction: Some(0.25),
            name: Some("loading".to_owned()),
            message: Some("model ω".to_owned()),
        };
        assert_eq!(s.job(job).await.stage, stage);
        let last = s.events_of(job).await.pop().expect("an event");
        assert_eq!(last.kind, EventKind::Progress);
        assert!(last.data.as_str().contains("model ω"), "{:?}", last.data);
        assert_eq!(last.state, Some(s.state(job).await));
    }
}

async fn what_is_not_said_stays(s: Case) {
    let job = s.submit(unit()).await;
    s.say(job, Some(0.5), Some("fitting"), "one").await;
    s.say(job, None, None, "two").await;
    let stage = s.job(job).await.stage;
    assert_eq!(
        (stage.fraction, stage.name.as_deref()),
        (Some(0.5), Some("fitting"))
    );
    assert_eq!(stage.message.as_deref(), Some("two"));
}

async fn a_new_run_has_said_nothing_yet(s: Case) {
    let job = s.submit(unit()).await;
    s.claim_one().await;
    s.say(job, Some(0.5), Some("fitting"), "one").await;
    s.cancel(job).await;
    s.restart(job).await;
    assert_eq!(s.job(job).await.stage, Stage::default());
}

async fn news_of_jobs_that_are_gone_are_dropped(s: Case) {
    let before = s.snapshot().await;
    s.say(s.new_id(), Some(0.5), None, "hello").await;
    s.uses(s.new_id(), 1, 1.0).await;
    s.store.note(vec![], s.now()).await.expect("noted");
    assert_eq!(s.snapshot().await, before);
}

async fn what_workers_use_is_shown(s: Case) {
    let job = s.start(items(2)).await;
    s.uses(job, 3 << 30, 1.5).await;
    assert_eq!(s.job(job).await.memory_bytes, Some(3 << 30));
    s.advance(seconds(1));
    s.uses(job, 1 << 30, 2.5).await;
    assert_eq!(s.job(job).await.memory_bytes, Some(1 << 30));
    let samples = s.store.samples(job).await.expect("read");
    let last = samples.last().expect("a sample");
    assert_eq!((last.at, last.memory_bytes), (s.now(), Some(1 << 30)));
    assert_eq!(last.cpu_seconds, Some(2.5));
}

async fn samples_show_a_job_over_time(s: Case) {
    let job = s.start(items(70).chunk(1)).await;
    for _ in 0..20 {
        for passed in [2_000, 100, 100] {
            let lease = s.claim_one().await;
            s.advance(Duration::from_millis(passed));
            // More often than once a second is no news.
            s.succeed(&lease).await;
        }
    }
    let samples = s.store.samples(job).await.expect("read");
    assert!((15..=21).contains(&samples.len()), "{}", samples.len());
    let grows = |pair: &[Sample]| pair[0].at < pair[1].at && pair[0].done <= pair[1].done;
    assert!(samples.windows(2).all(grows), "{samples:?}");
    let last = samples.last().expect("a sample");
    let rate = last.rate.expect("a rate");
    assert!(last.done >= 55 && (0.8..2.0).contains(&rate), "{last:?}");
}

async fn long_histories_are_thinned(s: Case) {
    let job = s.start(items(2)).await;
    let begin = s.now();
    for _ in 0..2_500 {
        s.advance(seconds(1));
        s.uses(job, 1, 1.0).await;
    }
    let samples = s.store.samples(job).await.expect("read");
    assert!((400..=1_001).contains(&samples.len()), "{}", samples.len());
    let first = samples.first().expect("a sample").at;
    assert!(
        first.since(begin) < seconds(60),
        "the whole run is still covered"
    );
    assert!(s.now().since(samples.last().expect("a sample").at) < seconds(5));
}

async fn the_rate_is_that_of_the_recent_past(s: Case) {
    let job = s.start(items(1_000).chunk(10)).await;
    assert_eq!(s.job(job).await.rate, None);
    for _ in 0..30 {
        let lease = s.claim_one().await;
        s.advance(seconds(2));
        s.succeed(&lease).await;
        // Nobody works: that tells nothing of how long the next ones take.
        s.advance(seconds(60));
    }
    let rate = s.job(job).await.rate.expect("a rate");
    assert!((4.5..5.5).contains(&rate), "{rate}");
}

async fn news_change_no_state(s: Case) {
    let job = s.submit(unit()).await;
    s.run_all().await;
    s.say(job, Some(0.1), None, "late").await;
    s.uses(job, 1, 1.0).await;
    let job = s.job(job).await;
    assert_eq!(
        (job.state, job.counters.succeeded),
        (JobState::Completed, 1)
    );
}

store_tests!(
    what_a_handler_says_is_shown,
    what_is_not_said_stays,
    a_new_run_has_said_nothing_yet,
    news_of_jobs_that_are_gone_are_dropped,
    what_workers_use_is_shown,
    samples_show_a_job_over_time,
    long_histories_are_thinned,
    the_rate_is_that_of_the_recent_past,
    news_change_no_state,
);
