//! Who may import whom.
//!
//! The crates meet only where the table says so: engine never sees SQL, HTTP or processes, store
//! never sees engine, core sees none of ours. Dev-dependencies are free: tests may put together
//! what the code keeps apart.

use std::path::Path;

use super::Finding;
use super::tree::{Source, Tree};

/// Each crate and those of ours that it may import.
const TABLE: &[(&str, &[&str])] = &[
    ("paceline-core", &[]),
    ("paceline-protocol", &["paceline-core"]),
    ("paceline-store", &["paceline-core"]),
    ("paceline-engine", &["paceline-core"]),
    ("paceline-worker", &["paceline-core", "paceline-protocol"]),
    ("paceline-notify", &["paceline-core", "paceline-protocol"]),
    (
        "paceline-server",
        &["paceline-core", "paceline-protocol", "paceline-engine"],
    ),
    (
        "paceline",
        &[
            "paceline-core",
            "paceline-protocol",
            "paceline-store",
            "paceline-engine",
            "paceline-worker",
            "paceline-notify",
            "paceline-server",
        ],
    ),
];

/// All that the rules may use: nothing with a clock, dice, I/O or a wire format.
const CORE_MAY_USE: &[&str] = &["async-trait", "croner", "jiff", "thiserror", "uuid"];

/// What the crates are there to confine, and where it may be used.
const CONFINED: &[(&str, &[&str])] = &[
    ("rusqlite", &["paceline-store", "paceline"]),
    ("tokio-postgres", &["paceline-store"]),
    ("deadpool-postgres", &["paceline-store"]),
    ("axum", &["paceline-server"]),
    ("nix", &["paceline-worker", "paceline", "paceline-store"]),
    ("anyhow", &["paceline"]),
    ("clap", &["paceline"]),
    ("lettre", &["paceline-notify"]),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let manifests = tree.sources.iter().filter(|source| is_manifest(source));
    manifests
        .flat_map(|source| match source.text.parse() {
            Ok(manifest) => check_manifest(&source.path, &manifest),
            Err(error) => vec![Finding::file(&source.path, format!("unreadable: {error}"))],
        })
        .collect()
}

fn is_manifest(source: &Source) -> bool {
    source.path.starts_with("crates") && source.path.ends_with("Cargo.toml")
}

fn check_manifest(path: &Path, manifest: &toml::Table) -> Vec<Finding> {
    let name = crate_name(manifest);
    let Some((_, allowed)) = TABLE.iter().find(|(known, _)| *known == name) else {
        let message = format!("crate `{name}` is not in the import table of xtask tidy: add it");
        return vec![Finding::file(path, message)];
    };
    dependencies(manifest)
        .into_iter()
        .filter_map(|dependency| refusal(name, allowed, &dependency))
        .map(|message| Finding::file(path, message))
        .collect()
}

fn refusal(name: &str, allowed: &[&str], dependency: &str) -> Option<String> {
    let is_ours = dependency == "paceline" || dependency.starts_with("paceline-");
    if is_ours {
        return (!allowed.contains(&dependency))
            .then(|| format!("`{name}` must not import `{dependency}`: dependencies point down"));
    }
    if name == "paceline-core" && !CORE_MAY_USE.contains(&dependency) {
        return Some(format!(
            "`{name}` must not use `{dependency}`: the rules are pure; it may use {}",
            CORE_MAY_USE.join(", ")
        ));
    }
    let (_, homes) = CONFINED.iter().find(|(what, _)| *what == dependency)?;
    (!homes.contains(&name)).then(|| {
        format!(
            "`{name}` must not use `{dependency}`: it belongs into {}",
            homes.join(", ")
        )
    })
}

fn crate_name(manifest: &toml::Table) -> &str {
    manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(toml::Value::as_str)
        .unwrap_or_default()
}

/// Names of what the crate itself is built with, for every target.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = targets
        .into_iter()
        .flat_map(|targets| targets.values())
        .filter_map(toml::Value::as_table)
        .chain([manifest]);
    tables.flat_map(own_dependencies).collect()
}

fn own_dependencies(table: &toml::Table) -> Vec<String> {
    ["dependencies", "build-dependencies"]
        .iter()
        .filter_map(|section| table.get(*section)?.as_table())
        .flatten()
        .map(|(key, value)| {
            let renamed = value.get("package").and_then(toml::Value::as_str);
            renamed.unwrap_or(key).to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{messages, tree};
    use super::check;

    fn found(name: &str, rest: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{name}\"\n{rest}");
        let path = format!("crates/{name}/Cargo.toml");
        let tree = tree(&[(&path, &manifest)]);
        messages(&check(&tree))
    }

    #[test]
    fn arrows_point_down() {
        assert_eq!(
            found(
                "paceline-store",
                "[dependencies]\npaceline-engine.workspace = true"
            ),
            [
                "crates/paceline-store/Cargo.toml: `paceline-store` must not import \
                 `paceline-engine`: dependencies point down"
            ]
        );
        let legal = "[dependencies]\npaceline-core.workspace = true\nrusqlite = \"1\"";
        assert!(found("paceline-store", legal).is_empty());
    }

    #[test]
    fn tests_may_put_together_what_code_keeps_apart() {
        let rest = "[dev-dependencies]\npaceline-store.workspace = true";
        assert!(found("paceline-engine", rest).is_empty());
    }

    #[test]
    fn core_stays_pure() {
        assert_eq!(
            found("paceline-core", "[dependencies]\nserde = \"1\"").len(),
            1
        );
        assert!(found("paceline-core", "[dependencies]\nuuid = \"1\"").is_empty());
    }

    #[test]
    fn neither_a_new_name_nor_a_target_hides_an_import() {
        let renamed = "[dependencies]\nsql = { package = \"rusqlite\", version = \"1\" }";
        assert_eq!(found("paceline-engine", renamed).len(), 1);
        let target = "[target.'cfg(unix)'.dependencies]\naxum = \"1\"";
        assert_eq!(found("paceline-worker", target).len(), 1);
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        assert_eq!(found("paceline-web", "").len(), 1);
    }
}
