//! The states of jobs and items, and priorities, with the words that tables, API and UI use.

use std::fmt;
use std::str::FromStr;

/// The text names no member of the enumeration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{got}`; known: {known}")]
pub struct UnknownWord {
    pub what: &'static str,
    pub got: String,
    pub known: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok($name::$variant),)+
                    other => Err(UnknownWord {
                        what: $what,
                        got: other.to_owned(),
                        known: [$($word),+].join(", "),
                    }),
                }
            }
        }
    };
}
pub(crate) use words;

words!(
    /// Where a job is in its life. [`crate::lifecycle`] lists every legal step between these.
    JobState, "job state", {
    /// Waits for a time: a future start, or the next attempt. The engine's tick moves it on;
    /// a crash changes nothing.
    Scheduled = "scheduled",
    /// Waits for other jobs.
    Blocked = "blocked",
    /// May start as soon as admission lets it.
    Pending = "pending",
    /// Admitted: its chunks are leased to workers. After a crash its leases are recovered and
    /// it goes on at the next unfinished item.
    Running = "running",
    /// Held by a person. Chunks that were in flight end; no new one starts.
    Paused = "paused",
    /// Every item has an end (some may have failed).
    Completed = "completed",
    /// Every item failed, too many failed, or the job itself failed or ran out of time.
    Failed = "failed",
    Cancelled = "cancelled",
    /// A duplicate that was folded into another job.
    Merged = "merged",
});

impl JobState {
    pub const fn is_terminal(self) -> bool {
        match self {
            JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => true,
            JobState::Scheduled
            | JobState::Blocked
            | JobState::Pending
            | JobState::Running
            | JobState::Paused => false,
        }
    }
}

words!(
    /// Where an item is.
    ItemState, "item state", {
    Pending = "pending",
    Running = "running",
    Succeeded = "succeeded",
    Failed = "failed",
    Skipped = "skipped",
    Cancelled = "cancelled",
});

impl ItemState {
    pub const fn is_terminal(self) -> bool {
        match self {
            ItemState::Succeeded
            | ItemState::Failed
            | ItemState::Skipped
            | ItemState::Cancelled => true,
            ItemState::Pending | ItemState::Running => false,
        }
    }
}

words!(
    /// How urgent a job is; the derived order is from least to most urgent.
    Priority, "priority", {
    Low = "low",
    Normal = "normal",
    High = "high",
    Urgent = "urgent",
});

impl Priority {
    /// The number that the stores sort by, 0 (low) to 3 (urgent).
    pub const fn level(self) -> i64 {
        self as i64
    }

    pub fn from_level(level: i64) -> Self {
        match level {
            ..=0 => Priority::Low,
            1 => Priority::Normal,
            2 => Priority::High,
            _ => Priority::Urgent,
        }
    }
}
