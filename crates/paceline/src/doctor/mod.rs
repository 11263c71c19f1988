//! What is wrong and how to mend it: each check looks at one thing and says what to do.
//!
//! Works without a node as well: then the store, the disk, the port and Python are looked at.

mod machine;
mod node;
mod postgres;
mod store;

use serde::Serialize;

use crate::commands::Context;
use crate::commands::store_args::StoreArgs;
use crate::config::{Overrides, Settings, StoreLocation};
use crate::exit::{CliError, Exit, Result};
use crate::output::style::{Color, Palette};

/// What a check found.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    check: &'static str,
    ok: bool,
    detail: String,
    /// What to do, when something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    fn good(check: &'static str, detail: impl Into<String>) -> Self {
        Finding {
            check,
            ok: true,
            detail: detail.into(),
            remedy: None,
        }
    }

    /// Nothing is wrong, but one should know it.
    fn note(check: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Finding {
            ok: true,
            ..Finding::bad(check, detail, remedy)
        }
    }

    fn bad(check: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Finding {
            check,
            ok: false,
            detail: detail.into(),
            remedy: Some(remedy.into()),
        }
    }
}

/// Makes all checks and tells of each; fails when any of them does.
pub(crate) async fn run(args: &StoreArgs, context: &Context) -> Result {
    let settings = args.settings(Overrides::default())?;
    let findings = findings(&settings, context).await;
    let ok = findings.iter().all(|finding| finding.ok);
    let output = context.output;
    if output.json {
        output.json(&serde_json::json!({ "ok": ok, "checks": findings }))?;
    } else {
        for finding in &findings {
            output.line(line(finding, output.palette))?;
        }
    }
    if ok {
        Ok(())
    } else {
        Err(CliError::Silent(Exit::Failed))
    }
}

async fn findings(settings: &Settings, context: &Context) -> Vec<Finding> {
    let location = &settings.store.location;
    let mut findings = match location {
        StoreLocation::Sqlite(path) => store::check(path),
        StoreLocation::Postgres(url) => postgres::check(url, &location.to_string()).await,
    };
    findings.extend(location.file().and_then(machine::disk));
    let answers = node::check(settings, &context.client, &mut findings).await;
    if !answers {
        findings.push(machine::port(settings.bind));
    }
    findings.extend(machine::pythons(&settings.pools).await);
    findings
}

fn line(finding: &Finding, palette: Palette) -> String {
    let sign = match (finding.ok, &finding.remedy) {
        (true, None) => palette.paint(Color::Green, "✓"),
        (true, Some(_)) => palette.paint(Color::Yellow, "!"),
        (false, _) => palette.paint(Color::Red, "✗"),
    };
    let mut text = format!("{sign} {:<8} {}", finding.check, finding.detail);
    if let Some(remedy) = &finding.remedy {
        text.push_str("\n           → ");
        text.push_str(remedy);
    }
    text
}
