//! Is the store's file there, sound, and not too large beside its log?

use std::path::Path;

use super::Finding;
use crate::output::human;
use crate::store_file::{self, Inspection};

const CHECK: &str = "store";
/// Checkpoints keep the log far below this; above it something holds an old snapshot.
const LARGE_LOG: u64 = 1 << 30;

pub(super) fn check(path: &Path) -> Vec<Finding> {
    if !path.exists() {
        let detail = format!("{} is not there yet", path.display());
        return vec![Finding::good(
            CHECK,
            format!("{detail}; the first `paceline up` makes it"),
        )];
    }
    match store_file::inspect(path) {
        Ok(found) => judge(path, &found),
        Err(error) => vec![Finding::bad(
            CHECK,
            format!("{} cannot be read: {error}", path.display()),
            "check that the file is yours and is a Paceline store; else restore a backup",
        )],
    }
}

fn judge(path: &Path, found: &Inspection) -> Vec<Finding> {
    let mut findings = Vec::new();
    if found.faults.is_empty() {
        let size = human::bytes(found.size_bytes + found.wal_bytes);
        let schema = found.schema_version;
        findings.push(Finding::good(
            CHECK,
            format!(
                "{} is sound ({size}, schema version {schema})",
                path.display()
            ),
        ));
    } else {
        findings.push(Finding::bad(
            CHECK,
            format!("{} is damaged: {}", path.display(), found.faults.join("; ")),
            "stop the node, keep the file, and put a backup in its place",
        ));
    }
    if found.wal_bytes > LARGE_LOG {
        findings.push(Finding::bad(
            CHECK,
            format!(
                "its write-ahead log has grown to {}",
                human::bytes(found.wal_bytes)
            ),
            "close what else has the file open (a database browser, a copy that hangs)",
        ));
    }
    findings
}
