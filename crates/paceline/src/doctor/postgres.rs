//! Is the `PostgreSQL` that nodes share reachable, fit for them, and told to keep what it takes?

use std::time::Duration;

use paceline_core::Time;
use paceline_store::postgres::{Connections, Durability, Inspection, inspect};

use super::Finding;
use crate::output::human;

/// Leases and schedules are told in the nodes' time; more than this makes them late or early.
const SKEW: Duration = Duration::from_secs(1);

/// `shown` is the URL without its password.
pub(super) async fn check(url: &str, shown: &str) -> Vec<Finding> {
    let clock = || Time::from_micros(crate::clock::now().as_microsecond());
    match inspect(url, clock).await {
        Ok(found) => judge(&found, shown),
        Err(error) => vec![Finding::bad(
            "store",
            format!("{shown} cannot be used: {error}"),
            "check that PostgreSQL runs there and that psql can connect with the same URL",
        )],
    }
}

fn judge(found: &Inspection, shown: &str) -> Vec<Finding> {
    let mut findings = vec![server(found, shown), rights(found)];
    if found.missing_rights.is_none() {
        findings.push(schema(found));
    }
    findings.push(connections(&found.connections, found.pooled));
    findings.push(clock(found.clock_difference));
    findings.extend(durability(&found.durability));
    findings
}

fn server(found: &Inspection, shown: &str) -> Finding {
    let encrypted = if found.encrypted { ", encrypted" } else { "" };
    let pooled = if found.pooled {
        ", through a pooler of transactions"
    } else {
        ""
    };
    let server = &found.server;
    let detail = format!("{shown} answers: PostgreSQL {server}{encrypted}{pooled}");
    if found.durability.read_only {
        return Finding::bad(
            "store",
            format!("{detail}; it takes no writes"),
            "name the primary in the URL, or promote this one",
        );
    }
    if !found.is_new_enough {
        return Finding::bad("store", detail, "Paceline needs PostgreSQL 13 or newer");
    }
    Finding::good("store", detail)
}

fn rights(found: &Inspection) -> Finding {
    match &found.missing_rights {
        None => Finding::good(
            "rights",
            format!(
                "the role `{}` may do all that a node does in the schema `{}`",
                found.role, found.schema
            ),
        ),
        Some(why) => {
            let (what, remedy) = why
                .split_once(": ")
                .unwrap_or((why, "see the documentation"));
            Finding::bad("rights", what, remedy)
        }
    }
}

fn schema(found: &Inspection) -> Finding {
    let (schema, known) = (&found.schema, found.known_version);
    let Some((version, compatible_from)) = found.version else {
        let detail = format!("`{schema}` is not there yet; the first `paceline up` makes it");
        return Finding::good("schema", detail);
    };
    let detail = format!("`{schema}` has version {version}, this paceline makes version {known}");
    if version > known && compatible_from > known {
        return Finding::bad("schema", detail, "use a newer paceline");
    }
    if version > known {
        return Finding::note(
            "schema",
            detail,
            "nodes of this version work on; replace them in time",
        );
    }
    if version < known {
        return Finding::note(
            "schema",
            detail,
            "the next `paceline up` brings it up to date",
        );
    }
    Finding::good(
        "schema",
        format!("`{schema}` has version {version}, the newest known here"),
    )
}

fn connections(connections: &Connections, pooled: bool) -> Finding {
    let Connections {
        limit,
        of_others,
        nodes,
        of_a_node,
    } = *connections;
    let nodes = nodes.max(1);
    let needed = nodes.saturating_mul(of_a_node);
    let detail = format!(
        "{limit} may be open, {of_others} are others'; {} may open {needed}",
        human::plural(u64::from(nodes), "node")
    );
    if pooled {
        return Finding::good("links", format!("{detail}, shared by the pooler"));
    }
    if of_others.saturating_add(needed) > limit {
        return Finding::bad(
            "links",
            detail,
            "raise max_connections (or the limit of the role or the database), or put a pooler \
             in transaction mode before PostgreSQL",
        );
    }
    Finding::good("links", detail)
}

fn clock(difference: Duration) -> Finding {
    if difference > SKEW {
        return Finding::bad(
            "clock",
            format!(
                "PostgreSQL's clock differs from this one by {}",
                human::duration(difference)
            ),
            "let all machines set their clocks by NTP",
        );
    }
    Finding::good("clock", "PostgreSQL's clock agrees with this one")
}

fn durability(durability: &Durability) -> Vec<Finding> {
    let Durability {
        fsync,
        full_page_writes,
        synchronous_commit,
        read_only: _,
    } = durability;
    let mut findings = Vec::new();
    if !fsync || !full_page_writes {
        let name = if *fsync { "full_page_writes" } else { "fsync" };
        findings.push(Finding::bad(
            "durable",
            format!("{name} is off: a loss of power may damage the whole database"),
            format!("ALTER SYSTEM SET {name} = on, unless it holds nothing of worth"),
        ));
    }
    if synchronous_commit == "off" {
        findings.push(Finding::note(
            "durable",
            "synchronous_commit is off: a crash of the server may undo the last moments",
            "ALTER ROLE … SET synchronous_commit = on, unless that was meant",
        ));
    }
    if findings.is_empty() {
        let detail =
            format!("what is acknowledged is kept (synchronous_commit {synchronous_commit})");
        findings.push(Finding::good("durable", detail));
    }
    findings
}
