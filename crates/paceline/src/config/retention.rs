//! How long ended things are kept, as `[retention]` says.

use std::time::Duration;

use paceline_core::retention::{Retention, TaskRetention};
use paceline_protocol::units::WireDuration;

use super::file::{RetentionSection, TaskRetentionSection};

pub(super) fn settle(section: &RetentionSection) -> Retention {
    let default = Retention::DEFAULT;
    let time = |written: Option<WireDuration>, default: Duration| {
        written.map_or(default, |written| written.0)
    };
    let cancelled = time(section.cancelled, default.cancelled);
    let tasks = section.tasks.iter();
    Retention {
        completed: time(section.completed, default.completed),
        failed: time(section.failed, default.failed),
        cancelled,
        // Before they had a time of their own they were kept as long as these.
        merged: time(section.merged, cancelled),
        results: section.results.map(|time| time.0),
        progress_events: time(section.progress_events, default.progress_events),
        log_bytes: section.log_size.map_or(default.log_bytes, |size| size.0.0),
        task_history: time(section.task_history, default.task_history),
        tasks: tasks
            .map(|(task, own)| (task.clone(), of_task(own)))
            .collect(),
    }
}

fn of_task(section: &TaskRetentionSection) -> TaskRetention {
    let TaskRetentionSection {
        completed,
        failed,
        cancelled,
        merged,
        results,
    } = *section;
    let time = |written: Option<WireDuration>| written.map(|written| written.0);
    TaskRetention {
        completed: time(completed),
        failed: time(failed),
        cancelled: time(cancelled),
        merged: time(merged),
        results: time(results),
    }
}
