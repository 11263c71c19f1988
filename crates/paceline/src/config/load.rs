//! Finding and reading the configuration file.

use std::path::{Path, PathBuf};

use super::FILE_NAME;
use super::diagnostic::Source;
use super::file::File;
use super::settle::{Overrides, Settings, settle};
use crate::exit::{CliError, Result};

/// The file to read: the one that was named, else `paceline.toml` here, else none.
pub(crate) fn find(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(path) => Some(path.to_owned()),
        None => Some(PathBuf::from(FILE_NAME)).filter(|path| path.exists()),
    }
}

/// Reads the file and settles it with flags and environment.
pub(crate) fn load(path: Option<&Path>, overrides: &Overrides) -> Result<Settings> {
    let Some(path) = path else {
        let nothing = Source {
            path: Path::new(FILE_NAME),
            text: "",
        };
        return settle(File::default(), Path::new("."), &nothing, overrides);
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        CliError::failed(format!("cannot read {}: {error}", path.display()))
            .hint("name the file with --config, or write one with `paceline init`")
    })?;
    let source = Source { path, text: &text };
    let file: File = toml::from_str(&text).map_err(|error| source.unreadable(&error))?;
    settle(file, folder_of(path), &source, overrides)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
