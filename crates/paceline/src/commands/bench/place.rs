//! Where a store under test lies: a file in the folder of its workbench, or a schema of its own in a
//! database that was named.

use std::fs;
use std::path::Path;

use paceline_store::postgres;
use procfs::process::Process;
use tokio::runtime::Builder;

use super::usage::Tree;
use crate::config::STORE_NAME;
use crate::exit::{CliError, Context, Result};

/// A `PostgreSQL` database to measure on.
#[derive(Clone, Debug)]
pub(super) struct Database {
    url: String,
}

impl Database {
    pub(super) fn new(url: &str) -> Result<Self> {
        let (address, params) = url.split_once('?').unwrap_or((url, ""));
        if !address.starts_with("postgres") {
            return Err(
                CliError::usage(format!("--store {address} is no PostgreSQL"))
                    .hint("SQLite is measured without --store, on the disk that --dir names"),
            );
        }
        if params.split('&').any(|param| param.starts_with("schema=")) {
            return Err(CliError::usage("--store names a schema")
                .hint("leave it out: each measurement makes one of its own and removes it"));
        }
        Ok(Database {
            url: url.to_owned(),
        })
    }

    /// A schema that nobody has used before.
    pub(super) fn schema(&self, name: &str) -> Schema {
        let and = if self.url.contains('?') { '&' } else { '?' };
        Schema {
            url: format!("{}{and}schema={name}", self.url),
        }
    }

    /// The processes of the server, if it runs on this machine.
    pub(super) async fn server(&self) -> Result<Option<Tree>> {
        let serving = postgres::server_process(&self.url).await;
        let serving = serving.context(|| "cannot use the database to measure on".to_owned())?;
        let stat = Process::new(serving).and_then(|process| process.stat());
        let local = stat.ok().filter(|stat| stat.comm.starts_with("postgres"));
        Ok(local
            .and_then(|stat| u32::try_from(stat.ppid).ok())
            .map(Tree))
    }
}

/// Removed when dropped.
#[derive(Debug)]
pub(super) struct Schema {
    url: String,
}

impl Schema {
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let url = &self.url;
        let removed = std::thread::scope(|scope| scope.spawn(|| remove(url)).join());
        if !matches!(removed, Ok(Ok(()))) {
            tracing::warn!("a schema that was measured in could not be removed");
        }
    }
}

/// On a thread of its own: whoever drops a schema may be within a runtime.
fn remove(url: &str) -> Result {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let removed = runtime.block_on(postgres::remove(url));
    removed.context(|| "cannot remove a schema".to_owned())
}

/// Copies the files of a store. Nothing of the copy is left to be written when this returns, or
/// the first commits on it would have to wait for that.
pub(super) fn copy_files(from: &Path, to: &Path) -> Result {
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if text.starts_with(STORE_NAME) && !text.ends_with(".lock") {
            let to = to.join(&name);
            fs::copy(from.join(&name), &to)?;
            fs::File::open(&to)?.sync_all()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_added_to_what_the_url_says() {
        let url = |url| Database::new(url).map(|database| database.url);
        assert!(url("sqlite:x.db").is_err());
        assert!(url("postgres://host/db?schema=mine").is_err());
        for (base, whole) in [
            ("postgres://host/db", "postgres://host/db?schema=b1"),
            (
                "postgres:///db?host=/run",
                "postgres:///db?host=/run&schema=b1",
            ),
        ] {
            let database = Database::new(base).expect("a database");
            let schema = std::mem::ManuallyDrop::new(database.schema("b1"));
            assert_eq!(schema.url(), whole);
        }
    }
}
