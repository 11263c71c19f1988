//! The dashboard: files of a web app, and one page for all of its addresses.
//!
//! Owns how they are served: types, caching, compression, what the page may do. What is in them
//! is made in `web/`; a build without it answers a page that says so.
//!
//! The page works below any path that a proxy puts before it (and takes away again): all its
//! addresses are relative to its `<base>`, which leads from the address that was asked for to the
//! root, so that nobody has to tell the server where it is.

mod answer;

use std::fmt;
use std::io::Read;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use paceline_protocol::problem::Code;

use crate::problem::Refusal;
use crate::state::AppState;

const INDEX: &str = "index.html";

/// What the built page says of where it begins, and is replaced.
const BASE: &str = r#"<base href="/" />"#;

/// Everything below belongs to programs: what is not there is a problem, never a page.
const NOT_PAGES: [&str; 4] = ["/api", "/health", "/ready", "/metrics"];

/// One file of the dashboard.
#[derive(Clone, Copy)]
pub struct File {
    /// Without a slash at the start.
    pub path: &'static str,
    /// Its entity tag, weak: it holds whether or not the file is sent compressed.
    pub tag: &'static str,
    pub gzip: &'static [u8],
}

/// The files of a dashboard; none in a build without it.
#[derive(Clone, Copy)]
pub struct Dashboard(&'static [File]);

impl Dashboard {
    /// The one that this binary was built with.
    pub const fn embedded() -> Self {
        Dashboard(include!(concat!(env!("OUT_DIR"), "/dashboard/files.rs")))
    }

    pub const fn new(files: &'static [File]) -> Self {
        Dashboard(files)
    }

    pub fn files(&self) -> &'static [File] {
        self.0
    }

    fn file(&self, path: &str) -> Option<&'static File> {
        self.0.iter().find(|file| file.path == path)
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.gzip.len())
    }
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files", self.0.len())
    }
}

impl File {
    fn plain(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Its name tells its content: it never changes under this address.
    fn is_named_by_content(&self) -> bool {
        self.path.starts_with("assets/")
    }
}

/// Answers what no route of the API does: a file, or the page for those who want to see one.
pub(crate) async fn serve(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    let (method, headers) = (request.method(), request.headers());
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if !reads || is_of_programs(path) {
        return no_such_route(method, path);
    }
    let dashboard = state.options.dashboard;
    let name = path.trim_start_matches('/');
    if let Some(file) = dashboard.file(name).filter(|file| file.path != INDEX) {
        return answer::file(file, headers);
    }
    if name.starts_with("assets/") || !(path == "/" || wants_a_page(headers)) {
        return no_such_route(method, path);
    }
    match dashboard.file(INDEX) {
        Some(index) => answer::page(index, path, headers),
        None => answer::not_built(),
    }
}

fn is_of_programs(path: &str) -> bool {
    NOT_PAGES.iter().any(|root| {
        let rest = path.strip_prefix(root);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Browsers ask so when a person goes somewhere; programs that err in the address do not.
fn wants_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|kind| kind.trim_start().starts_with("text/html"))
}

fn no_such_route(method: &Method, path: &str) -> Response {
    let detail = format!("there is nothing at `{method} {path}`; /api/docs shows what there is");
    Refusal::new(Code::NoSuchRoute, detail).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_ask_for_is_never_a_page() {
        for path in ["/api", "/api/v1/nothing", "/health/x", "/metrics"] {
            assert!(is_of_programs(path), "{path}");
        }
        for path in ["/", "/jobs", "/apiary", "/ready-made"] {
            assert!(!is_of_programs(path), "{path}");
        }
    }

    #[test]
    fn a_page_is_for_who_asks_for_one() {
        for (accept, wants) in [
            ("text/html,application/xhtml+xml,*/*;q=0.8", true),
            ("application/xml, text/html;q=0.9", true),
            ("*/*", false),
            ("application/json", false),
        ] {
            let headers = [(header::ACCEPT, accept.parse().expect("a header"))];
            assert_eq!(
                wants_a_page(&headers.into_iter().collect()),
                wants,
                "{accept}"
            );
        }
    }
}
