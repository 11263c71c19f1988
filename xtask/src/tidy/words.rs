//! Words that do not belong into the project: paths of somebody's machine, and promises.

use super::Finding;
use super::tree::{Source, Tree};

/// Where people and build machines keep their own things.
const MACHINE_PATHS: &[&str] = &["/home/", "/root/", "/Users/", "/work/"];
/// What marks unfinished work; an issue is the place for it.
const PROMISES: &[&str] = &["TODO", "FIXME", "XXX", "unimplemented!("];
/// This list itself.
const EXEMPT: &str = "xtask/src/tidy/words.rs";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources.iter().filter(|source| in_scope(source));
    sources.flat_map(check_source).collect()
}

fn in_scope(source: &Source) -> bool {
    !source.path.ends_with(EXEMPT)
        && !source.path.ends_with("Cargo.lock")
        && !source.is_inside("data")
        && !source.is_inside("snapshots")
}

fn check_source(source: &Source) -> impl Iterator<Item = Finding> + '_ {
    source.text.lines().enumerate().filter_map(|(index, line)| {
        let message = complaint(line)?;
        Some(Finding::line(&source.path, index + 1, message))
    })
}

fn complaint(line: &str) -> Option<String> {
    if let Some(path) = MACHINE_PATHS.iter().find(|path| holds_path(line, path)) {
        return Some(format!(
            "names a machine's path (`{path}`): make it relative"
        ));
    }
    let promise = PROMISES.iter().find(|word| holds_word(line, word))?;
    Some(format!("says `{promise}`: do it, or leave it out"))
}

/// Whether `path` occurs as the start of an absolute path: `docs/work/x` is none.
fn holds_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-*$})/".contains(c))
    })
}

fn holds_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let bounds = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        bounds(before) && (word.ends_with('(') || bounds(after))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{messages, tree};
    use super::check;

    #[test]
    fn machine_paths_and_promises_are_found_with_their_line() {
        let tree = tree(&[
            ("a.md", "fine\nsee /home/ana/notes\n"),
            ("b.rs", "// TODO: later\nlet TODOS = 1;\n"),
            ("c.sh", "cd docs/work/x\n\"$HOME/work/\"\n"),
        ]);
        assert_eq!(
            messages(&check(&tree)),
            [
                "a.md:2: names a machine's path (`/home/`): make it relative",
                "b.rs:1: says `TODO`: do it, or leave it out",
            ]
        );
    }
}
