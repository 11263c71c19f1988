//! The source files of the project, read once.
//!
//! Owns which folders count: nothing that was built or downloaded, no history.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold what tools made.
const MADE: &[&str] = &["target", "build", "dist", "node_modules", "__pycache__"];
/// Hidden folders that are the project's own.
const HIDDEN_BUT_OURS: &[&str] = &[".ci", ".config"];

#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the root.
    pub path: PathBuf,
    pub text: String,
}

impl Source {
    pub(super) fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = self.path.extension().and_then(OsStr::to_str);
        extension.is_some_and(|found| extensions.contains(&found))
    }

    /// Whether a folder of this name is on the way to the file.
    pub(super) fn is_inside(&self, folder: &str) -> bool {
        self.path
            .parent()
            .is_some_and(|parent| parent.iter().any(|part| part == folder))
    }

    /// Whether it is Rust that ships: below `crates/*/src`.
    pub(super) fn is_crate_source(&self) -> bool {
        let mut parts = self.path.iter();
        parts.next() == Some(OsStr::new("crates"))
            && parts.nth(1) == Some(OsStr::new("src"))
            && self.has_extension(&["rs"])
    }
}

#[derive(Debug)]
pub(super) struct Tree {
    /// Text files, sorted by path.
    pub sources: Vec<Source>,
    /// Every file, whatever it holds, and every folder.
    pub paths: Vec<PathBuf>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Tree> {
        let mut paths = Vec::new();
        walk(root, root, &mut paths)?;
        paths.sort();
        let mut sources = Vec::new();
        for path in &paths {
            let full = root.join(path);
            // Files that are no text (data, images) have no rules here.
            if full.is_file()
                && let Ok(text) = fs::read_to_string(&full)
            {
                sources.push(Source {
                    path: path.clone(),
                    text,
                });
            }
        }
        Ok(Tree { sources, paths })
    }

    pub(super) fn get(&self, path: &str) -> Option<&Source> {
        self.sources
            .iter()
            .find(|source| source.path == Path::new(path))
    }
}

fn walk(root: &Path, folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        // Of a linked working tree `.git` is a file, with a path of the machine in it.
        let is_git = entry.file_name() == ".git";
        if is_git || is_folder && is_made(&entry.file_name()) {
            continue;
        }
        let path = entry.path();
        paths.push(path.strip_prefix(root)?.to_owned());
        if is_folder {
            walk(root, &path, paths)?;
        }
    }
    Ok(())
}

fn is_made(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    MADE.contains(&name.as_ref())
        || (name.starts_with('.') && !HIDDEN_BUT_OURS.contains(&name.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::tree;

    #[test]
    fn what_tools_made_is_left_out() {
        let tree = tree(&[
            ("crates/a/src/lib.rs", ""),
            ("target/debug/x.rs", ""),
            (".venv/lib/y.py", ""),
            (".ci/run", ""),
        ]);
        let found: Vec<_> = tree.sources.iter().map(|source| &source.path).collect();
        assert_eq!(
            found,
            [
                std::path::Path::new(".ci/run"),
                "crates/a/src/lib.rs".as_ref()
            ]
        );
        assert!(tree.sources[1].is_crate_source());
    }
}
