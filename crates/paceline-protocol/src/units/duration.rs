//! Durations: `"30s"`, `"5m"`, `"72h"`, or plain seconds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{InvalidQuantity, number_and_unit};

const UNITS: &[(&str, f64)] = &[
    ("ms", 0.001),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86400.0),
];

/// Longest duration that is taken: a hundred years, so that no sum of times overflows.
const LONGEST: f64 = 86400.0 * 36525.0;

/// Reads `250ms`, `30s`, `5m`, `72h`, `2d`, or seconds without a unit.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidQuantity> {
    let seconds = match number_and_unit(text) {
        Some((number, unit)) => UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, seconds)| number * seconds),
        None => text.trim().parse().ok(),
    };
    seconds.and_then(from_seconds).ok_or(InvalidQuantity {
        got: text.to_owned(),
        what: "a duration",
        like: "\"30s\", \"5m\", \"72h\" (units: ms, s, m, h, d), or seconds",
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 0 and a hundred years"
)]
fn from_seconds(seconds: f64) -> Option<Duration> {
    if !(0.0..=LONGEST).contains(&seconds) {
        return None;
    }
    // The stores keep whole microseconds.
    Some(Duration::from_micros((seconds * 1e6).round() as u64))
}

/// A [`Duration`] on the wire. Written in the largest unit up to hours that says it exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireDuration(pub Duration);

impl fmt::Display for WireDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        for (unit, size) in [
            ("h", 3_600_000_000),
            ("m", 60_000_000),
            ("s", 1_000_000),
            ("ms", 1000),
        ] {
            if micros.is_multiple_of(size) && (micros > 0 || unit == "s") {
                return write!(f, "{}{unit}", micros / size);
            }
        }
        write!(f, "{}s", self.0.as_secs_f64())
    }
}

impl FromStr for WireDuration {
    type Err = InvalidQuantity;
    fn from_str(text: &str) -> Result<Self, InvalidQuantity> {
        parse_duration(text).map(WireDuration)
    }
}

impl Serialize for WireDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WireDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DurationVisitor)
    }
}

struct DurationVisitor;

impl DurationVisitor {
    fn seconds<E: de::Error>(seconds: f64) -> Result<WireDuration, E> {
        from_seconds(seconds).map(WireDuration).ok_or_else(|| {
            E::custom(format_args!(
                "{seconds} seconds is not a duration; give 0 or more, at most a hundred years"
            ))
        })
    }
}

impl Visitor<'_> for DurationVisitor {
    type Value = WireDuration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"30s\", or seconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WireDuration, E> {
        text.parse().map_err(E::custom)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "such durations are refused anyway"
    )]
    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<WireDuration, E> {
        Self::seconds(seconds as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "such durations are refused anyway"
    )]
    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<WireDuration, E> {
        Self::seconds(seconds as f64)
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<WireDuration, E> {
        Self::seconds(seconds)
    }
}

impl PartialSchema for WireDuration {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let seconds = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Number))
            .minimum(Some(0.0));
        AnyOfBuilder::new()
            .item(text)
            .item(seconds)
            .description(Some(
                "Duration: `\"250ms\"`, `\"30s\"`, `\"5m\"`, `\"72h\"`, `\"2d\"`, or seconds.",
            ))
            .examples(["30s"])
            .into()
    }
}

impl ToSchema for WireDuration {
    fn name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, millis) in [
            ("30s", 30_000),
            ("1.5 h", 5_400_000),
            ("250ms", 250),
            ("2d", 172_800_000),
            ("5m", 300_000),
            ("90", 90_000),
            ("0s", 0),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_the_rest_and_says_what_to_write() {
        for text in [
            "",
            "s",
            "30 parsecs",
            "-1s",
            "1h30m",
            "inf",
            "NaN",
            "1e400",
            "9999999d",
        ] {
            let refused = parse_duration(text).expect_err(text);
            assert!(refused.to_string().contains("\"30s\""), "{refused}");
        }
        assert!(serde_json::from_str::<WireDuration>("-3").is_err());
        assert!(serde_json::from_str::<WireDuration>("true").is_err());
    }

    #[test]
    fn writes_the_largest_exact_unit() {
        for text in ["72h", "90m", "61s", "1500ms", "0s", "0.000001s"] {
            let duration: WireDuration = text.parse().expect(text);
            assert_eq!(duration.to_string(), text);
        }
    }
}
