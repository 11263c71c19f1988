//! Sizes: `"2GiB"`, `"500MB"`, or plain bytes.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{InvalidQuantity, number_and_unit};

const UNITS: &[(&str, f64)] = &[
    ("B", 1.0),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
];

/// Largest size that is taken, so that every database can hold it: a pebibyte.
const LARGEST: f64 = 1_125_899_906_842_624.0;

/// Reads `4GiB`, `500MB`, `1.5 TiB`, or bytes without a unit.
pub fn parse_size(text: &str) -> Result<u64, InvalidQuantity> {
    let bytes = match number_and_unit(text) {
        Some((number, unit)) => UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, bytes)| number * bytes),
        None => text.trim().parse().ok(),
    };
    bytes.and_then(whole).ok_or(InvalidQuantity {
        got: text.to_owned(),
        what: "a size",
        like: "\"2GiB\", \"500MB\" (units: B, KB, MB, GB, TB, KiB, MiB, GiB, TiB), or bytes",
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 0 and a pebibyte"
)]
fn whole(bytes: f64) -> Option<u64> {
    (0.0..=LARGEST)
        .contains(&bytes)
        .then(|| bytes.round() as u64)
}

/// Bytes on the wire. Written in the largest binary unit that says them exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireSize(pub u64);

impl fmt::Display for WireSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] {
            if self.0 > 0 && self.0.trailing_zeros() >= shift {
                return write!(f, "{}{unit}", self.0 >> shift);
            }
        }
        write!(f, "{}B", self.0)
    }
}

impl FromStr for WireSize {
    type Err = InvalidQuantity;
    fn from_str(text: &str) -> Result<Self, InvalidQuantity> {
        parse_size(text).map(WireSize)
    }
}

impl Serialize for WireSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WireSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = WireSize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size such as \"2GiB\", or bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WireSize, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<WireSize, E> {
        self.visit_str(&bytes.to_string())
    }
}

impl PartialSchema for WireSize {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let bytes = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(0.0));
        AnyOfBuilder::new()
            .item(text)
            .item(bytes)
            .description(Some("Size: `\"2GiB\"`, `\"500MB\"`, or bytes."))
            .examples(["2GiB"])
            .into()
    }
}

impl ToSchema for WireSize {
    fn name() -> std::borrow::Cow<'static, str> {
        "Size".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, bytes) in [
            ("4GiB", 4 << 30),
            ("500MB", 500_000_000),
            ("1.5 KiB", 1536),
            ("17", 17),
            ("0B", 0),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "GiB", "4 gigs", "-1B", "1e30", "2gib"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<WireSize>("1.5").is_err());
    }

    #[test]
    fn writes_the_largest_exact_unit() {
        for text in ["4GiB", "1536MiB", "1KiB", "1001B", "0B"] {
            let size: WireSize = text.parse().expect(text);
            assert_eq!(size.to_string(), text);
        }
    }
}
