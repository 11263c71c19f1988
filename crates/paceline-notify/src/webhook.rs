//! Sending webhooks.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use paceline_core::Time;
use paceline_core::outbox::{NewDelivery, Undelivered};
use paceline_protocol::notice::WebhookBody;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::guard::{Allowed, pass};
use crate::sign::Secrets;
use crate::{SetUpError, never, not_now};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For all of it, as the specification advises (15 to 30 s).
const TIMEOUT: Duration = Duration::from_secs(20);
/// Longest pause that a receiver may ask for.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// One connection a message, made by hand: it goes to the very address that was checked, through
/// no proxy, and after no redirect.
pub(crate) struct Webhooks {
    tls: TlsConnector,
    allowed: Allowed,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhooks")
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

/// What a receiver answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
}

impl Webhooks {
    pub(crate) fn new(allowed: Allowed) -> Result<Self, SetUpError> {
        let tls = tls().map_err(|error| SetUpError::Webhooks(error.to_string()))?;
        Ok(Webhooks {
            tls: TlsConnector::from(Arc::new(tls)),
            allowed,
        })
    }

    pub(crate) fn allowed(&self) -> &Allowed {
        &self.allowed
    }

    pub(crate) async fn send(
        &self,
        message: &NewDelivery,
        secrets: &Secrets,
        now: Time,
    ) -> Result<(), Undelivered> {
        let url = check_url(&message.address, &self.allowed).map_err(never)?;
        let request = request(&url, message, secrets, now).map_err(never)?;
        let answered = timeout(TIMEOUT, self.exchange(&url, request)).await;
        let answer = answered.map_err(|_| {
            let seconds = TIMEOUT.as_secs();
            not_now(format!("the receiver did not answer within {seconds} s"))
        })??;
        judge(&answer)
    }

    async fn exchange(&self, url: &Url, request: Request<String>) -> Result<Answer, Undelivered> {
        let host = bare_host(url);
        let stream = self.connect(url, host).await?;
        if url.scheme() == "http" {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| never(format!("`{host}`: {error}")))?;
        let encrypted = self.tls.connect(name, stream).await;
        let encrypted = encrypted.map_err(|error| unreachable(&error))?;
        exchange(encrypted, request).await
    }

    /// Connects to the first address of the host that answers, of those that may be used.
    async fn connect(&self, url: &Url, host: &str) -> Result<TcpStream, Undelivered> {
        let port = url.port_or_known_default().unwrap_or(443);
        let found = tokio::net::lookup_host((host, port)).await;
        let found: Vec<SocketAddr> = found.map_err(|error| unreachable(&error))?.collect();
        let passed = pass(&self.allowed, host, found).map_err(|why| never(why.to_string()))?;
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in passed {
            match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(unreachable(&last))
    }
}

fn unreachable(error: &impl std::fmt::Display) -> Undelivered {
    not_now(format!("the receiver cannot be reached: {error}"))
}

/// Sends the request and reads the head of the answer; its body says nothing to us.
async fn exchange<S>(stream: S, request: Request<String>) -> Result<Answer, Undelivered>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error| unreachable(&error))?;
    let connection = tokio::spawn(connection);
    let answered = sender.send_request(request).await;
    connection.abort();
    let answered = answered.map_err(|error| unreachable(&error))?;
    Ok(Answer {
        status: answered.status(),
        headers: answered.headers().clone(),
    })
}

fn request(
    url: &Url,
    message: &NewDelivery,
    secrets: &Secrets,
    now: Time,
) -> Result<Request<String>, String> {
    let body = serde_json::to_string(&WebhookBody::from(&message.news))
        .map_err(|error| error.to_string())?;
    let id = format!("msg_{}", message.id);
    let timestamp = now.as_micros().div_euclid(1_000_000);
    let host = url.host_str().unwrap_or_default();
    let authority = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    Request::post(target)
        .header(HOST, authority)
        .header(USER_AGENT, concat!("paceline/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", secrets.sign(&id, timestamp, &body))
        .body(body)
        .map_err(|error| error.to_string())
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    // Those of the system; what it holds that cannot be read is of no use to anyone.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// The host as names are looked up: an address of IPv6 without its brackets.
fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

/// The URL, if a webhook may go there as far as can be seen without looking names up.
pub fn check_url(address: &str, allowed: &Allowed) -> Result<Url, String> {
    let url: Url = address
        .parse()
        .map_err(|error| format!("`{address}` is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{address}` is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a webhook's URL may hold no login: the signature says who sends".to_owned());
    }
    let host = bare_host(&url);
    if let Ok(ip) = host.parse::<IpAddr>() {
        allowed
            .check(host, ip)
            .map_err(|refused| refused.to_string())?;
    }
    Ok(url)
}

fn judge(answer: &Answer) -> Result<(), Undelivered> {
    let status = answer.status;
    if status.is_success() {
        return Ok(());
    }
    let told = not_now(format!("the receiver answered {status}"));
    Err(match status {
        StatusCode::GONE => never(format!("the receiver answered {status}: it wants no more")),
        status if status.is_redirection() => never(format!(
            "the receiver answered {status}: redirects are not followed, give the final address"
        )),
        _ => Undelivered {
            retry_after: retry_after(answer),
            ..told
        },
    })
}

/// Seconds; a date is not worth the trouble.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds = answer.headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = seconds.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_checked_before_it_is_kept() {
        for (address, good) in [
            ("https://hooks.example/x", true),
            ("http://hooks.example:8080/x", true),
            ("https://8.8.8.8/", true),
            ("ftp://hooks.example/x", false),
            ("hooks.example", false),
            ("https://ana:secret@hooks.example/", false),
            ("http://127.0.0.1/", false),
            ("http://[::1]/", false),
            ("http://[::ffff:10.0.0.1]/", false),
            ("http://2130706433/", false),
            ("http://0x7f.1/", false),
            ("http://169.254.169.254/latest/meta-data/", false),
        ] {
            let checked = check_url(address, &Allowed::default());
            assert_eq!(checked.is_ok(), good, "{address}: {checked:?}");
        }
    }
}
