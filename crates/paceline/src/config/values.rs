//! Values of the configuration file that TOML has no type for.

use std::fmt;

use paceline_protocol::units::{WireDuration, WireSize};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A duration: `"30s"`, or seconds.
pub(super) type Seconds = WireDuration;

/// A size: `"4GiB"`, or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Size(pub(super) WireSize);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size such as \"2GiB\", or bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
        text.parse().map(Size).map_err(E::custom)
    }

    // TOML knows signed integers only.
    fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<Size, E> {
        self.visit_str(&bytes.to_string())
    }
}
