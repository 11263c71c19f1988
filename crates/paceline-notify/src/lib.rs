//! Carries notifications outside: webhooks as Standard Webhooks specifies them, and e-mail.
//!
//! Owns signatures, the guard against requests to where no stranger's request belongs, and the
//! connections. Owns no queue and no retry: what is to be sent, and what becomes of an attempt, is
//! the store's and the engine's.

mod guard;
mod mail;
mod sign;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use paceline_core::clock::Clock;
use paceline_core::notify::{Channel, Target};
use paceline_core::outbox::{Courier, Delivery, Reach, Undelivered};

pub use guard::{Allowed, Refused};
pub use mail::{Mail, check_address};
pub use sign::{NoSecret, Secrets};
pub use webhook::check_url;

/// What could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    #[error("cannot set up webhooks: {0}")]
    Webhooks(String),
    #[error("cannot set up mail: {0}")]
    Mail(String),
}

/// Carries messages by HTTP and SMTP.
#[derive(Debug)]
pub struct Post {
    webhooks: webhook::Webhooks,
    mail: Option<Mail>,
    /// By the name of the subscription; one that goes by mail has none.
    configured: BTreeMap<String, Option<Secrets>>,
    clock: Arc<dyn Clock>,
}

impl Post {
    pub fn new(
        allowed: Allowed,
        mail: Option<Mail>,
        configured: BTreeMap<String, Option<Secrets>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SetUpError> {
        Ok(Post {
            webhooks: webhook::Webhooks::new(allowed)?,
            mail,
            configured,
            clock,
        })
    }

    fn secrets(&self, delivery: &Delivery) -> Result<Secrets, Undelivered> {
        let found = match &delivery.message.target {
            Target::Configured(name) => self.configured.get(name).cloned().flatten(),
            Target::User(_) => match &delivery.secret {
                Some(text) => Some(text.parse().map_err(|error| never(format!("{error}")))?),
                None => None,
            },
        };
        found.ok_or_else(|| never("there is no secret to sign with".to_owned()))
    }
}

/// A failure that the next attempt would share.
pub(crate) fn never(message: String) -> Undelivered {
    Undelivered {
        message,
        permanent: true,
        retry_after: None,
    }
}

/// A failure that may pass.
pub(crate) fn not_now(message: String) -> Undelivered {
    Undelivered {
        message,
        permanent: false,
        retry_after: None,
    }
}

#[async_trait]
impl Courier for Post {
    fn reach(&self) -> Reach {
        Reach {
            configured: self.configured.keys().cloned().collect(),
            email: self.mail.is_some(),
            busy: Vec::new(),
        }
    }

    fn check(&self, channel: Channel, address: &str, secret: Option<&str>) -> Result<(), String> {
        match channel {
            Channel::Webhook => {
                check_url(address, self.webhooks.allowed())?;
                let secret = secret.ok_or("a webhook needs a secret to sign with")?;
                let secrets: Result<Secrets, _> = secret.parse();
                secrets.map(|_| ()).map_err(|error| error.to_string())
            }
            Channel::Email if self.mail.is_none() => {
                Err("this node has no mail server: [smtp] in its configuration names one".into())
            }
            Channel::Email => check_address(address),
        }
    }

    async fn carry(&self, delivery: &Delivery) -> Result<(), Undelivered> {
        match delivery.message.channel {
            Channel::Webhook => {
                let secrets = self.secrets(delivery)?;
                let now = self.clock.now();
                self.webhooks.send(&delivery.message, &secrets, now).await
            }
            Channel::Email => match &self.mail {
                Some(mail) => mail.send(&delivery.message).await,
                None => Err(not_now("this node has no mail server".to_owned())),
            },
        }
    }
}
