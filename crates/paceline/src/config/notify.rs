//! Who is told of what, and where alerts begin.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::alert::Thresholds;
use paceline_core::notify::{Channel, Subscription, Topic};
use paceline_notify::{Allowed, Mail, Secrets, check_address, check_url};
use paceline_protocol::units::WireDuration;
use toml::Spanned;

use super::diagnostic::Source;
use super::file::{AlertsSection, NotifySection, SmtpSection, TopicWord, WebhooksSection};
use crate::exit::Result;

/// What a node must know to tell people.
#[derive(Debug)]
pub(crate) struct NotifySettings {
    pub(crate) subscriptions: Vec<Subscription>,
    /// What webhooks are signed with, by the subscription's name; none for one that goes by mail.
    pub(crate) secrets: BTreeMap<String, Option<Secrets>>,
    pub(crate) mail: Option<Mail>,
    pub(crate) allowed: Allowed,
    pub(crate) thresholds: Thresholds,
}

pub(super) fn settle(
    sections: Vec<Spanned<NotifySection>>,
    smtp: Option<SmtpSection>,
    webhooks: &WebhooksSection,
    alerts: &AlertsSection,
    source: &Source<'_>,
) -> Result<NotifySettings> {
    let mut settings = NotifySettings {
        subscriptions: Vec::new(),
        secrets: BTreeMap::new(),
        mail: smtp.map(|section| mail(&section, source)).transpose()?,
        allowed: Allowed::new(webhooks.allow_private, &webhooks.allow),
        thresholds: thresholds(alerts),
    };
    for section in sections {
        let span = section.span();
        settings
            .add(section.into_inner())
            .map_err(|(message, help)| source.fault(span, message, Some(help.to_owned())))?;
    }
    Ok(settings)
}

fn mail(section: &SmtpSection, source: &Source<'_>) -> Result<Mail> {
    Mail::new(section.url.get_ref(), &section.from).map_err(|error| {
        let help =
            "url = \"smtp://NAME:PASSWORD@HOST:587?tls=required\", from = \"jobs@example.com\"";
        source.fault(section.url.span(), error.to_string(), Some(help.to_owned()))
    })
}

/// What is wrong, and what to do.
type Fault = (String, &'static str);

impl NotifySettings {
    fn add(&mut self, section: NotifySection) -> Result<(), Fault> {
        let NotifySection {
            name,
            events,
            task,
            batch,
            user,
            webhook,
            secret,
            email,
        } = section;
        let (channel, address, secrets) = match (webhook, email) {
            (Some(url), None) => {
                let secrets = self.check_webhook(&url, secret.as_deref())?;
                (Channel::Webhook, url, Some(secrets))
            }
            (None, Some(address)) => {
                self.check_mail(&address)?;
                (Channel::Email, address, None)
            }
            (None, None) | (Some(_), Some(_)) => {
                let message = "[[notify]] needs one address: a webhook or an email".to_owned();
                return Err((message, "write two [[notify]] sections for two addresses"));
            }
        };
        let name = name.unwrap_or_else(|| address.clone());
        if self.secrets.insert(name.clone(), secrets).is_some() {
            let message = format!("two [[notify]] sections are named `{name}`");
            return Err((message, "give each a name of its own: name = \"…\""));
        }
        self.subscriptions.push(Subscription {
            name,
            topics: events.into_iter().map(topic).collect(),
            task,
            batch,
            user,
            channel,
            address,
        });
        Ok(())
    }

    fn check_webhook(&self, url: &str, secret: Option<&str>) -> Result<Secrets, Fault> {
        const PRIVATE: &str =
            "webhooks to private addresses: [webhooks] allow = [\"HOST or NETWORK\"]";
        const MAKE: &str = "make a secret: echo whsec_$(openssl rand -base64 32)";
        check_url(url, &self.allowed).map_err(|why| (why, PRIVATE))?;
        let Some(secret) = secret else {
            return Err(("a webhook needs a secret to sign with".to_owned(), MAKE));
        };
        secret
            .parse()
            .map_err(|why: paceline_notify::NoSecret| (why.to_string(), MAKE))
    }

    fn check_mail(&self, address: &str) -> Result<(), Fault> {
        const SERVER: &str = "name a mail server: [smtp] with url and from";
        if self.mail.is_none() {
            return Err(("mail cannot be sent: there is no [smtp]".to_owned(), SERVER));
        }
        check_address(address).map_err(|why| (why, "write it as name@example.com"))
    }
}

fn topic(word: TopicWord) -> Topic {
    match word {
        TopicWord::Completed => Topic::Completed,
        TopicWord::Failed => Topic::Failed,
        TopicWord::LongRunning => Topic::LongRunning,
        TopicWord::Alert => Topic::Alert,
    }
}

fn thresholds(section: &AlertsSection) -> Thresholds {
    let default = Thresholds::default();
    let time = |written: Option<WireDuration>, default: Duration| {
        written.map_or(default, |written| written.0)
    };
    Thresholds {
        stuck_after: time(section.stuck_after, default.stuck_after),
        load_per_core: section.load_per_core.unwrap_or(default.load_per_core),
        load_for: time(section.load_for, default.load_for),
        memory_free: section.memory_free.unwrap_or(default.memory_free),
        disk_free: section.disk_free.unwrap_or(default.disk_free),
        failure_rate: section.failure_rate.unwrap_or(default.failure_rate),
        failure_window: time(section.failure_window, default.failure_window),
        failure_least: section.failure_least.unwrap_or(default.failure_least),
    }
}
