use proptest::prelude::*;

use super::*;

fn hours(hours: u64) -> Duration {
    Duration::from_hours(hours)
}

fn with_tasks() -> Retention {
    let own = |completed, results| TaskRetention {
        completed,
        cancelled: Some(Duration::ZERO),
        results,
        ..TaskRetention::default()
    };
    Retention {
        results: Some(hours(48)),
        tasks: [
            ("quick".to_owned(), own(Some(hours(1)), Some(hours(2)))),
            ("dear".to_owned(), own(Some(hours(24 * 365)), None)),
        ]
        .into(),
        ..Retention::default()
    }
}

#[test]
fn a_tasks_own_time_wins_and_the_unfinished_has_none() {
    let retention = with_tasks();
    assert_eq!(retention.kept("quick", JobState::Completed), Some(hours(1)));
    assert_eq!(
        retention.kept("quick", JobState::Failed),
        Some(retention.failed)
    );
    assert_eq!(
        retention.kept("other", JobState::Merged),
        Some(retention.merged)
    );
    assert_eq!(retention.longest(), hours(24 * 365));
    assert_eq!(retention.results_kept("quick"), Some(hours(2)));
    assert_eq!(retention.results_kept("dear"), Some(hours(48)));
    let now = Time::EPOCH + hours(100);
    let past = |state, finished_at| {
        let job = Ended {
            task: "quick",
            state,
            finished_at,
        };
        retention.is_past(Aged::Results, &job, now)
    };
    assert!(past(JobState::Failed, Some(now - hours(3))));
    assert!(!past(JobState::Failed, Some(now - hours(2))));
    assert!(!past(JobState::Running, Some(now - hours(3))));
    assert!(!past(JobState::Failed, None));
}

#[test]
fn a_clean_up_looks_only_at_what_has_come_of_age_since() {
    let retention = Retention::default();
    let mut reached = Reached::default();
    let start = Time::EPOCH + hours(10_000);
    let first = reached.passes(&retention, start);
    let times: Vec<Duration> = first.iter().map(|pass| pass.kept).collect();
    assert_eq!(times, [hours(24 * 7), hours(24 * 30), hours(24 * 90)]);
    assert!(first.iter().all(|pass| pass.from == Time::EPOCH));
    reached.passed(&first[0]);
    let next = reached.passes(&retention, start + hours(1));
    assert_eq!(next[0].from, first[0].before - LATE);
    assert_eq!(next[1].from, first[1].from, "it did not come to its end");
    let changed = with_tasks();
    let anew = reached.passes(&changed, start + hours(2));
    assert!(
        anew.iter().all(|pass| pass.from == Time::EPOCH),
        "what was passed over may have to go by other times"
    );
}

/// A job that ends and is seen a while later.
#[derive(Clone, Debug)]
struct Job {
    task: &'static str,
    state: JobState,
    ends: u64,
    seen: u64,
}

fn job() -> impl Strategy<Value = Job> {
    let task = prop::sample::select(vec!["quick", "dear", "other"]);
    let state = prop::sample::select(JobState::ALL.to_vec());
    (task, state, 0_u64..60 * 24 * 60, 0_u64..5).prop_map(|(task, state, ends, late)| Job {
        task,
        state,
        ends,
        seen: ends + late,
    })
}

proptest! {
    /// Whenever clean-ups come: what ended and is past its time is gone after the next one, and
    /// nothing goes before its time or while it is unfinished.
    #[test]
    fn each_clean_up_leaves_nothing_that_is_past_its_time(
        mut jobs in prop::collection::vec(job(), 1..60),
        steps in prop::collection::vec(1_u64..60 * 24 * 9, 1..20),
    ) {
        let minute = |minute: u64| Time::EPOCH + Duration::from_mins(minute);
        let (retention, mut reached) = (with_tasks(), Reached::default());
        let mut clock = 0;
        for step in steps {
            clock += step;
            let now = minute(clock);
            for pass in reached.passes(&retention, now) {
                if pass.of == Aged::Jobs {
                    jobs.retain(|job| {
                        let ended = Ended {
                            task: job.task,
                            state: job.state,
                            finished_at: job.state.is_terminal().then(|| minute(job.ends)),
                        };
                        let goes = job.seen <= clock && pass.takes(&retention, &ended);
                        assert!(!goes || retention.is_past(Aged::Jobs, &ended, now));
                        !goes
                    });
                }
                reached.passed(&pass);
            }
            for job in jobs.iter().filter(|job| job.seen <= clock) {
                let ended = Ended {
                    task: job.task,
                    state: job.state,
                    finished_at: job.state.is_terminal().then(|| minute(job.ends)),
                };
                prop_assert!(!retention.is_past(Aged::Jobs, &ended, now), "{:?} is left", job);
            }
        }
    }
}
