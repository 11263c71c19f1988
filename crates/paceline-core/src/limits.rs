//! The rules that hold pending jobs back: most running jobs of a scope, and scopes on hold.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::scope::{BadScope, ByScope, Kind, Names, Scope};
use crate::state::JobState;
use crate::throttle::Trial;
use crate::time::Time;

/// Most running jobs at once; `None` is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub jobs: Option<u32>,
    pub jobs_per_user: Option<u32>,
    pub jobs_per_task: Option<u32>,
    pub jobs_per_queue: Option<u32>,
    pub jobs_per_key: Option<u32>,
    /// Of single scopes, instead of what holds for each.
    pub named: ByScope<Option<u32>>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits::general(Some(10), Some(3))
    }
}

impl Limits {
    pub const NONE: Limits = Limits::general(None, None);

    /// Of all jobs, and of those of each user.
    pub const fn general(jobs: Option<u32>, jobs_per_user: Option<u32>) -> Limits {
        Limits {
            jobs,
            jobs_per_user,
            jobs_per_task: None,
            jobs_per_queue: None,
            jobs_per_key: None,
            named: ByScope::new(),
        }
    }

    /// Whether jobs may start without being counted.
    pub fn is_none(&self) -> bool {
        let each = Kind::ALL.iter().all(|&kind| self.each(kind).is_none());
        self.jobs.is_none() && each && self.named.iter().all(|(_, most)| most.is_none())
    }

    /// What holds for each scope of a kind.
    pub const fn each(&self, kind: Kind) -> Option<u32> {
        match kind {
            Kind::Key => self.jobs_per_key,
            Kind::Queue => self.jobs_per_queue,
            Kind::Task => self.jobs_per_task,
            Kind::User => self.jobs_per_user,
        }
    }

    /// Most running jobs of this scope.
    pub fn of(&self, kind: Kind, name: &str) -> Option<u32> {
        match self.named.get(kind, name) {
            Some(most) => *most,
            None => self.each(kind),
        }
    }

    /// All that is said, each by its name. What is no limit for each is not said.
    pub fn settings(&self) -> Vec<(LimitName, Option<u32>)> {
        let of_all = [(LimitName::Jobs, self.jobs)];
        let each = Kind::ALL
            .iter()
            .map(|&kind| (LimitName::Each(kind), self.each(kind)));
        let general = of_all.into_iter().chain(each);
        let general = general.filter(|(_, most)| most.is_some());
        let named = self.named.iter();
        let named = named.map(|(scope, most)| (LimitName::Of(scope), *most));
        general.chain(named).collect()
    }

    pub fn set(&mut self, name: &LimitName, most: Option<u32>) {
        match name {
            LimitName::Jobs => self.jobs = most,
            LimitName::Each(Kind::Key) => self.jobs_per_key = most,
            LimitName::Each(Kind::Queue) => self.jobs_per_queue = most,
            LimitName::Each(Kind::Task) => self.jobs_per_task = most,
            LimitName::Each(Kind::User) => self.jobs_per_user = most,
            LimitName::Of(scope) => {
                self.named.insert(scope.clone(), most);
            }
        }
    }
}

/// What is to become of a limit that may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    AtMost(u32),
    NoLimit,
    /// What is configured holds again.
    Unset,
}

impl Setting {
    /// As people write it: 0 is no limit.
    pub const fn from_number(most: u32) -> Self {
        match most {
            0 => Setting::NoLimit,
            most => Setting::AtMost(most),
        }
    }
}

/// What a limit is called: `jobs`, `jobs_per_key`, `key:dealer-7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitName {
    /// Of all jobs together.
    Jobs,
    /// Of each scope of a kind that has none of its own.
    Each(Kind),
    Of(Scope),
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LimitName::Jobs => f.write_str("jobs"),
            LimitName::Each(kind) => write!(f, "jobs_per_{kind}"),
            LimitName::Of(scope) => scope.fmt(f),
        }
    }
}

/// A text that names no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no limit: write `jobs`, `jobs_per_user`, `jobs_per_task`, `jobs_per_queue`, \
     `jobs_per_key`, or a scope like `key:dealer-7` ({1})"
)]
pub struct BadLimit(String, BadScope);

impl FromStr for LimitName {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        if text == "jobs" {
            return Ok(LimitName::Jobs);
        }
        if let Some(kind) = text.strip_prefix("jobs_per_")
            && let Ok(kind) = kind.parse()
        {
            return Ok(LimitName::Each(kind));
        }
        let scope = text.parse();
        scope
            .map(LimitName::Of)
            .map_err(|error| BadLimit(text.to_owned(), error))
    }
}

/// A scope whose pending jobs do not start, whatever its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub scope: Scope,
    /// When it ends by itself; `None` lasts until somebody lifts it.
    pub until: Option<Time>,
    /// For people; may be empty.
    pub reason: String,
    pub since: Time,
}

impl Hold {
    /// Whether it ends no sooner than the other.
    pub fn outlasts(&self, other: &Hold) -> bool {
        match (self.until, other.until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(this), Some(other)) => this >= other,
        }
    }
}

/// Whether a job counts for the limits. A paused one does until the last of what workers have of it
/// has come back: it is `in_flight` until then.
pub const fn counts(state: JobState, in_flight: bool) -> bool {
    match state {
        JobState::Running => true,
        JobState::Paused => in_flight,
        JobState::Scheduled
        | JobState::Blocked
        | JobState::Pending
        | JobState::Completed
        | JobState::Failed
        | JobState::Cancelled
        | JobState::Merged => false,
    }
}

/// The jobs that count, as the limits need them.
#[derive(Clone, Debug, Default)]
pub struct Occupied {
    pub jobs: u32,
    by: ByScope<u32>,
}

impl Occupied {
    pub fn add(&mut self, names: Names<'_>) {
        self.add_many(names, 1);
    }

    pub fn add_many(&mut self, names: Names<'_>, count: u32) {
        self.jobs = self.jobs.saturating_add(count);
        for (kind, name) in names.iter() {
            match self.by.get_mut(kind, name) {
                Some(running) => *running = running.saturating_add(count),
                None => {
                    self.by.insert(Scope::new(kind, name), count);
                }
            }
        }
    }

    pub fn of(&self, kind: Kind, name: &str) -> u32 {
        self.by.get(kind, name).copied().unwrap_or(0)
    }

    /// All scopes with running jobs.
    pub fn iter(&self) -> impl Iterator<Item = (Scope, u32)> {
        self.by.iter().map(|(scope, count)| (scope, *count))
    }
}

/// What holds a job back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// As many of all jobs run as may.
    Full {
        running: u32,
        most: u32,
    },
    /// As many of the scope run as may.
    ScopeFull {
        scope: Scope,
        running: u32,
        most: u32,
    },
    OnHold(Hold),
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Held::Full { running, most } => write!(f, "limit: {running}/{most} jobs are running"),
            Held::ScopeFull {
                scope,
                running,
                most,
            } => match scope.kind {
                Kind::Key => write!(f, "limit: {} {running}/{most}", scope.name),
                kind => write!(f, "limit: {kind} {} {running}/{most}", scope.name),
            },
            Held::OnHold(hold) => {
                let Scope { kind, name } = &hold.scope;
                match hold.until {
                    None => write!(f, "{kind} {name} is paused")?,
                    Some(until) => {
                        write!(f, "{kind} {name} is on hold until {}", to_the_second(until))?;
                    }
                }
                if hold.reason.is_empty() {
                    return Ok(());
                }
                write!(f, ": {}", hold.reason)
            }
        }
    }
}

/// As people read it: nobody waits for a fraction.
fn to_the_second(time: Time) -> Timestamp {
    let second = time
        .as_micros()
        .saturating_add(999_999)
        .div_euclid(1_000_000);
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}

/// All that decides whether a pending job may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    limits: Limits,
    holds: ByScope<Hold>,
    /// There are no limits, and nothing but tasks is on hold.
    open: bool,
    /// Tasks with a throttle, and which of their breakers are not closed.
    throttled: BTreeMap<String, Option<Trial>>,
}

impl Rules {
    pub fn new(limits: Limits, holds: impl IntoIterator<Item = Hold>) -> Self {
        let mut by_scope = ByScope::new();
        for hold in holds {
            by_scope.insert(hold.scope.clone(), hold);
        }
        let only_tasks = by_scope
            .iter()
            .all(|(scope, _): (Scope, &Hold)| scope.kind == Kind::Task);
        Rules {
            open: limits.is_none() && only_tasks,
            limits,
            holds: by_scope,
            throttled: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn with_throttled(self, throttled: BTreeMap<String, Option<Trial>>) -> Self {
        Rules { throttled, ..self }
    }

    pub fn throttled(&self) -> &BTreeMap<String, Option<Trial>> {
        &self.throttled
    }

    /// The task's breaker is open, so that nobody gets work of it.
    pub fn is_broken(&self, task: &str, now: Time) -> bool {
        let trial = self.throttled.get(task).copied().flatten();
        let until = trial.and_then(|trial| trial.open_until);
        until.is_some_and(|until| now < until)
    }

    /// Whether all jobs may start that are of no task on hold.
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.iter().map(|(_, hold)| hold)
    }

    /// The hold on a scope, if it is on hold now.
    pub fn hold(&self, kind: Kind, name: &str, now: Time) -> Option<&Hold> {
        let hold = self.holds.get(kind, name);
        hold.filter(|hold| hold.until.is_none_or(|until| until > now))
    }

    /// The earliest time after `now` at which a hold ends by itself.
    pub fn next_due(&self, now: Time) -> Option<Time> {
        let ends = self.holds().filter_map(|hold| hold.until);
        let trials = self.throttled.values().copied().flatten();
        let ends = ends.chain(trials.filter_map(|trial| trial.open_until));
        ends.filter(|until| *until > now).min()
    }

    /// Whether what workers have of such a job is called back, as far as it has not begun.
    pub fn calls_back(&self, state: JobState, task: &str, now: Time) -> bool {
        state == JobState::Paused || self.hold(Kind::Task, task, now).is_some()
    }

    /// How many more jobs of the scope may start; `None` is any number.
    pub fn room(&self, kind: Kind, name: &str, occupied: &Occupied, now: Time) -> Option<u32> {
        if self.hold(kind, name, now).is_some() {
            return Some(0);
        }
        let running = occupied.of(kind, name);
        let room = self.limits.of(kind, name);
        let room = room.map(|most| most.saturating_sub(running));
        let trial = self.throttled.get(name).copied().flatten();
        let trial = trial.filter(|_| kind == Kind::Task);
        let tried = trial.map(|trial| trial.room(running, now));
        room.into_iter().chain(tried).min()
    }

    /// Whether only so many jobs of the scope may run at once.
    pub fn is_limited(&self, scope: &Scope) -> bool {
        let tried = scope.kind == Kind::Task
            && self.throttled.get(&scope.name).copied().flatten().is_some();
        self.limits.of(scope.kind, &scope.name).is_some() || tried
    }

    /// How many more jobs may start in all; `None` is any number.
    pub fn room_for_all(&self, occupied: &Occupied) -> Option<u32> {
        let most = self.limits.jobs?;
        Some(most.saturating_sub(occupied.jobs))
    }

    /// The first scope that keeps such a job from starting, whatever all others do.
    pub fn held_by<'n>(
        &self,
        names: Names<'n>,
        occupied: &Occupied,
        now: Time,
    ) -> Option<(Kind, &'n str)> {
        names
            .iter()
            .find(|(kind, name)| self.room(*kind, name, occupied, now) == Some(0))
    }

    /// All that keeps such a job from starting, the narrowest first.
    pub fn reasons(&self, names: Names<'_>, occupied: &Occupied, now: Time) -> Vec<Held> {
        let mut reasons: Vec<Held> = names
            .iter()
            .filter_map(|(kind, name)| self.reason(kind, name, occupied, now))
            .collect();
        if let Some(most) = self.limits.jobs
            && occupied.jobs >= most
        {
            let running = occupied.jobs;
            reasons.push(Held::Full { running, most });
        }
        reasons
    }

    fn reason(&self, kind: Kind, name: &str, occupied: &Occupied, now: Time) -> Option<Held> {
        if let Some(hold) = self.hold(kind, name, now) {
            return Some(Held::OnHold(hold.clone()));
        }
        let most = self.limits.of(kind, name)?;
        let running = occupied.of(kind, name);
        (running >= most).then(|| Held::ScopeFull {
            scope: Scope::new(kind, name),
            running,
            most,
        })
    }
}

/// All that was said about limits and holds, and how many jobs run.
#[derive(Clone, Debug)]
pub struct RuleBook {
    /// What the node that started last was configured with.
    pub configured: Limits,
    /// What was set since; it goes before what is configured.
    pub set: Vec<(LimitName, Option<u32>)>,
    pub holds: Vec<Hold>,
    /// Tasks with a throttle, and which of their breakers are not closed.
    pub throttled: BTreeMap<String, Option<Trial>>,
    pub occupied: Occupied,
}

impl RuleBook {
    pub fn limits(&self) -> Limits {
        let mut limits = self.configured.clone();
        for (name, most) in &self.set {
            limits.set(name, *most);
        }
        limits
    }

    pub fn rules(&self) -> Rules {
        Rules::new(self.limits(), self.holds.iter().cloned()).with_throttled(self.throttled.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_000_000);

    fn names<'a>(user: &'a str, key: &'a str) -> Names<'a> {
        Names {
            user: Some(user),
            task: "sync",
            queue: "mail",
            key: Some(key),
        }
    }

    fn hold(scope: Scope, until: Option<Time>) -> Hold {
        Hold {
            scope,
            until,
            reason: "they move house".to_owned(),
            since: NOW,
        }
    }

    #[test]
    fn a_hold_without_end_outlasts_all() {
        let [never, early, late] = [
            None,
            Some(NOW),
            Some(NOW + std::time::Duration::from_secs(1)),
        ]
        .map(|until| hold(Scope::key("a"), until));
        assert!(never.outlasts(&late) && late.outlasts(&early) && late.outlasts(&late));
        assert!(!late.outlasts(&never) && !early.outlasts(&late));
    }

    #[test]
    fn a_limit_is_read_as_it_is_written() {
        for text in ["jobs", "jobs_per_user", "jobs_per_key", "key:a", "task:b c"] {
            let name: LimitName = text.parse().expect("a limit");
            assert_eq!(name.to_string(), text);
        }
        let why = "jobs_per_year".parse::<LimitName>().expect_err("no limit");
        assert!(why.to_string().contains("write `jobs`"), "{why}");
    }

    #[test]
    fn settings_make_the_limits_that_they_were_taken_from() {
        let mut limits = Limits::default();
        limits.set(&LimitName::Of(Scope::key("a")), Some(1));
        limits.set(&LimitName::Of(Scope::task("b")), None);
        let mut again = Limits::NONE;
        for (name, most) in limits.settings() {
            again.set(&name, most);
        }
        assert_eq!(again, limits);
    }

    #[test]
    fn what_is_said_of_one_scope_goes_before_what_is_said_of_each() {
        let mut limits = Limits {
            jobs_per_key: Some(2),
            ..Limits::NONE
        };
        limits.named.insert(Scope::key("a"), Some(5));
        limits.named.insert(Scope::key("b"), None);
        assert_eq!(limits.of(Kind::Key, "a"), Some(5));
        assert_eq!(limits.of(Kind::Key, "b"), None);
        assert_eq!(limits.of(Kind::Key, "c"), Some(2));
        assert!(!limits.is_none());
    }

    #[test]
    fn every_rule_that_holds_is_named_in_plain_words() {
        let limits = Limits {
            jobs: Some(1),
            jobs_per_user: Some(1),
            jobs_per_key: Some(1),
            ..Limits::NONE
        };
        let rules = Rules::new(limits, [hold(Scope::queue("mail"), None)]);
        let mut occupied = Occupied::default();
        occupied.add(names("ana", "dealer-7"));
        let told = |user, key| -> Vec<String> {
            let reasons = rules.reasons(names(user, key), &occupied, NOW);
            reasons.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            told("ana", "dealer-7"),
            [
                "limit: dealer-7 1/1",
                "queue mail is paused: they move house",
                "limit: user ana 1/1",
                "limit: 1/1 jobs are running"
            ]
        );
        assert_eq!(told("ben", "dealer-8").len(), 2);
    }

    #[test]
    fn a_hold_that_ends_by_itself_says_when() {
        let until = Time::from_micros(1_700_000_000_500_000);
        let held = Held::OnHold(hold(Scope::key("dealer-7"), Some(until)));
        let words = "key dealer-7 is on hold until 2023-11-14T22:13:21Z: they move house";
        assert_eq!(held.to_string(), words);
        let until = Time::from_micros(1_700_000_001_000_000);
        let held = Held::OnHold(hold(Scope::key("dealer-7"), Some(until)));
        assert_eq!(held.to_string(), words, "a whole second is said as it is");
    }

    #[test]
    fn a_hold_ends_by_itself_when_its_time_comes() {
        let end = NOW + std::time::Duration::from_secs(5);
        let rules = Rules::new(Limits::NONE, [hold(Scope::key("a"), Some(end))]);
        let held = |now| rules.held_by(names("ana", "a"), &Occupied::default(), now);
        assert_eq!(held(NOW), Some((Kind::Key, "a")));
        assert_eq!(held(end), None);
        assert_eq!(rules.next_due(NOW), Some(end));
        assert_eq!(rules.next_due(end), None);
    }

    #[test]
    fn rules_are_open_while_only_tasks_are_on_hold() {
        let open = |limits, scope| Rules::new(limits, [hold(scope, None)]).is_open();
        assert!(open(Limits::NONE, Scope::task("sync")));
        assert!(!open(Limits::NONE, Scope::queue("mail")));
        assert!(!open(Limits::default(), Scope::task("sync")));
    }
}
