//! Sending e-mail.

use std::time::Duration;

use lettre::address::AddressError;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncTransport, Tokio1Executor};
use paceline_core::outbox::{NewDelivery, Undelivered};
use paceline_protocol::notice;

use crate::{SetUpError, never, not_now};

const TIMEOUT: Duration = Duration::from_secs(20);

/// A mail server, and whom the mail is from.
#[derive(Clone, Debug)]
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mail {
    /// `url` is `smtp://…` or `smtps://…`, with login and, for a server that switches to
    /// encryption, `?tls=required`.
    pub fn new(url: &str, from: &str) -> Result<Self, SetUpError> {
        let failed = |error: String| SetUpError::Mail(error);
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| failed(format!("the URL of the mail server: {error}")))?
            .timeout(Some(TIMEOUT))
            .build();
        let from = from
            .parse()
            .map_err(|error: AddressError| failed(format!("`from`: {error}")))?;
        Ok(Mail { transport, from })
    }

    pub(crate) async fn send(&self, message: &NewDelivery) -> Result<(), Undelivered> {
        let mail = self.write(message).map_err(never)?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => {
                Err(never(format!("the mail server refused it: {error}")))
            }
            Err(error) => Err(not_now(format!("the mail server did not take it: {error}"))),
        }
    }

    fn write(&self, message: &NewDelivery) -> Result<Message, String> {
        let to: Mailbox = message
            .address
            .parse()
            .map_err(|error| format!("`{}`: {error}", message.address))?;
        let domain = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(to)
            // The same at each attempt, so that mail programs show it once.
            .message_id(Some(format!("<{}@{domain}>", message.id)))
            .subject(format!("[Paceline] {}", notice::title(&message.news)))
            .header(ContentType::TEXT_PLAIN)
            .body(notice::text(&message.news))
            .map_err(|error| error.to_string())
    }
}

/// Whether mail can be addressed so.
pub fn check_address(address: &str) -> Result<(), String> {
    match address.parse::<Address>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{address}` is no e-mail address: {error}")),
    }
}
