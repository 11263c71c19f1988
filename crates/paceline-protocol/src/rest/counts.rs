//! Numbers that have a word for "all": workers and failures.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use paceline_core::options::MaxFailures;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A number of workers: 1 or more, or -1 (`None`) for as many as there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerCount(pub Option<u32>);

impl Serialize for WorkerCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.map_or(-1, i64::from))
    }
}

impl<'de> Deserialize<'de> for WorkerCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = i64::deserialize(deserializer)?;
        match u32::try_from(count) {
            Ok(1..) => Ok(WorkerCount(u32::try_from(count).ok())),
            Err(_) if count == -1 => Ok(WorkerCount(None)),
            _ => Err(de::Error::custom(format_args!(
                "{count} workers: give 1 or more, or -1 for as many as there are"
            ))),
        }
    }
}

impl PartialSchema for WorkerCount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(-1))
            .description(Some("Most workers at once; -1 is as many as there are."))
            .into()
    }
}

impl ToSchema for WorkerCount {
    fn name() -> Cow<'static, str> {
        "WorkerCount".into()
    }
}

/// How many failed items a job bears: a number, or a share such as `"10%"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxFailuresText(pub MaxFailures);

const MAX_FAILURES: &str = "a number of items, or a share such as \"10%\"";

impl FromStr for MaxFailuresText {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let share = text.trim().strip_suffix('%').map(str::trim);
        let limit = match share {
            Some(share) => share.parse().ok().map(MaxFailures::Percent),
            None => text.trim().parse().ok().map(MaxFailures::Count),
        };
        match limit {
            Some(MaxFailures::Percent(share)) if !(0.0..=100.0).contains(&share) => None,
            limit => limit,
        }
        .map(MaxFailuresText)
        .ok_or_else(|| format!("`{text}` is not {MAX_FAILURES} (0% to 100%)"))
    }
}

impl Serialize for MaxFailuresText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            MaxFailures::Count(most) => serializer.serialize_u32(most),
            MaxFailures::Percent(share) => serializer.collect_str(&format_args!("{share}%")),
        }
    }
}

impl<'de> Deserialize<'de> for MaxFailuresText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Limit;
        impl Visitor<'_> for Limit {
            type Value = MaxFailuresText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MAX_FAILURES)
            }
            fn visit_u64<E: de::Error>(self, most: u64) -> Result<MaxFailuresText, E> {
                // More than any job can have is the same as no limit.
                let most = u32::try_from(most).unwrap_or(u32::MAX);
                Ok(MaxFailuresText(MaxFailures::Count(most)))
            }
            fn visit_i64<E: de::Error>(self, most: i64) -> Result<MaxFailuresText, E> {
                let most = u64::try_from(most)
                    .map_err(|_| E::custom(format_args!("{most} is not {MAX_FAILURES}")))?;
                self.visit_u64(most)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaxFailuresText, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Limit)
    }
}

impl PartialSchema for MaxFailuresText {
    fn schema() -> RefOr<Schema> {
        let count = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(0));
        let share = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        AnyOfBuilder::new()
            .item(count)
            .item(share)
            .description(Some(
                "How many failed items a job bears: a number, or a share such as `\"10%\"`.",
            ))
            .examples(["100%"])
            .into()
    }
}

impl ToSchema for MaxFailuresText {
    fn name() -> Cow<'static, str> {
        "MaxFailures".into()
    }
}
