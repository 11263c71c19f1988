//! Words of closed sets (states, priorities, kinds) and ids on the wire.
//!
//! Owns how they are written and what the API document says of them; the sets themselves are
//! `paceline-core`'s.

use std::borrow::Cow;
use std::fmt;

use paceline_core::dependency::Policy;
use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::merge::OnDuplicate;
use paceline_core::node::NodeState;
use paceline_core::notify::{Channel, Topic};
use paceline_core::outbox::DeliveryState;
use paceline_core::schedule::MissedRuns;
use paceline_core::worker::WorkerState;
use paceline_core::{ErrorKind, ItemState, JobId, JobState, Priority};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A newtype that is written as the word of the wrapped value.
macro_rules! wire_word {
    ($(#[$doc:meta])* $name:ident($inner:ty) as $schema:literal, read by $read:expr, known $known:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Word;
                impl serde::de::Visitor<'_> for Word {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "one of {}", $known.join(", "))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        let read: fn(&str) -> Result<$inner, paceline_core::state::UnknownWord> = $read;
                        read(text).map($name).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Word)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::Type(Type::String))
                    .enum_values(Some($known))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                $schema.into()
            }
        }
    };
}

fn known<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().copied().map(word).collect()
}

wire_word!(
    WireJobState(JobState) as "JobState", read by str::parse, known known(JobState::ALL, JobState::as_str)
);
wire_word!(
    WireItemState(ItemState) as "ItemState", read by str::parse, known known(ItemState::ALL, ItemState::as_str)
);
wire_word!(
    /// `medium`, as older clients call it, is read as normal.
    WirePriority(Priority) as "Priority",
    read by |text| if text == "medium" { Ok(Priority::Normal) } else { text.parse() },
    known known(Priority::ALL, Priority::as_str)
);
wire_word!(
    WirePolicy(Policy) as "AfterPolicy", read by str::parse, known known(Policy::ALL, Policy::as_str)
);
wire_word!(
    WireOnDuplicate(OnDuplicate) as "OnDuplicate", read by str::parse, known known(OnDuplicate::ALL, OnDuplicate::as_str)
);
wire_word!(
    WireErrorKind(ErrorKind) as "ErrorKind", read by str::parse, known known(ErrorKind::ALL, ErrorKind::as_str)
);
wire_word!(
    WireEventKind(EventKind) as "EventType", read by str::parse, known known(EventKind::ALL, EventKind::as_str)
);
wire_word!(
    WireWorkerState(WorkerState) as "WorkerState", read by str::parse, known known(WorkerState::ALL, WorkerState::as_str)
);
wire_word!(
    WireNodeState(NodeState) as "NodeState", read by str::parse, known known(NodeState::ALL, NodeState::as_str)
);
wire_word!(
    WireMissedRuns(MissedRuns) as "MissedRuns", read by str::parse, known known(MissedRuns::ALL, MissedRuns::as_str)
);

wire_word!(
    WireTopic(Topic) as "Topic", read by str::parse, known known(Topic::ALL, Topic::as_str)
);
wire_word!(
    WireChannel(Channel) as "Channel", read by str::parse, known known(Channel::ALL, Channel::as_str)
);
wire_word!(
    WireDeliveryState(DeliveryState) as "DeliveryState", read by str::parse, known known(DeliveryState::ALL, DeliveryState::as_str)
);

/// What a job consists of, as a word: `unit`, `items` or `planned`.
pub const fn job_kind(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Unit => "unit",
        JobKind::Items => "items",
        JobKind::Planned => "planned",
    }
}

/// A [`JobId`] on the wire: a UUID in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireJobId(pub JobId);

impl fmt::Display for WireJobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for WireJobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for WireJobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse()
            .map(WireJobId)
            .map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for WireJobId {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::Custom("uuid".to_owned())))
            .into()
    }
}

impl ToSchema for WireJobId {
    fn name() -> Cow<'static, str> {
        "JobId".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for &state in JobState::ALL {
            let json = serde_json::to_string(&WireJobState(state)).expect("writes");
            assert_eq!(
                serde_json::from_str::<WireJobState>(&json).expect("reads"),
                WireJobState(state)
            );
        }
    }

    #[test]
    fn medium_is_normal() {
        let medium: WirePriority = serde_json::from_str("\"medium\"").expect("reads");
        assert_eq!(medium.0, Priority::Normal);
    }

    #[test]
    fn unknown_words_name_the_known() {
        let error = serde_json::from_str::<WirePriority>("\"asap\"").expect_err("unknown");
        assert!(
            error
                .to_string()
                .starts_with("unknown priority `asap`; known: low, normal"),
            "{error}"
        );
    }
}
