//! Who is told of what: notifications, messages outside, preferences, alerts.

use axum::Json;
use axum::extract::State;
use paceline_core::id::EventSeq;
use paceline_core::notify::{Channel, EVERYBODY, Preferences, Target, Topic, Wish};
use paceline_core::outbox::{DeliveryRecord, Notice, NoticeQuery};
use paceline_protocol::notice::NewsView;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{
    AlertView, DeliveryView, ListView, MarkedView, NoticeView, NoticesView, PreferencesRequest,
    PreferencesView, ReadNoticesRequest, WebhookWish, WishView,
};
use paceline_protocol::units::{WireDuration, WireTime};
use paceline_protocol::words::{WireChannel, WireDeliveryState, WireEventKind, WireTopic};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{JsonBody, Query};
use crate::filter;
use crate::openapi::{ChangingJobs, Plain, Reading};
use crate::problem::{Refusal, Result};
use crate::routes::status;
use crate::state::AppState;

/// Longest name of a user.
const LONGEST_USER: usize = 200;

/// Lists what a person should look at.
#[utoipa::path(get, operation_id = "list_alerts", path = "/alerts", tag = "notifications",
    responses((status = 200, description = "The alerts that are open", body = ListView<AlertView>), Plain))]
pub(crate) async fn alerts(State(state): State<AppState>) -> Result<Json<ListView<AlertView>>> {
    let alerts = status::all_alerts(&state).await?;
    Ok(Json(ListView::whole(alerts)))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoticesQuery {
    /// Whose list; everybody's is always part of it.
    user: Option<String>,
    /// Only those that are unread.
    unread: Option<bool>,
    /// 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<i64>,
}

/// Lists notifications, the newest first.
#[utoipa::path(get, operation_id = "list_notifications", path = "/notifications", tag = "notifications",
    params(NoticesQuery),
    responses((status = 200, description = "A page of notifications", body = NoticesView), Reading))]
pub(crate) async fn notices(
    State(state): State<AppState>,
    Query(query): Query<NoticesQuery>,
) -> Result<Json<NoticesView>> {
    let limit = filter::limit(query.limit)?;
    let user = user_of(query.user)?;
    let outbox = state.engine.store().outbox();
    let unread = outbox.unread(&user).await?;
    let query = NoticeQuery {
        user,
        unread: query.unread.unwrap_or_default(),
        before: query.cursor.map(EventSeq),
        limit: limit + 1,
    };
    let mut notices = outbox.notices(query).await?;
    let more = notices.len() > limit as usize;
    notices.truncate(limit as usize);
    let last = notices.last().filter(|_| more);
    Ok(Json(NoticesView {
        next_cursor: last.map(|notice| notice.news.seq.0.to_string()),
        items: notices.iter().map(notice_view).collect(),
        unread,
    }))
}

fn notice_view(notice: &Notice) -> NoticeView {
    let Notice {
        reader,
        news,
        read_at,
    } = notice;
    NoticeView {
        id: news.seq.0,
        at: WireTime(news.at),
        kind: WireEventKind(news.kind),
        everybody: reader == EVERYBODY,
        read_at: read_at.map(WireTime),
        news: NewsView::from(news),
    }
}

/// Marks notifications as read.
#[utoipa::path(post, operation_id = "read_notifications", path = "/notifications/read", tag = "notifications",
    request_body = ReadNoticesRequest,
    responses((status = 200, description = "How many were unread", body = MarkedView), ChangingJobs))]
pub(crate) async fn read(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<ReadNoticesRequest>,
) -> Result<Json<MarkedView>> {
    let ReadNoticesRequest { user, ids, all } = request;
    if ids.is_some() == all {
        let message = "give either ids or all";
        return Err(Refusal::field(Code::InvalidField, "ids", message));
    }
    let user = user_of(user)?;
    let of = ids.map(|ids| ids.into_iter().map(EventSeq).collect());
    let now = state.engine.now();
    let outbox = state.engine.store().outbox();
    let changed = outbox.mark_read(&user, of, now).await?;
    Ok(Json(MarkedView { changed }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesQuery {
    /// Only those in this state: waiting, sent or failed.
    state: Option<String>,
    /// 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Lists messages to addresses outside, the newest first.
#[utoipa::path(get, operation_id = "list_deliveries", path = "/notifications/deliveries", tag = "notifications",
    params(DeliveriesQuery),
    responses((status = 200, description = "The newest messages", body = ListView<DeliveryView>), Reading))]
pub(crate) async fn deliveries(
    State(state): State<AppState>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<ListView<DeliveryView>>> {
    let limit = filter::limit(query.limit)?;
    let wanted = query.state.as_deref().map(str::parse).transpose();
    let wanted = wanted.map_err(|error: paceline_core::state::UnknownWord| {
        Refusal::field(Code::InvalidField, "state", error.to_string())
    })?;
    let outbox = state.engine.store().outbox();
    let records = outbox.deliveries(wanted, limit).await?;
    Ok(Json(ListView {
        items: records.into_iter().map(delivery_view).collect(),
        next_cursor: None,
        total: None,
        total_at_least: None,
    }))
}

fn delivery_view(record: DeliveryRecord) -> DeliveryView {
    let DeliveryRecord {
        message,
        state,
        attempts,
        next_attempt_at,
        settled_at,
        error,
    } = record;
    let (subscription, user) = match message.target {
        Target::Configured(name) => (Some(name), None),
        Target::User(user) => (None, Some(user)),
    };
    DeliveryView {
        id: message.id.to_string(),
        kind: WireEventKind(message.news.kind),
        channel: WireChannel(message.channel),
        address: message.address,
        subscription,
        user,
        state: WireDeliveryState(state),
        attempts,
        next_attempt_at: next_attempt_at.map(WireTime),
        settled_at: settled_at.map(WireTime),
        error,
        news: NewsView::from(&message.news),
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreferencesQuery {
    /// Whose; without it those that hold for jobs without a user.
    user: Option<String>,
}

/// Shows what a user asked to be told of.
#[utoipa::path(get, operation_id = "show_preferences", path = "/preferences", tag = "notifications",
    params(PreferencesQuery),
    responses((status = 200, description = "The preferences, or their defaults", body = PreferencesView), Reading))]
pub(crate) async fn show_preferences(
    State(state): State<AppState>,
    Query(query): Query<PreferencesQuery>,
) -> Result<Json<PreferencesView>> {
    let user = user_of(query.user)?;
    let known = known_preferences(&state, &user).await?;
    Ok(Json(preferences_view(user, known)))
}

/// Says what a user asks to be told of, in place of all that was said before.
#[utoipa::path(put, operation_id = "set_preferences", path = "/preferences", tag = "notifications",
    params(PreferencesQuery), request_body = PreferencesRequest,
    responses((status = 200, description = "The preferences", body = PreferencesView), ChangingJobs))]
pub(crate) async fn set_preferences(
    State(state): State<AppState>,
    Query(query): Query<PreferencesQuery>,
    JsonBody(request): JsonBody<PreferencesRequest>,
) -> Result<Json<PreferencesView>> {
    let user = user_of(query.user)?;
    let known = known_preferences(&state, &user).await?;
    let preferences = settle(&state, request, &known)?;
    let outbox = state.engine.store().outbox();
    outbox.set_preferences(&user, preferences.clone()).await?;
    Ok(Json(preferences_view(user, preferences)))
}

fn user_of(user: Option<String>) -> Result<String> {
    match user {
        Some(user) if user.is_empty() || user.len() > LONGEST_USER => {
            let message = format!("give 1 to {LONGEST_USER} bytes, or leave it out");
            Err(Refusal::field(Code::InvalidField, "user", message))
        }
        Some(user) => Ok(user),
        None => Ok(EVERYBODY.to_owned()),
    }
}

async fn known_preferences(state: &AppState, user: &str) -> Result<Preferences> {
    let mut all = state.engine.store().outbox().preferences().await?;
    Ok(all.remove(user).unwrap_or_default())
}

/// Checks what was asked for.
fn settle(
    state: &AppState,
    request: PreferencesRequest,
    known: &Preferences,
) -> Result<Preferences> {
    let PreferencesRequest {
        in_app,
        email,
        webhook,
        long_running_after,
    } = request;
    if let Some(email) = &email {
        check(state, "email.address", Channel::Email, &email.address, None)?;
    }
    let (webhook, webhook_secret) = match webhook {
        None => (None, None),
        Some(wish) => {
            let kept = known
                .webhook
                .as_ref()
                .filter(|before| before.address == wish.url)
                .and(known.webhook_secret.clone());
            let secret = wish.secret.or(kept);
            let given = secret.as_deref();
            check(state, "webhook", Channel::Webhook, &wish.url, given)?;
            let wish = Wish {
                address: wish.url,
                topics: topics(&wish.events),
            };
            (Some(wish), secret)
        }
    };
    Ok(Preferences {
        in_app: in_app.map_or_else(|| Preferences::default().in_app, |words| topics(&words)),
        email: email.map(|wish| Wish {
            topics: topics(&wish.events),
            address: wish.address,
        }),
        webhook,
        webhook_secret,
        long_running_after: long_running_after.map(|after| after.0),
    })
}

fn check(
    state: &AppState,
    field: &str,
    channel: Channel,
    address: &str,
    secret: Option<&str>,
) -> Result<()> {
    let Some(courier) = &state.options.courier else {
        let message = "this node sends nothing outside";
        return Err(Refusal::field(Code::InvalidField, field, message));
    };
    courier
        .check(channel, address, secret)
        .map_err(|why| Refusal::field(Code::InvalidField, field, why))
}

/// Each once, in their own order.
fn topics(words: &[WireTopic]) -> Vec<Topic> {
    let named = |topic: &&Topic| words.iter().any(|word| word.0 == **topic);
    Topic::ALL.iter().filter(named).copied().collect()
}

fn preferences_view(user: String, preferences: Preferences) -> PreferencesView {
    let Preferences {
        in_app,
        email,
        webhook,
        webhook_secret: _,
        long_running_after,
    } = preferences;
    let words = |topics: Vec<Topic>| topics.into_iter().map(WireTopic).collect();
    PreferencesView {
        user: (user != EVERYBODY).then_some(user),
        in_app: words(in_app),
        email: email.map(|wish| WishView {
            address: wish.address,
            events: words(wish.topics),
        }),
        webhook: webhook.map(|wish| WebhookWish {
            url: wish.address,
            events: words(wish.topics),
            secret: None,
        }),
        long_running_after: long_running_after.map(WireDuration),
    }
}
