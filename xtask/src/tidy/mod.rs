//! The project's own rules, each a function from the tree to findings.
//!
//! A rule that no tool checks is a wish. Rules that clippy, rustfmt or ruff can state are theirs.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

mod error_pages;
mod imports;
mod links;
mod module_docs;
mod sizes;
mod tree;
mod words;

use tree::Tree;

/// A place where a rule does not hold, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: PathBuf,
    /// From 1.
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn file(path: &Path, message: impl Into<String>) -> Self {
        Finding {
            path: path.to_owned(),
            line: None,
            message: message.into(),
        }
    }

    fn line(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Finding {
            line: Some(line),
            ..Finding::file(path, message)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Checks every rule on the tree at `root`.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let rules = [
        imports::check,
        sizes::check,
        module_docs::check,
        error_pages::check,
        words::check,
        links::check,
    ];
    let mut findings = Vec::new();
    for rule in rules {
        findings.extend(rule(&tree));
    }
    Ok(findings)
}

#[cfg(test)]
mod testing {
    //! Small trees for the tests of the rules.

    use super::Finding;
    use super::tree::Tree;

    /// A tree that holds just these files.
    pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
        Tree::read(folder.path()).expect("a readable tree")
    }

    pub(super) fn messages(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(ToString::to_string).collect()
    }
}
