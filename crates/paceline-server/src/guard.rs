//! Keeping other people's pages out of a server that trusts its own machine.
//!
//! A page on the internet can make a browser call `http://127.0.0.1:7421`. Two checks stop it:
//! the `Host` must be a name of this machine (so that a name which was re-pointed to 127.0.0.1
//! does not count as this site), and whatever changes something, or opens a WebSocket, must not come
//! from another site.

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use paceline_protocol::problem::Code;

use crate::problem::{Refusal, Result};
use crate::state::AppState;

pub(crate) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match check(&state, request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(state: &AppState, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<()> {
    let host = host(uri, headers)?;
    if let Some(host) = &host {
        check_host(host, &state.options.allowed_hosts)?;
    }
    // A WebSocket is opened by a safe method and kept from other sites by nobody else.
    if method.is_safe() && !headers.contains_key(header::UPGRADE) {
        return Ok(());
    }
    check_origin(headers, host.as_ref())
}

/// The host that the caller believes to speak to. Every HTTP/1.1 client names one.
fn host(uri: &Uri, headers: &HeaderMap) -> Result<Option<Authority>> {
    let malformed = |_| Refusal::new(Code::BadRequest, "the Host header is malformed");
    match headers.get(header::HOST) {
        Some(host) => Authority::try_from(host.as_bytes())
            .map(Some)
            .map_err(malformed),
        None => Ok(uri.authority().cloned()),
    }
}

fn check_host(host: &Authority, allowed: &[String]) -> Result<()> {
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    let loopback = name
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    let local =
        name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    if loopback || local || allowed.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::HostNotAllowed,
        format!("`{name}` is not a name of this server; call it by localhost or 127.0.0.1"),
    ))
}

fn check_origin(headers: &HeaderMap, host: Option<&Authority>) -> Result<()> {
    let refused = |from: &str| {
        Err(Refusal::new(
            Code::CrossOrigin,
            format!(
                "a page of {from} tried to change something here or to listen; only the server's own pages, and programs, may"
            ),
        ))
    };
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or("an unreadable origin");
        let own = host.is_some_and(|host| {
            [format!("http://{host}"), format!("https://{host}")]
                .iter()
                .any(|own| own.eq_ignore_ascii_case(origin))
        });
        return if own { Ok(()) } else { refused(origin) };
    }
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(b"cross-site" | b"same-site") => refused("another site"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(text: &str) -> Authority {
        text.parse().expect("an authority")
    }

    #[test]
    fn names_of_this_machine_are_answered() {
        for host in [
            "localhost:7421",
            "127.0.0.1",
            "127.0.0.5:1",
            "[::1]:7421",
            "a.localhost",
        ] {
            assert!(check_host(&authority(host), &[]).is_ok(), "{host}");
        }
        assert!(check_host(&authority("box:7421"), &["box".to_owned()]).is_ok());
    }

    #[test]
    fn other_names_are_not() {
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "192.168.0.2",
            "localhost.evil",
            "[::2]",
        ] {
            assert!(check_host(&authority(host), &[]).is_err(), "{host}");
        }
    }

    #[test]
    fn only_own_pages_and_programs_change_things() {
        let host = authority("localhost:7421");
        for (name, value, allowed) in [
            ("x-nothing", "", true),
            ("origin", "http://localhost:7421", true),
            ("origin", "http://localhost:3000", false),
            ("origin", "https://evil.example", false),
            ("origin", "null", false),
            ("sec-fetch-site", "same-origin", true),
            ("sec-fetch-site", "cross-site", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().expect("a header"));
            assert_eq!(
                check_origin(&headers, Some(&host)).is_ok(),
                allowed,
                "{name}: {value}"
            );
        }
    }
}
