//! Cron expressions by the clocks of a time zone.
//!
//! What an expression says of a date and a time of day is croner's; which instants that are, is
//! decided here. Between two changes of the zone's offset clocks and time go together. At a change:
//!
//! - An expression with fixed minutes and hours means *once*: a time of day that is left out (clocks
//!   go forward) runs at the moment of the change, one that comes twice (clocks go back) runs the
//!   first time only.
//! - One with a `*` among minutes or hours goes with the time that passes: what is left out does not
//!   run, what comes twice runs twice.
//!
//! The zones' rules come with the program, so that all nodes of one version agree.

use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use super::rule::RuleError;
use crate::time::Time;

const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// Whoever waits longer than this waits for ever: 29 February on a certain weekday comes each 40
/// years at most.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 366 * 100);

const FIELDS: [(&str, &str); 6] = [
    ("second", "0 to 59"),
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of month", "1 to 31, L for the last"),
    ("month", "1 to 12, or JAN to DEC"),
    ("day of week", "0 to 7, or SUN to SAT"),
];

/// An expression that was read, with its zone.
#[derive(Clone, Debug)]
pub struct Cron {
    pattern: croner::Cron,
    zone: TimeZone,
    /// It means times of day, not passing time.
    is_fixed: bool,
}

/// A time in which the offset of the zone does not change.
struct Stretch {
    offset: Offset,
    /// When it began, and the offset before.
    begin: Option<(Timestamp, Offset)>,
    end: Option<Timestamp>,
}

impl Cron {
    pub(super) fn parse(expression: &str, zone: &str) -> Result<Self, RuleError> {
        let found = TimeZoneDatabase::bundled().get(zone);
        let zone = found.map_err(|_| RuleError::Zone(zone.to_owned()))?;
        let fields = fields(expression)?;
        let pattern = read(&fields.join(" ")).map_err(|error| explain(&fields, &error))?;
        let is_fixed = !fields[1].contains('*') && !fields[2].contains('*');
        let cron = Cron {
            pattern,
            zone,
            is_fixed,
        };
        if cron
            .match_from(DateTime::constant(2000, 1, 1, 0, 0, 0, 0))
            .is_none()
        {
            let why = format!("`{expression}` never comes: no month has such a day");
            return Err(RuleError::Cron(why));
        }
        Ok(cron)
    }

    pub(super) fn next_after(&self, after: Time) -> Option<Time> {
        let second = after.as_micros().div_euclid(1_000_000).checked_add(1)?;
        let start = Timestamp::from_second(second).ok()?;
        let horizon = start.checked_add(HORIZON).ok()?;
        let mut at = start;
        while at < horizon {
            let stretch = self.stretch(at);
            if let Some(found) = self.within(&stretch, at) {
                return Some(Time::from_micros(found.as_microsecond()));
            }
            at = stretch.end?;
        }
        None
    }

    fn stretch(&self, at: Timestamp) -> Stretch {
        let begin = at
            .checked_add(SECOND)
            .ok()
            .and_then(|later| self.zone.preceding(later).next());
        let begin = begin.map(|change| change.timestamp()).and_then(|begin| {
            let before = begin.checked_sub(SECOND).ok()?;
            Some((begin, self.zone.to_offset(before)))
        });
        Stretch {
            offset: self.zone.to_offset(at),
            begin,
            end: self
                .zone
                .following(at)
                .next()
                .map(|change| change.timestamp()),
        }
    }

    /// The first run of a stretch from `at` on.
    fn within(&self, stretch: &Stretch, at: Timestamp) -> Option<Timestamp> {
        let offset = stretch.offset;
        let mut from = offset.to_datetime(at);
        if let (true, Some((begin, before))) = (self.is_fixed, stretch.begin) {
            let (was, is) = (before.to_datetime(begin), offset.to_datetime(begin));
            if at == begin && self.match_from(was).is_some_and(|left_out| left_out < is) {
                return Some(begin);
            }
            // Until then the clocks show what they have shown before.
            from = from.max(was);
        }
        let found = offset.to_timestamp(self.match_from(from)?).ok()?;
        stretch.end.is_none_or(|end| found < end).then_some(found)
    }

    /// The first date and time that the expression means, from this one on.
    fn match_from(&self, from: DateTime) -> Option<DateTime> {
        self.pattern.find_next_occurrence(&from, true).ok()
    }
}

fn read(expression: &str) -> Result<croner::Cron, croner::errors::CronError> {
    CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build()
        .parse(expression)
}

/// The six fields; seconds that are not given are 0.
fn fields(expression: &str) -> Result<Vec<&str>, RuleError> {
    let expression = match expression.trim().to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        word if word.starts_with('@') => {
            let known = "@hourly, @daily, @weekly, @monthly, @yearly";
            let why = format!("there is no `{}`; known: {known}", expression.trim());
            return Err(RuleError::Cron(why));
        }
        _ => expression,
    };
    let mut fields: Vec<&str> = expression.split_whitespace().collect();
    match fields.len() {
        5 => fields.insert(0, "0"),
        6 => {}
        count => {
            let why = format!(
                "a cron expression has five fields (minute, hour, day of month, month, day of \
                 week), or six with the second before them; this has {count}"
            );
            return Err(RuleError::Cron(why));
        }
    }
    Ok(fields)
}

/// Which field is wrong: the one that cannot be read between fields that say nothing.
fn explain(fields: &[&str], error: &croner::errors::CronError) -> RuleError {
    let wrong = fields.iter().enumerate().find(|(place, field)| {
        let mut alone = ["*"; 6];
        alone[*place] = field;
        read(&alone.join(" ")).is_err()
    });
    let why = match wrong {
        Some((place, field)) => {
            let (name, range) = FIELDS[place];
            format!("`{field}` is no {name} ({range}; also lists, ranges and steps: 1,3 2-5 */10)")
        }
        None => error.to_string(),
    };
    RuleError::Cron(why)
}
