//! Answers with files of the dashboard: their headers, and the page with its base.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use paceline_protocol::problem::Code;

use super::{BASE, File};
use crate::problem::Refusal;

/// Scripts and styles are files of the server, and it alone is spoken to. What the libraries of
/// dialogs and toasts would write into the page is in its files too: see `web/vite.config.ts`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self' data:; font-src 'self'; connect-src 'self'; \
                      manifest-src 'self'; base-uri 'self'; form-action 'self'; \
                      frame-ancestors 'none'";

const NEVER_CHANGES: &str = "public, max-age=31536000, immutable";
/// Kept, but asked for each time whether it is still the one.
const ASK_AGAIN: &str = "no-cache";

const NOT_BUILT: &str = include_str!("not_built.html");

pub(super) fn file(file: &File, headers: &HeaderMap) -> Response {
    let caching = if file.is_named_by_content() {
        NEVER_CHANGES
    } else {
        ASK_AGAIN
    };
    if is_known(file.tag, headers) {
        return with_headers(StatusCode::NOT_MODIFIED.into_response(), caching, file.tag);
    }
    let kind = [(header::CONTENT_TYPE, content_type(file.path))];
    let mut response = if takes_gzip(headers) {
        let encoding = [(header::CONTENT_ENCODING, "gzip")];
        (kind, encoding, file.gzip).into_response()
    } else {
        match file.plain() {
            Ok(bytes) => (kind, bytes).into_response(),
            Err(error) => return broken(&error),
        }
    };
    let vary = HeaderValue::from_static("accept-encoding");
    response.headers_mut().insert(header::VARY, vary);
    with_headers(response, caching, file.tag)
}

/// The page, as it is seen from this address.
pub(super) fn page(index: &File, path: &str, headers: &HeaderMap) -> Response {
    let base = base(path);
    let tag = format!("{}-{}\"", index.tag.trim_end_matches('"'), base.len());
    if is_known(&tag, headers) {
        return guarded(with_headers(
            StatusCode::NOT_MODIFIED.into_response(),
            ASK_AGAIN,
            &tag,
        ));
    }
    let text = match index.plain() {
        Ok(bytes) => {
            String::from_utf8_lossy(&bytes).replace(BASE, &format!("<base href=\"{base}\" />"))
        }
        Err(error) => return broken(&error),
    };
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    guarded(with_headers((kind, text).into_response(), ASK_AGAIN, &tag))
}

/// What a build without a dashboard shows in its place.
pub(super) fn not_built() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    guarded((kind, NOT_BUILT).into_response())
}

/// The way from this address up to the root.
fn base(path: &str) -> String {
    match path.matches('/').count() {
        0 | 1 => "./".to_owned(),
        depth => "../".repeat(depth - 1),
    }
}

fn with_headers(mut response: Response, caching: &'static str, tag: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// What the page may load and who may show it.
fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::VARY, "accept"),
    ] {
        headers.append(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    response
}

fn is_known(tag: &str, headers: &HeaderMap) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == tag || known.trim() == "*")
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = quality
                .trim()
                .strip_prefix("q=")
                .and_then(|quality| quality.parse::<f32>().ok())
                .is_some_and(|quality| quality <= 0.0);
            matches!(name.trim(), "gzip" | "*") && !refused
        })
}

/// Text without a charset is guessed at.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn broken(error: &std::io::Error) -> Response {
    Refusal::new(Code::Internal, format!("the dashboard is damaged: {error}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_leads_to_the_root() {
        for (path, way) in [
            ("/", "./"),
            ("/jobs", "./"),
            ("/jobs/", "../"),
            ("/jobs/019d", "../"),
            ("/a/b/c", "../../"),
        ] {
            assert_eq!(base(path), way, "{path}");
        }
    }

    #[test]
    fn compressed_files_go_to_those_who_take_them() {
        for (accept, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.5", true),
            ("*", true),
            ("identity", false),
            ("gzip;q=0", false),
            ("", false),
        ] {
            let headers = [(header::ACCEPT_ENCODING, accept.parse().expect("a header"))];
            assert_eq!(
                takes_gzip(&headers.into_iter().collect()),
                takes,
                "{accept}"
            );
        }
    }
}
