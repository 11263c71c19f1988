//! Where a node keeps its state, as `--store` and `[store]` name it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::exit::{CliError, Result};

/// A file of this machine, or a schema of a database that many nodes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreLocation {
    Sqlite(PathBuf),
    /// The URL as it was given, with its password.
    Postgres(String),
}

impl StoreLocation {
    /// Reads `sqlite:PATH`, `postgres://…` or a bare path.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if is_postgres(text) {
            return Ok(StoreLocation::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        if path.is_empty() {
            return Err(CliError::usage("--store names no file")
                .hint("write --store sqlite:PATH or --store postgres://HOST/DATABASE"));
        }
        Ok(StoreLocation::Sqlite(PathBuf::from(path)))
    }

    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            StoreLocation::Sqlite(path) => Some(path),
            StoreLocation::Postgres(_) => None,
        }
    }

    /// A folder of this machine that the node may write to.
    pub(crate) fn folder(&self) -> &Path {
        match self.file().and_then(Path::parent) {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        }
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// For people: relative paths as such, URLs without their password.
impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreLocation::Sqlite(path) if path.is_absolute() => {
                write!(f, "sqlite:{}", path.display())
            }
            StoreLocation::Sqlite(path) => {
                write!(f, "sqlite:{}", Path::new(".").join(path).display())
            }
            StoreLocation::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

/// Params may hold a password too: all of them are left out.
fn without_password(url: &str) -> String {
    let (address, _params) = url.split_once('?').unwrap_or((url, ""));
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((login, host)) => {
            let (user, _password) = login.split_once(':').unwrap_or((login, ""));
            format!("{scheme}://{user}@{host}")
        }
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_file_or_a_database() {
        let parse = |text| StoreLocation::parse(text).expect("a location");
        assert_eq!(parse("sqlite:a/b.db"), parse("a/b.db"));
        assert_eq!(parse("a/b.db").folder(), Path::new("a"));
        assert_eq!(parse("b.db").folder(), Path::new("."));
        assert_eq!(parse("postgres://host/db").file(), None);
        assert!(StoreLocation::parse("sqlite:").is_err());
    }

    #[test]
    fn no_password_is_ever_shown() {
        let shown = |text| StoreLocation::parse(text).expect("a location").to_string();
        assert_eq!(
            shown("postgres://ana:s3cr@t@db.example:5433/jobs?password=s3cr@t"),
            "postgres://ana@db.example:5433/jobs"
        );
        assert_eq!(
            shown("postgresql://localhost/jobs"),
            "postgresql://localhost/jobs"
        );
        assert_eq!(shown("x.db"), "sqlite:./x.db");
    }
}
