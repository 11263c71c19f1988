//! Instants: RFC 3339, in UTC with `Z` when written.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use paceline_core::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::InvalidQuantity;

/// Reads an RFC 3339 instant with any offset; finer than a microsecond is cut off.
pub fn parse_time(text: &str) -> Result<Time, InvalidQuantity> {
    let timestamp: Timestamp = text.parse().map_err(|_| InvalidQuantity {
        got: text.to_owned(),
        what: "a time",
        like: "RFC 3339 with a zone, such as \"2026-12-01T06:00:00Z\"",
    })?;
    Ok(Time::from_micros(timestamp.as_microsecond()))
}

/// A [`Time`] on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireTime(pub Time);

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timestamp = Timestamp::from_microsecond(self.0.as_micros()).unwrap_or(Timestamp::MAX);
        fmt::Display::fmt(&timestamp, f)
    }
}

impl FromStr for WireTime {
    type Err = InvalidQuantity;
    fn from_str(text: &str) -> Result<Self, InvalidQuantity> {
        parse_time(text).map(WireTime)
    }
}

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for WireTime {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("Time: RFC 3339, UTC."))
            .into()
    }
}

impl ToSchema for WireTime {
    fn name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_with_any_offset_and_written_in_utc() {
        let time: WireTime = "2026-12-01T07:00:00.25+01:00".parse().expect("a time");
        assert_eq!(time.to_string(), "2026-12-01T06:00:00.25Z");
    }

    #[test]
    fn what_is_written_is_read_back_equal() {
        for micros in [0, 1, 1_764_000_000_123_456, -1] {
            let time = WireTime(Time::from_micros(micros));
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }

    #[test]
    fn refuses_times_without_a_zone() {
        for text in ["tomorrow", "2026-12-01T06:00:00", "2026-12-01", ""] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
