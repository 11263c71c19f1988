//! Every problem code that the API can answer has a page with cause and remedy, and no page is
//! about a code that is gone.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::Tree;

/// Where the codes are listed, each as the string of an enumeration's variant.
const CODES: &str = "crates/paceline-protocol/src/problem.rs";
const PAGES: &str = "docs/errors";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(listing) = tree.get(CODES) else {
        return vec![];
    };
    let codes = codes(&listing.text);
    let pages: BTreeSet<String> = pages(tree).collect();
    let missing = codes
        .iter()
        .filter(|code| !pages.contains(*code))
        .map(|code| {
            let message = format!("code of {CODES} without a page: write cause and remedy");
            Finding::file(format!("{PAGES}/{code}.md").as_ref(), message)
        });
    let stale = pages
        .iter()
        .filter(|page| !codes.contains(*page))
        .map(|page| {
            let message = format!("no such code in {CODES}: delete the page");
            Finding::file(format!("{PAGES}/{page}.md").as_ref(), message)
        });
    missing.chain(stale).collect()
}

/// The codes, with dashes as in the pages' names.
fn codes(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter_map(code_of).collect()
}

/// `UnknownTask = "unknown_task",` or `Code::UnknownTask => "unknown_task",`.
fn code_of(line: &str) -> Option<String> {
    let (name, value) = line.split_once('=')?;
    let variant = name.trim().rsplit("::").next()?;
    if !variant.starts_with(|c: char| c.is_ascii_uppercase()) || variant.contains(' ') {
        return None;
    }
    let value = value.trim_start_matches('>').trim().strip_prefix('"')?;
    let (word, _) = value.split_once('"')?;
    let is_code = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    is_code.then(|| word.replace('_', "-"))
}

fn pages(tree: &Tree) -> impl Iterator<Item = String> + '_ {
    tree.sources
        .iter()
        .filter(|source| source.path.starts_with(PAGES) && source.has_extension(&["md"]))
        .filter_map(|source| source.path.file_stem()?.to_str().map(str::to_owned))
        .filter(|stem| stem != "README")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{messages, tree};
    use super::{CODES, check};

    #[test]
    fn codes_without_page_and_pages_without_code_are_found() {
        let tree = tree(&[
            (
                CODES,
                "codes!({\n    UnknownTask = \"unknown_task\",\n    Full = \"full\",\n});\n\
                 #[cfg(test)]\nX = \"test_only\"\n",
            ),
            ("docs/errors/full.md", ""),
            ("docs/errors/gone.md", ""),
            ("docs/errors/README.md", ""),
        ]);
        assert_eq!(
            messages(&check(&tree)),
            [
                format!(
                    "docs/errors/unknown-task.md: code of {CODES} without a page: write cause and remedy"
                ),
                format!("docs/errors/gone.md: no such code in {CODES}: delete the page"),
            ]
        );
    }
}
