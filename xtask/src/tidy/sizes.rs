//! No source file grows beyond what one reads at a sitting.

use super::Finding;
use super::tree::{Source, Tree};

/// Most lines of a source file.
const MOST_LINES: usize = 600;
const LANGUAGES: &[&str] = &["rs", "py", "ts", "tsx", "js"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let too_long = tree.sources.iter().filter(|source| counts(source));
    too_long
        .filter_map(|source| {
            let lines = source.text.lines().count();
            let message = format!("{lines} lines, at most {MOST_LINES}: split it by subject");
            (lines > MOST_LINES).then(|| Finding::file(&source.path, message))
        })
        .collect()
}

/// Tests and data may be as long as they are.
fn counts(source: &Source) -> bool {
    let in_scope = source.is_crate_source()
        || source.path.starts_with("sdk")
        || source.path.starts_with("examples");
    in_scope
        && source.has_extension(LANGUAGES)
        && !source.path.ends_with("tests.rs")
        && !source.is_inside("tests")
        && !source.is_inside("data")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{messages, tree};
    use super::check;

    #[test]
    fn long_sources_are_found_and_long_tests_are_not() {
        let long = "x\n".repeat(601);
        let tree = tree(&[
            ("crates/a/src/long.rs", &long),
            ("crates/a/src/exact.rs", &"x\n".repeat(600)),
            ("crates/a/src/thing/tests.rs", &long),
            ("crates/a/tests/all.rs", &long),
            ("examples/b/data/rows.py", &long),
            ("sdk/python/src/long.py", &long),
        ]);
        assert_eq!(
            messages(&check(&tree)),
            [
                "crates/a/src/long.rs: 601 lines, at most 600: split it by subject",
                "sdk/python/src/long.py: 601 lines, at most 600: split it by subject",
            ]
        );
    }
}
