//! How columns hold what people are told of: lists of topics, and targets.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::notify::{Preferences, Target, Topic, Wish};
use paceline_core::state::UnknownWord;
use serde::Serialize;

use crate::text::to_json;

/// The kinds of events that these topics are about, as a list in a statement.
pub(crate) fn kinds_of(topics: &[Topic]) -> String {
    let is_asked_for = |kind: &&EventKind| Topic::of(**kind).is_some_and(|of| topics.contains(&of));
    let kinds = EventKind::ALL.iter().filter(is_asked_for);
    let quoted: Vec<String> = kinds.map(|kind| format!("'{kind}'")).collect();
    if quoted.is_empty() {
        return "''".to_owned();
    }
    quoted.join(", ")
}

/// Words joined by commas.
pub(crate) fn joined<T: Display>(words: &[T]) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    words.join(",")
}

pub(crate) fn split<T: FromStr>(words: &str) -> Result<Vec<T>, T::Err> {
    let words = words.split(',').filter(|word| !word.is_empty());
    words.map(str::parse).collect()
}

/// The columns `configured` and `user`.
pub(crate) fn target_columns(target: &Target) -> (Option<&str>, Option<&str>) {
    match target {
        Target::Configured(name) => (Some(name), None),
        Target::User(user) => (None, Some(user)),
    }
}

pub(crate) fn target_of(configured: Option<String>, user: Option<String>) -> Target {
    match configured {
        Some(name) => Target::Configured(name),
        None => Target::User(user.unwrap_or_default()),
    }
}

/// A row of `preferences`, without its user.
#[derive(Debug)]
pub(crate) struct PreferencesRow {
    pub(crate) in_app: String,
    pub(crate) email: Option<String>,
    pub(crate) email_topics: String,
    pub(crate) webhook: Option<String>,
    pub(crate) webhook_topics: String,
    pub(crate) webhook_secret: Option<String>,
    pub(crate) long_running_after: Option<i64>,
}

impl PreferencesRow {
    pub(crate) fn of(preferences: Preferences) -> Self {
        let Preferences {
            in_app,
            email,
            webhook,
            webhook_secret,
            long_running_after,
        } = preferences;
        let columns = |wish: Option<Wish>| match wish {
            Some(Wish { address, topics }) => (Some(address), joined(&topics)),
            None => (None, String::new()),
        };
        let (email, email_topics) = columns(email);
        let (webhook, webhook_topics) = columns(webhook);
        PreferencesRow {
            in_app: joined(&in_app),
            email,
            email_topics,
            webhook,
            webhook_topics,
            webhook_secret,
            long_running_after: long_running_after.map(crate::job_row::micros),
        }
    }

    pub(crate) fn read(self) -> Result<Preferences, UnknownWord> {
        let wish = |address: Option<String>, topics: &str| {
            let topics = split(topics)?;
            Ok(address.map(|address| Wish { address, topics }))
        };
        Ok(Preferences {
            in_app: split(&self.in_app)?,
            email: wish(self.email, &self.email_topics)?,
            webhook: wish(self.webhook, &self.webhook_topics)?,
            webhook_secret: self.webhook_secret,
            long_running_after: self
                .long_running_after
                .map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0))),
        })
    }
}

/// What the events of an alert say.
pub(crate) fn alert_data(alert: &paceline_core::alert::Alert) -> String {
    #[derive(Serialize)]
    struct Data<'a> {
        code: &'static str,
        subject: &'a str,
        message: &'a str,
    }
    to_json(&Data {
        code: alert.code.as_str(),
        subject: &alert.subject,
        message: &alert.message,
    })
}

/// A list of texts as JSON.
pub(crate) fn joined_json(texts: &[String]) -> String {
    to_json(&texts)
}
