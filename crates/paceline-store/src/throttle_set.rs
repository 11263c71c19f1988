//! Throttled tasks while a transaction works with them: it asks what may be handed out, takes down
//! what was and how attempts ended, and writes what has changed. The same on each database.

use std::collections::BTreeMap;

use paceline_core::breaker::{Change, Ends};
use paceline_core::event::EventKind;
use paceline_core::item::Outcome;
use paceline_core::throttle::{TaskThrottle, Throttle, ThrottlePolicy, Trial};
use paceline_core::{Json, Time};

use crate::throttle_text::{change_event, policy, state, state_text};

#[derive(Debug, Default)]
pub(crate) struct ThrottleSet {
    tasks: BTreeMap<String, Throttled>,
    news: Vec<(EventKind, Json)>,
}

#[derive(Debug)]
struct Throttled {
    policy: ThrottlePolicy,
    throttle: Throttle,
    /// How attempts ended that are still to be counted.
    ends: Ends,
    changed: bool,
    /// Its breaker holds less than before, or more.
    turned: bool,
}

/// What is to be written of a task.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) task: String,
    pub(crate) state: String,
    pub(crate) trial: Option<Trial>,
    /// Jobs that wait for it may start now, or those behind them.
    pub(crate) turned: bool,
}

/// A throttled task out of its columns.
pub(crate) fn read(
    task: String,
    policy_text: &str,
    state_text: &str,
) -> serde_json::Result<TaskThrottle> {
    Ok(TaskThrottle {
        task,
        policy: policy(policy_text)?,
        throttle: state(state_text)?,
    })
}

impl ThrottleSet {
    pub(crate) fn new(tasks: impl IntoIterator<Item = TaskThrottle>) -> Self {
        let throttled = |of: TaskThrottle| {
            let throttled = Throttled {
                policy: of.policy,
                throttle: of.throttle,
                ends: Ends::default(),
                changed: false,
                turned: false,
            };
            (of.task, throttled)
        };
        ThrottleSet {
            tasks: tasks.into_iter().map(throttled).collect(),
            news: Vec::new(),
        }
    }

    /// Most items of the task that may be handed out in the next chunk; `None` is any number.
    pub(crate) fn most(&self, task: &str, now: Time) -> Option<u32> {
        let of_task = self.tasks.get(task)?;
        of_task.throttle.largest_chunk(&of_task.policy, now)
    }

    /// Nothing of the task may be handed out now.
    pub(crate) fn holds(&self, task: &str, now: Time) -> bool {
        self.most(task, now) == Some(0)
    }

    /// Takes down a chunk (or unit) that was handed out.
    pub(crate) fn hand_out(&mut self, task: &str, items: u32, now: Time) {
        let Some(of_task) = self.tasks.get_mut(task) else {
            return;
        };
        let change = of_task.throttle.hand_out(&of_task.policy, items, now);
        of_task.changed = true;
        self.tell(task, change);
    }

    /// An attempt ended.
    pub(crate) fn ended(&mut self, task: &str, outcome: &Outcome) {
        if let Some(of_task) = self.tasks.get_mut(task) {
            of_task.ends.add(outcome);
        }
    }

    /// Lets the breakers count the attempts that ended.
    pub(crate) fn count(&mut self, now: Time) {
        let mut changes = Vec::new();
        for (task, of_task) in &mut self.tasks {
            let ends = std::mem::take(&mut of_task.ends);
            if of_task.policy.breaker.is_none() || ends.is_none() {
                continue;
            }
            let change = of_task.throttle.count(&of_task.policy, ends, now);
            of_task.changed = true;
            changes.push((task.clone(), change));
        }
        for (task, change) in changes {
            self.tell(&task, change);
        }
    }

    /// False when its breaker was closed, or when there is none.
    pub(crate) fn reset(&mut self, task: &str) -> bool {
        let Some(of_task) = self.tasks.get_mut(task) else {
            return false;
        };
        let change = of_task.throttle.breaker.reset();
        of_task.changed |= change.is_some();
        self.tell(task, change);
        change.is_some()
    }

    fn tell(&mut self, task: &str, change: Option<Change>) {
        let Some(change) = change else {
            return;
        };
        self.news.push(change_event(task, change));
        if let Some(of_task) = self.tasks.get_mut(task) {
            of_task.turned = true;
        }
    }

    /// The earliest time at which some of these tasks may be handed out again.
    pub(crate) fn next_due<'a>(
        &self,
        tasks: impl IntoIterator<Item = &'a String>,
        now: Time,
    ) -> Option<Time> {
        let of_tasks = tasks.into_iter().filter_map(|task| self.tasks.get(task));
        let due = of_tasks.map(|of_task| of_task.throttle.allows(&of_task.policy, now).next_due);
        due.flatten().min()
    }

    /// What has changed, in the order of the tasks' names.
    pub(crate) fn take_changed(&mut self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (task, of_task) in &mut self.tasks {
            if std::mem::take(&mut of_task.changed) {
                rows.push(Row {
                    task: task.clone(),
                    state: state_text(&of_task.throttle),
                    trial: of_task.throttle.trial(&of_task.policy),
                    turned: std::mem::take(&mut of_task.turned),
                });
            }
        }
        rows
    }

    /// What breakers did since they were asked last.
    pub(crate) fn take_news(&mut self) -> Vec<(EventKind, Json)> {
        std::mem::take(&mut self.news)
    }
}
