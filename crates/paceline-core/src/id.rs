//! Identifiers. No bare integer crosses a function.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::time::Time;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id from the time and 80 bits of randomness.
            pub fn new(now: Time, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.as_millis()).unwrap_or(0);
                $name(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                $name(Uuid::from_bytes(bytes))
            }

            pub const fn into_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let parsed = Uuid::parse_str(text);
                parsed.map($name).map_err(|_| InvalidId {
                    what: $what,
                    got: text.to_owned(),
                })
            }
        }
    };
}

uuid_id!(
    /// A job's public identifier: a UUID of version 7, so ids sort by the time of submission.
    JobId, "a job id"
);
uuid_id!(
    /// A schedule's public identifier, a UUID of version 7.
    ScheduleId, "the id of a schedule"
);
uuid_id!(
    /// A template's public identifier, a UUID of version 7.
    TemplateId, "the id of a template"
);

/// A message on its way to somebody outside: a UUID of version 7, the same at each attempt, so
/// that a receiver can drop what it has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(Uuid);

impl DeliveryId {
    /// A new id from the time and 80 bits of randomness.
    pub fn new(now: Time, random: [u8; 10]) -> Self {
        DeliveryId(JobId::new(now, random).0)
    }

    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        DeliveryId(Uuid::from_bytes(bytes))
    }

    pub const fn into_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

/// The text is no id of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{got}` is not {what} (a UUID such as 019d0f3a-…)")]
pub struct InvalidId {
    pub what: &'static str,
    pub got: String,
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// A lease, and at the same time its fencing token: a store never gives a number twice, so a
    /// report that carries the number of a lease that is gone is refused.
    LeaseId
);
number_id!(
    /// One life of a node process: a restart is a new node.
    NodeId
);
number_id!(
    /// A streamed submission that is not complete yet.
    UploadId
);

/// An item's position in its job, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u32);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The position of an event in the store's one stream, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventSeq(pub i64);
