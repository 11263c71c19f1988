//! Rules, and the times that they name.

use std::time::Duration;

use super::cron::Cron;
use crate::time::Time;

/// Nothing runs more often than this.
pub const SHORTEST: Duration = Duration::from_secs(1);

/// When a schedule runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Five or six fields (the first of six are seconds) or a word such as `@daily`, by the clocks
    /// of a time zone.
    Cron { expression: String, zone: String },
    /// One interval after the anchor, and so on.
    Every { every: Duration, anchor: Time },
    /// Once.
    At(Time),
}

/// The rule makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("{0}")]
    Cron(String),
    #[error("there is no time zone `{0}`; write a name such as Europe/Paris, or UTC")]
    Zone(String),
    #[error("it would run more often than once a second; give 1s or more")]
    TooOften,
}

/// The times of a rule, ready to be asked.
#[derive(Clone, Debug)]
pub enum Ticks {
    Cron(Box<Cron>),
    Every { every: Duration, anchor: Time },
    At(Time),
}

impl Rule {
    pub fn ticks(&self) -> Result<Ticks, RuleError> {
        match self {
            Rule::Cron { expression, zone } => {
                let cron = Cron::parse(expression, zone)?;
                Ok(Ticks::Cron(Box::new(cron)))
            }
            Rule::Every { every, anchor } if *every >= SHORTEST => Ok(Ticks::Every {
                every: *every,
                anchor: *anchor,
            }),
            Rule::Every { .. } => Err(RuleError::TooOften),
            Rule::At(at) => Ok(Ticks::At(*at)),
        }
    }

    /// The zone by whose clocks people read its times.
    pub fn zone(&self) -> &str {
        match self {
            Rule::Cron { zone, .. } => zone,
            Rule::Every { .. } | Rule::At(_) => "UTC",
        }
    }

    /// The same interval goes on from where it was.
    pub(super) fn anchored_as(self, before: &Rule) -> Self {
        match (&self, before) {
            (Rule::Every { every, .. }, Rule::Every { every: known, .. }) if every == known => {
                before.clone()
            }
            (Rule::Every { .. } | Rule::Cron { .. } | Rule::At(_), _) => self,
        }
    }
}

impl Ticks {
    /// The first time after `after`.
    pub fn next_after(&self, after: Time) -> Option<Time> {
        match self {
            Ticks::Cron(cron) => cron.next_after(after),
            Ticks::Every { every, anchor } => {
                let step = i64::try_from(every.as_micros()).ok()?;
                let passed = after.as_micros().checked_sub(anchor.as_micros())?;
                let done = passed.max(0).checked_div(step)?;
                let next = done.checked_add(1)?.checked_mul(step)?;
                anchor.as_micros().checked_add(next).map(Time::from_micros)
            }
            Ticks::At(at) => Some(*at).filter(|at| *at > after),
        }
    }

    /// All times after `after`, in order.
    pub fn after(&self, after: Time) -> impl Iterator<Item = Time> + '_ {
        std::iter::successors(self.next_after(after), |last| self.next_after(*last))
    }
}
