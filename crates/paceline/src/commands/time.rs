//! Times as people write them on the command line.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use paceline_core::Time;
use paceline_protocol::units::{parse_duration, parse_time};

/// Which way a bare duration counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Past,
    Future,
}

/// Reads an RFC 3339 time, a date or date and time in this machine's zone, or a duration from
/// `now` on (or back).
pub(crate) fn parse(text: &str, direction: Direction, now: Timestamp) -> Result<Time, String> {
    if let Ok(time) = parse_time(text) {
        return Ok(time);
    }
    if let Ok(duration) = parse_duration(text) {
        let now = Time::from_micros(now.as_microsecond());
        return Ok(match direction {
            Direction::Past => now - duration,
            Direction::Future => now + duration,
        });
    }
    local(text).ok_or_else(|| {
        format!("`{text}` is not a time; write `2026-12-01 06:00`, `2026-12-01T06:00:00Z` or `90m`")
    })
}

fn local(text: &str) -> Option<Time> {
    let civil: DateTime = text.parse().ok()?;
    let zoned: Zoned = civil.to_zoned(TimeZone::system()).ok()?;
    Some(Time::from_micros(zoned.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let now: Timestamp = "2026-12-01T00:00:00Z".parse().expect("a time");
        let future = |text| parse(text, Direction::Future, now);
        let at = |text: &str| parse_time(text).map_err(|error| error.to_string());
        assert_eq!(future("90m"), at("2026-12-01T01:30:00Z"));
        assert_eq!(
            parse("1d", Direction::Past, now),
            at("2026-11-30T00:00:00Z")
        );
        assert_eq!(
            future("2026-12-01T06:00:00+01:00"),
            at("2026-12-01T05:00:00Z")
        );
        assert!(future("2026-12-01 06:00").is_ok());
        assert!(future("2026-12-01").is_ok());
        assert!(future("soon").is_err());
    }
}
