//! A measured figure: its value, what it should be, and how it was measured.

use serde::Serialize;

use super::numbers::median;
use super::target::Target;
use crate::output::human;

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Goal::AtLeast(least) => value >= least,
            Goal::AtMost(most) => value <= most,
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Unit {
    #[serde(rename = "jobs/s")]
    JobsPerSecond,
    #[serde(rename = "items/s")]
    ItemsPerSecond,
    #[serde(rename = "us")]
    Micros,
    #[serde(rename = "ms")]
    Millis,
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "MiB")]
    Mebibytes,
    #[serde(rename = "ratio")]
    Ratio,
    #[serde(rename = "count")]
    Count,
}

impl Unit {
    pub(super) fn show(self, value: f64) -> String {
        match self {
            Unit::JobsPerSecond => format!("{} jobs/s", whole(value)),
            Unit::ItemsPerSecond => format!("{} items/s", whole(value)),
            Unit::Micros => format!("{value:.1} µs"),
            Unit::Millis if value >= 100.0 => format!("{value:.0} ms"),
            Unit::Millis => format!("{value:.2} ms"),
            Unit::Seconds => format!("{value:.2} s"),
            Unit::Mebibytes => format!("{value:.1} MiB"),
            Unit::Ratio => format!("{value:.3}"),
            Unit::Count => whole(value),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturating float-to-integer conversion is what is wanted"
)]
fn whole(value: f64) -> String {
    human::count(value.round() as u64)
}

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub(super) target: Target,
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: Unit,
    /// What each round measured; the value is their median unless the name says otherwise.
    pub(super) samples: Vec<f64>,
    pub(super) goal: Option<Goal>,
    /// Null where there is no goal.
    pub(super) met: Option<bool>,
    /// Median time of one `fdatasync` in the same folder just before, of a durable figure.
    pub(super) fdatasync_ms: Option<f64>,
    pub(super) how: String,
}

impl Figure {
    /// The median of what the rounds measured.
    pub(super) fn median(
        target: Target,
        name: impl Into<String>,
        unit: Unit,
        samples: Vec<f64>,
    ) -> Self {
        let value = median(&samples);
        Figure {
            samples,
            ..Self::single(target, name, unit, value)
        }
    }

    /// A value of its own, such as a percentile.
    pub(super) fn single(target: Target, name: impl Into<String>, unit: Unit, value: f64) -> Self {
        Figure {
            target,
            name: name.into(),
            value,
            unit,
            samples: Vec::new(),
            goal: None,
            met: None,
            fdatasync_ms: None,
            how: String::new(),
        }
    }

    #[must_use]
    pub(super) fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self.met = Some(goal.is_met_by(self.value));
        self
    }

    #[must_use]
    pub(super) fn at_least(self, least: f64) -> Self {
        self.goal(Goal::AtLeast(least))
    }

    #[must_use]
    pub(super) fn at_most(self, most: f64) -> Self {
        self.goal(Goal::AtMost(most))
    }

    /// The time of one `fdatasync` beside it: the median of those given.
    #[must_use]
    pub(super) fn beside(mut self, fdatasync_ms: &[f64]) -> Self {
        self.fdatasync_ms = Some(median(fdatasync_ms));
        self
    }

    #[must_use]
    pub(super) fn how(mut self, how: impl Into<String>) -> Self {
        self.how = how.into();
        self
    }

    pub(super) fn show_goal(&self) -> String {
        match self.goal {
            Some(Goal::AtLeast(least)) => format!("≥ {}", self.unit.show(least)),
            Some(Goal::AtMost(most)) => format!("≤ {}", self.unit.show(most)),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_judged_by_the_median() {
        let figure = Figure::median(Target::T1, "x", Unit::Micros, vec![30.0, 90.0, 34.0]);
        assert_eq!(figure.clone().at_most(35.0).met, Some(true));
        assert_eq!(figure.clone().at_most(33.0).met, Some(false));
        assert_eq!(figure.at_least(34.0).met, Some(true));
    }

    #[test]
    fn values_read_well() {
        assert_eq!(Unit::JobsPerSecond.show(51_234.4), "51,234 jobs/s");
        assert_eq!(Unit::Millis.show(1.234), "1.23 ms");
        assert_eq!(Unit::Ratio.show(0.95), "0.950");
    }
}
