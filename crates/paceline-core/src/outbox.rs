//! What a store keeps of notifications: how far the events were heard, what was told in the app,
//! and what is on its way to addresses outside.
//!
//! The stream of events is the source: an event is written with its change, so nothing that
//! happened can be missed. Whoever hears it writes what follows from it and moves the mark in one
//! transaction ([`Outbox::post`]); of several nodes one succeeds. What goes outside is taken for a
//! while ([`Outbox::take`]), sent, and settled; who dies in between has sent it perhaps, and it is
//! sent again under the same id as soon as its node is taken for dead: at least once.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;

use crate::id::{DeliveryId, EventSeq, NodeId};
use crate::notify::{Channel, News, Preferences, Target, Topic};
use crate::state::{UnknownWord, words};
use crate::store::Result;
use crate::time::Time;

words!(
    /// Where a message to an address outside is.
    DeliveryState, "delivery state", {
    /// It will be tried, for the first time or again.
    Waiting = "waiting",
    Sent = "sent",
    /// Given up: the last error says why.
    Failed = "failed",
});

/// Events that were read, of those up to `through` all that people may be told of.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub news: Vec<News>,
    pub through: EventSeq,
}

/// What follows from the events after `from` up to `to`.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// Where the mark must be now; `None`: nothing was ever heard.
    pub from: Option<EventSeq>,
    pub to: EventSeq,
    /// For the lists of these users.
    pub notices: Vec<(String, News)>,
    pub deliveries: Vec<NewDelivery>,
    pub now: Time,
}

/// A message to an address outside.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub channel: Channel,
    pub target: Target,
    pub address: String,
    pub news: News,
}

/// A message in somebody's hands, who is to send it.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub message: NewDelivery,
    /// From 1.
    pub attempt: u32,
    /// What webhooks of this user are signed with; of a configured target the sender knows it.
    pub secret: Option<String>,
}

/// What a node is able to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The subscriptions that it knows.
    pub configured: Vec<String>,
    pub email: bool,
    /// Addresses that have enough messages under way, so that one that does not answer holds up no
    /// other.
    pub busy: Vec<String>,
}

/// Who takes messages, how many at most, and until when nobody else gets them while it is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taker {
    pub node: NodeId,
    pub until: Time,
    pub limit: u32,
}

/// Messages to send, and when the next one is due.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    pub deliveries: Vec<Delivery>,
    pub next_due: Option<Time>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    Sent,
    /// It is tried again then.
    Later {
        at: Time,
        error: String,
    },
    GivenUp {
        error: String,
    },
}

/// A message as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryRecord {
    pub message: NewDelivery,
    pub state: DeliveryState,
    pub attempts: u32,
    /// When it is tried next, or, once taken, when it is tried again should its sender die.
    pub next_attempt_at: Option<Time>,
    pub settled_at: Option<Time>,
    /// Of the last attempt that failed.
    pub error: Option<String>,
}

/// A notification in a user's list. Its id there is the number of the event.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Whose list it is in; [`crate::notify::EVERYBODY`] is everybody's.
    pub reader: String,
    pub news: News,
    pub read_at: Option<Time>,
}

/// Which notifications of a user, and of everybody, are wanted; the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeQuery {
    pub user: String,
    pub unread: bool,
    /// Those of older events than this.
    pub before: Option<EventSeq>,
    pub limit: u32,
}

/// Notifications, and what is on its way to addresses outside.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// How far the events were heard; `None` before the first time.
    async fn heard(&self) -> Result<Option<EventSeq>>;
    /// Looks through at most `limit` events after `after` for news of these topics.
    async fn hear(&self, after: EventSeq, limit: u32, topics: Vec<Topic>) -> Result<Heard>;
    /// Writes what follows and moves the mark; does nothing and returns false when the mark is not
    /// where `post` says.
    async fn post(&self, post: Post) -> Result<bool>;

    /// Takes messages that are due. Nobody else gets them before the taker's time is over, or its
    /// node is gone. Durable, and so is all that they tell of.
    async fn take(&self, reach: Reach, by: Taker, now: Time) -> Result<Taken>;
    /// Takes down what became of an attempt; false if it is not the last one any more.
    async fn settle(
        &self,
        id: DeliveryId,
        attempt: u32,
        settled: Settled,
        now: Time,
    ) -> Result<bool>;
    /// The newest messages first.
    async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>>;

    async fn notices(&self, query: NoticeQuery) -> Result<Vec<Notice>>;
    /// Unread notifications of a user and of everybody.
    async fn unread(&self, user: &str) -> Result<u64>;
    /// Marks notifications of a user and of everybody as read, these or all. Returns how many were
    /// unread.
    async fn mark_read(&self, user: &str, of: Option<Vec<EventSeq>>, now: Time) -> Result<u64>;

    /// What each user asked for, who asked for anything.
    async fn preferences(&self) -> Result<BTreeMap<String, Preferences>>;
    async fn set_preferences(&self, user: &str, preferences: Preferences) -> Result<()>;

    /// Removes notifications and settled messages that are older than `before`, and of each user's
    /// notifications all but the newest `most`; gives up messages that have waited since before
    /// then. Returns how many rows went.
    async fn tidy(&self, before: Time, most: u32, now: Time) -> Result<u64>;
}

/// Why a message did not get there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    pub message: String,
    /// Trying again cannot help.
    pub permanent: bool,
    /// The receiver asked for this pause.
    pub retry_after: Option<std::time::Duration>,
}

/// Who carries messages outside.
#[async_trait]
pub trait Courier: Send + Sync + fmt::Debug {
    fn reach(&self) -> Reach;
    /// Whether messages can go there, as far as can be known now; what is wrong, in words.
    fn check(&self, channel: Channel, address: &str, secret: Option<&str>) -> Result<(), String>;
    async fn carry(&self, delivery: &Delivery) -> Result<(), Undelivered>;
}
