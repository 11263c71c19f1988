//! Simulated people and programs: they submit, control and set rules at random, and sometimes hang
//! up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::limits::{Hold, LimitName, Setting};
use paceline_core::query::{JobFilter, Selector};
use paceline_core::schedule::{JobSource, MissedRuns, Rule, Schedule};
use paceline_core::scope::{Kind, Scope};
use paceline_core::store::{Action, Change};
use paceline_core::{JobId, Priority, ScheduleId};
use paceline_engine::Handle;

use crate::check::{Checks, lock};
use crate::drafts::Drafts;
use crate::tasks::{FLAKY, TASKS};

pub(crate) struct Person {
    pub(crate) drafts: Drafts,
    pub(crate) checks: Arc<Mutex<Checks>>,
}

impl Person {
    fn roll(&mut self, sides: u64) -> u64 {
        self.drafts.0.next_u64() % sides
    }

    /// Does one thing; a hang-up in the middle leaves it open whether it was done.
    pub(crate) async fn act(&mut self, engine: &Handle) {
        let patience = Duration::from_millis(self.roll(2_000));
        let acts = self.roll(20);
        let _ = tokio::time::timeout(patience, async {
            match acts {
                0..7 => self.submit(engine).await,
                7..14 => self.control(engine).await,
                14..16 => self.limit(engine).await,
                16..18 => self.hold(engine).await,
                _ => self.schedule(engine).await,
            }
        })
        .await;
    }

    async fn submit(&mut self, engine: &Handle) {
        let mut others: Vec<JobId> = lock(&self.checks).acknowledged.iter().copied().collect();
        let mut jobs = Vec::new();
        for _ in 0..=self.roll(4) {
            let id = engine.new_id();
            jobs.push(self.drafts.job(id, &others, engine.now()));
            others.push(id);
        }
        if let Ok(submitted) = engine.submit(jobs).await {
            lock(&self.checks)
                .acknowledged
                .extend(submitted.iter().map(|job| job.id));
        }
    }

    async fn control(&mut self, engine: &Handle) {
        let action = match self.roll(14) {
            0..3 => Action::Pause,
            3..7 => Action::Resume,
            7 => Action::Cancel {
                reason: Some("no longer wanted".to_owned()),
            },
            8 | 9 => Action::Retry,
            10 => Action::Restart,
            11 | 12 => Action::Change(self.change(engine)),
            _ => Action::Delete,
        };
        let Some(selector) = self.selector() else {
            return;
        };
        // Whether it was refused or cut off is the observer's to judge.
        let _ = engine.control(selector, action, false).await;
    }

    fn change(&mut self, engine: &Handle) -> Change {
        let priority = Priority::from_level(i64::try_from(self.roll(4)).expect("small"));
        let delay = Duration::from_millis(self.roll(5_000));
        match self.roll(3) {
            0 => Change {
                priority: Some(priority),
                ..Change::default()
            },
            1 => Change {
                run_at: Some((self.roll(2) == 0).then(|| engine.now() + delay)),
                ..Change::default()
            },
            _ => Change {
                workers: Some((self.roll(2) == 0).then_some(1)),
                ..Change::default()
            },
        }
    }

    fn selector(&mut self) -> Option<Selector> {
        if self.roll(10) == 0 {
            let mut filter = JobFilter::default();
            if self.roll(2) == 0 {
                filter.user = Some("user-1".to_owned());
            } else {
                filter.batch = Some(self.drafts.name("batch", 2));
            }
            return Some(Selector::Filter(Box::new(filter)));
        }
        let jobs: Vec<JobId> = lock(&self.checks).acknowledged.iter().copied().collect();
        let index = self.drafts.index(jobs.len())?;
        Some(Selector::Ids(vec![jobs[index]]))
    }

    fn scope(&mut self) -> Scope {
        match self.roll(4) {
            0 => Scope::key(self.drafts.name("key", 3)),
            1 => Scope::user(self.drafts.name("user", 3)),
            2 => Scope::queue(if self.roll(2) == 0 { "mail" } else { "default" }),
            _ => {
                let index = self.drafts.index(TASKS.len()).unwrap_or_default();
                Scope::task(TASKS[index])
            }
        }
    }

    async fn limit(&mut self, engine: &Handle) {
        let mut changes = Vec::new();
        for _ in 0..=self.roll(2) {
            let name = match self.roll(4) {
                0 => LimitName::Jobs,
                1 => {
                    let index = self.drafts.index(Kind::ALL.len()).unwrap_or_default();
                    LimitName::Each(Kind::ALL[index])
                }
                _ => LimitName::Of(self.scope()),
            };
            let setting = match self.roll(5) {
                0 => Setting::NoLimit,
                1 => Setting::Unset,
                _ => Setting::AtMost(1 + u32::try_from(self.roll(3)).expect("small")),
            };
            changes.push((name, setting));
        }
        let _ = engine.set_limits(changes).await;
    }

    async fn hold(&mut self, engine: &Handle) {
        let scopes = lock(&self.checks).rules.held();
        if self.roll(8) == 0 {
            let _ = engine.reset_breaker(FLAKY).await;
        } else if let Some(index) = self.drafts.index(scopes.len())
            && self.roll(2) == 0
        {
            let _ = engine.lift(scopes[index].clone()).await;
        } else {
            let now = engine.now();
            let until = now + Duration::from_millis(self.roll(6_000));
            let hold = Hold {
                scope: self.scope(),
                until: (self.roll(2) == 0).then_some(until),
                reason: "they move house".to_owned(),
                since: now,
            };
            let _ = engine.hold(hold).await;
        }
    }

    async fn schedule(&mut self, engine: &Handle) {
        let Ok(schedules) = engine.store().schedules().await else {
            return;
        };
        let now = engine.now();
        let Some(index) = self.drafts.index(schedules.len().max(2)) else {
            return;
        };
        let Some(schedule) = schedules.get(index).cloned() else {
            let schedule = self.new_schedule(engine);
            let _ = engine.store().add_schedule(schedule, now).await;
            engine.schedules_changed();
            return;
        };
        let id = schedule.id;
        let changed = match self.roll(5) {
            0 => (schedule.pause(), EventKind::SchedulePaused),
            1 | 2 => match schedule.resume(now) {
                Ok(schedule) => (schedule, EventKind::ScheduleResumed),
                Err(error) => panic!("a schedule is not resumed: {error}"),
            },
            3 => {
                let _ = engine.run_schedule(schedule).await;
                return;
            }
            _ => {
                let _ = engine.store().remove_schedule(id, now).await;
                return;
            }
        };
        let (schedule, kind) = changed;
        let _ = engine.store().change_schedule(schedule, kind, now).await;
        engine.schedules_changed();
    }

    fn new_schedule(&mut self, engine: &Handle) -> Schedule {
        let now = engine.now();
        let rule = Rule::Every {
            every: Duration::from_millis(1_000 + self.roll(5_000)),
            anchor: now,
        };
        let missed = match self.roll(3) {
            0 => MissedRuns::Skip,
            1 => MissedRuns::Once,
            _ => MissedRuns::All,
        };
        let next_at = rule.ticks().expect("a rule").next_after(now);
        let id = ScheduleId::new(now, engine.random_bytes());
        Schedule {
            id,
            name: format!("schedule-{id}"),
            rule,
            missed,
            overlap: self.roll(2) == 0,
            source: JobSource::Named("template".to_owned()),
            paused: false,
            version: 1,
            revision: 1,
            created_at: now,
            updated_at: now,
            next_at,
            last_run: None,
            last_job: None,
            last_error: None,
            unfinished: Vec::new(),
        }
    }
}
