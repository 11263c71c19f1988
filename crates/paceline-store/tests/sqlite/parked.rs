//! Jobs that are put aside for the sake of single-unit jobs, which here start when they are leased.

use paceline_core::limits::{Hold, LimitName, Limits};
use paceline_core::scope::{Kind, Scope};
use paceline_core::store::Store;
use paceline_core::{JobState, NewJob};

use crate::support::{NOW, Place, claim, items, register, submit, unit};

fn of_a_key(job: NewJob, task: &str) -> NewJob {
    NewJob {
        task: task.to_owned(),
        key: Some("a".to_owned()),
        ..job
    }
}

/// Who stood back for a job that was about to start goes on when that one is held after all.
#[tokio::test]
async fn who_stood_back_for_a_job_that_did_not_start_goes_on() {
    let place = Place::new();
    let store = place.open();
    let node = register(&*store).await;
    let mut limits = Limits::NONE;
    limits.set(&LimitName::Each(Kind::Key), Some(1));
    store.configure(limits, NOW).await.expect("configured");
    submit(&*store, of_a_key(unit(), "first")).await;
    let second = submit(&*store, of_a_key(items(1), "second")).await;
    // Nobody asks for the task of the first.
    store.admit(NOW).await.expect("looked at");
    assert_eq!(claim(&*store, node, 1).await, []);
    let hold = Hold {
        scope: Scope::new(Kind::Task, "first"),
        until: None,
        reason: "it moves house".to_owned(),
        since: NOW,
    };
    store.hold(hold, NOW).await.expect("on hold");
    store.admit(NOW).await.expect("admitted");
    let second = store.job(second).await.expect("read").expect("a job");
    assert_eq!(second.state, JobState::Running);
}
