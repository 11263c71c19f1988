//! The dashboard's files, and the page that answers all of its addresses.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use paceline_server::{Dashboard, DashboardFile};
use reqwest::{Method, Url};

use crate::harness::{Answer, Server, Setup};

const PAGE: &str = r#"<!doctype html><head><base href="/" /></head><body>dashboard</body>"#;
const SCRIPT: &str = "export const word = 'smörgås'; // smörgås, smörgås, smörgås, smörgås";
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

async fn server(dashboard: Dashboard) -> Server {
    let mut setup = Setup::default();
    setup.options.dashboard = dashboard;
    Server::start_with(setup).await
}

fn dashboard() -> Dashboard {
    let files = [
        ("assets/app-1a2b3c.js", "W/\"1\"", SCRIPT),
        ("index.html", "W/\"2\"", PAGE),
        ("theme.js", "W/\"3\"", "let theme;"),
    ];
    let files = files.map(|(path, tag, text)| DashboardFile {
        path,
        tag,
        gzip: gzip(text).leak(),
    });
    Dashboard::new(Vec::from(files).leak())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).expect("written");
    encoder.finish().expect("written")
}

/// As a browser goes to an address.
async fn visit(server: &Server, path: &str) -> Answer {
    let answer = server.call(Method::GET, path, |request| {
        request.header("accept", BROWSER)
    });
    answer.await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_the_app_is_its_page() {
    let server = server(dashboard()).await;
    // As a proxy shows them that puts the server below a path, and takes it away again.
    let outside = "https://host.example/tools/paceline";
    for path in [
        "/",
        "/jobs",
        "/jobs/019d0f3a",
        "/jobs/019d0f3a/",
        "/a/b/c?x=1",
    ] {
        let answer = visit(&server, path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let (_, rest) = answer.text.split_once("<base href=\"").expect("a base");
        let (base, _) = rest.split_once('"').expect("its end");
        let seen = Url::parse(&format!("{outside}{path}")).expect("an address");
        let root = seen.join(base).expect("an address");
        assert_eq!(root.as_str(), format!("{outside}/"), "{path}");
    }
    let any = server.get("/").await;
    assert!(any.text.contains("dashboard"), "{}", any.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_runs_only_what_the_server_gives() {
    let server = server(dashboard()).await;
    let answer = visit(&server, "/jobs").await;
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self';",
        "style-src 'self';",
        "connect-src 'self'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_asked_for_again_and_sent_when_it_changed() {
    let server = server(dashboard()).await;
    for path in ["/jobs", "/jobs/019d0f3a", "/theme.js"] {
        let first = visit(&server, path).await;
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");
        let tag = first.header("etag").to_owned();
        assert!(!tag.is_empty(), "{path}");
        for (known, status) in [(tag.as_str(), 304), ("W/\"old\"", 200)] {
            let answer = server.call(Method::GET, path, |request| {
                request
                    .header("accept", BROWSER)
                    .header("if-none-match", known)
            });
            assert_eq!(answer.await.status, status, "{path}: {known}");
        }
    }
    // The same file is another page elsewhere.
    let (near, far) = (
        visit(&server, "/jobs").await,
        visit(&server, "/jobs/1").await,
    );
    assert_ne!(near.header("etag"), far.header("etag"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_named_by_their_content_are_kept_for_ever() {
    let server = server(dashboard()).await;
    for (accept, encoding) in [("gzip, br", "gzip"), ("identity", ""), ("gzip;q=0", "")] {
        let url = server.url("/assets/app-1a2b3c.js");
        let request = server.client.get(url).header("accept-encoding", accept);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map_or("", |value| value.to_str().expect("text"))
        };
        assert_eq!(header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(
            header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert!(header("vary").contains("accept-encoding"));
        assert_eq!(header("content-encoding"), encoding, "{accept}");
        let bytes = answer.bytes().await.expect("a body");
        let mut text = String::new();
        if encoding == "gzip" {
            GzDecoder::new(&*bytes)
                .read_to_string(&mut text)
                .expect("UTF-8");
        } else {
            text.push_str(std::str::from_utf8(&bytes).expect("UTF-8"));
        }
        assert_eq!(text, SCRIPT);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_page_stays_a_problem() {
    let server = server(dashboard()).await;
    for path in [
        "/api",
        "/api/v1/nothing",
        "/health/x",
        "/metrics/x",
        "/assets/gone.js",
    ] {
        visit(&server, path).await.problem("no_such_route");
    }
    // Programs do not ask for pages; nobody posts to one.
    for path in ["/nothing", "/jobs/019d0f3a"] {
        server.get(path).await.problem("no_such_route");
        server.act(path).await.problem("no_such_route");
    }
    let foreign = server.call(Method::GET, "/", |request| {
        request
            .header("accept", BROWSER)
            .header("host", "evil.example")
    });
    foreign.await.problem("host_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_without_the_dashboard_says_how_to_make_it() {
    let server = server(Dashboard::new(&[])).await;
    for path in ["/", "/jobs"] {
        let answer = visit(&server, path).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("make build"), "{}", answer.text);
        assert!(!answer.text.contains("<script"), "{}", answer.text);
    }
    server.get("/nothing").await.problem("no_such_route");
}

/// Of the dashboard that this very build holds, if it holds one.
#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_page_finds_all_that_it_loads() {
    let server = server(Dashboard::embedded()).await;
    let page = visit(&server, "/").await;
    let embedded = !Dashboard::embedded().files().is_empty();
    let loads: Vec<_> = page
        .text
        .split('"')
        .filter(|text| text.starts_with("./"))
        .collect();
    // The base itself is the first.
    assert_eq!(loads.len() > 2, embedded, "{}", page.text);
    for file in loads.iter().filter(|path| path.len() > 2) {
        let answer = server.get(file.trim_start_matches('.')).await;
        assert_eq!(answer.status, 200, "{file}");
    }
    for script in page.text.split("<script").skip(1) {
        let (attributes, body) = script.split_once('>').expect("an end");
        assert!(attributes.contains("src=\"./"), "{attributes}");
        assert!(body.starts_with("</script>"), "an inline script: {body}");
    }
}
