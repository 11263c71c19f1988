//! Notifications in the app, messages to addresses outside, and what users ask for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::notice::NewsView;
use crate::units::{WireDuration, WireTime};
use crate::words::{WireChannel, WireDeliveryState, WireEventKind, WireTopic};

/// A notification in a user's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Notification)]
pub struct NoticeView {
    /// Names it when it is marked as read.
    pub id: i64,
    pub at: WireTime,
    #[serde(rename = "type")]
    pub kind: WireEventKind,
    /// In everybody's list: read by one is read by all.
    pub everybody: bool,
    pub read_at: Option<WireTime>,
    pub news: NewsView,
}

/// A page of a user's notifications, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Notifications)]
pub struct NoticesView {
    pub items: Vec<NoticeView>,
    /// Give this as `cursor` for what follows; null at the end.
    pub next_cursor: Option<String>,
    /// All that are unread, not only those of this page.
    pub unread: u64,
}

/// Which notifications were read: these, or all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadNotificationsRequest)]
pub struct ReadNoticesRequest {
    /// Whose list; without it everybody's alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<i64>>,
    #[serde(default)]
    pub all: bool,
}

/// How many were unread before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MarkedNotifications)]
pub struct MarkedView {
    pub changed: u64,
}

/// A message to an address outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// A webhook carries it as `webhook-id`, after `msg_`.
    #[schema(format = "uuid")]
    pub id: String,
    #[serde(rename = "type")]
    pub kind: WireEventKind,
    pub channel: WireChannel,
    pub address: String,
    /// The subscription of the configuration that it fulfils …
    pub subscription: Option<String>,
    /// … or the user whose preferences ask for it.
    pub user: Option<String>,
    pub state: WireDeliveryState,
    pub attempts: u32,
    pub next_attempt_at: Option<WireTime>,
    pub settled_at: Option<WireTime>,
    /// Of the last attempt that failed.
    pub error: Option<String>,
    pub news: NewsView,
}

/// An address, and what goes there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Wish)]
pub struct WishView {
    pub address: String,
    pub events: Vec<WireTopic>,
}

/// A webhook, and what goes there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookWish {
    pub url: String,
    pub events: Vec<WireTopic>,
    /// `whsec_` and 24 to 64 random bytes in base64. Left out, the one that is known for this URL
    /// stays; it is never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// All of a user's preferences; what is left out is off, or its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferencesRequest {
    /// What is listed in the app: failed, `long_running` and alert when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_app: Option<Vec<WireTopic>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<WishView>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookWish>,
    /// When a run of a job of this user counts as long. Left out: three times what 95 of 100 jobs
    /// of its task take, or an hour when too few are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "30m")]
    pub long_running_after: Option<WireDuration>,
}

/// What a user asked for. The secret of the webhook is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Preferences)]
pub struct PreferencesView {
    /// Null: what holds for jobs without a user.
    pub user: Option<String>,
    pub in_app: Vec<WireTopic>,
    pub email: Option<WishView>,
    pub webhook: Option<WebhookWish>,
    #[schema(value_type = Option<String>)]
    pub long_running_after: Option<WireDuration>,
}
