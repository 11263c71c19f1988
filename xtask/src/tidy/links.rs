//! Links between the project's own pages lead somewhere.

use std::path::{Component, Path, PathBuf};

use super::Finding;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree
        .sources
        .iter()
        .filter(|source| source.has_extension(&["md"]))
    {
        for (line, target) in links(&source.text) {
            if let Some(message) = fault(tree, &source.path, target) {
                findings.push(Finding::line(&source.path, line, message));
            }
        }
    }
    findings
}

/// Targets of `[text](target)` with their line, outside of code.
fn links(text: &str) -> Vec<(usize, &str)> {
    prose(text)
        .flat_map(|(number, line)| {
            line.match_indices("](").filter_map(move |(at, _)| {
                let inside_code = line[..at].matches('`').count() % 2 == 1;
                let target = line[at + 2..].split(')').next()?.split(' ').next()?;
                (!inside_code).then_some((number, target))
            })
        })
        .collect()
}

/// The lines of a page that are no fenced code, with their numbers from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_fence = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let marker = line.trim_start().starts_with("```");
        in_fence ^= marker;
        (!in_fence && !marker).then_some((index + 1, line))
    })
}

fn fault(tree: &Tree, page: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() {
        page.to_owned()
    } else {
        resolve(page.parent().unwrap_or(Path::new("")), file)
    };
    if !path.as_os_str().is_empty() && !tree.paths.contains(&path) {
        return Some(format!(
            "link to `{target}`: there is no {}",
            path.display()
        ));
    }
    let linked = tree.sources.iter().find(|source| source.path == path)?;
    let is_page = linked.has_extension(&["md"]);
    (is_page && !anchor.is_empty() && !anchors(&linked.text).any(|known| known == anchor))
        .then(|| format!("link to `{target}`: no heading makes `#{anchor}`"))
}

/// `folder/../file` without going to the disk.
fn resolve(folder: &Path, file: &str) -> PathBuf {
    let joined = match file.strip_prefix('/') {
        Some(from_root) => PathBuf::from(from_root),
        None => folder.join(file),
    };
    let mut clean = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::Normal(name) => clean.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    clean
}

/// The anchors that headings make, as code hosts compute them.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    prose(text)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            title
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{messages, tree};
    use super::check;

    #[test]
    fn dead_links_and_anchors_are_found() {
        let tree = tree(&[
            (
                "docs/a.md",
                "[ok](b.md#the-second-part) [up](../README.md) [web](https://example.invalid/x)\n\
                 [dead](c.md) [lost](b.md#third) [here](#gone)\n\
                 `[code](nowhere.md)`\n```\n[code](nowhere.md)\n```\n",
            ),
            ("docs/b.md", "# B\n## The second part!\n"),
            ("README.md", "[folder](docs) [file](docs/b.md \"title\")\n"),
        ]);
        assert_eq!(
            messages(&check(&tree)),
            [
                "docs/a.md:2: link to `c.md`: there is no docs/c.md",
                "docs/a.md:2: link to `b.md#third`: no heading makes `#third`",
                "docs/a.md:2: link to `#gone`: no heading makes `#gone`",
            ]
        );
    }
}
