//! Every module says first what it owns. Tests that stand beside it in `tests.rs` are part of it.

use super::Finding;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let rust = tree
        .sources
        .iter()
        .filter(|source| source.is_crate_source() && !source.path.ends_with("tests.rs"));
    rust.filter(|source| !opens_with_docs(&source.text))
        .map(|source| {
            let message = "opens without `//!`: say what the module owns and what it does not";
            Finding::line(&source.path, 1, message)
        })
        .collect()
}

fn opens_with_docs(text: &str) -> bool {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| {
            line.strip_prefix("//!")
                .is_some_and(|said| !said.trim().is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{messages, tree};
    use super::check;

    #[test]
    fn sources_without_or_with_empty_docs_are_found() {
        let tree = tree(&[
            ("crates/a/src/good.rs", "//! Owns x.\nfn f() {}\n"),
            ("crates/a/src/empty.rs", ""),
            ("crates/a/src/hollow.rs", "//!\nfn f() {}\n"),
            ("crates/a/src/good/tests.rs", "use super::*;\n"),
            ("crates/a/src/late.rs", "use x;\n//! Owns y.\n"),
            ("crates/a/tests/free.rs", "fn f() {}\n"),
        ]);
        let found = messages(&check(&tree));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
