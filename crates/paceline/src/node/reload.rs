//! For development: workers are replaced when the Python code beside them changes.
//!
//! Looks at the times of the files now and then; that works on every file system and costs little
//! for the size of a project. Configuration is not read again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use paceline_worker::Workers;

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(300);
/// More files than this are somebody's home folder, not a project.
const MOST: usize = 5_000;
/// Folders with code that no person edits, besides hidden ones and virtual environments.
const SKIPPED: [&str; 3] = ["__pycache__", "node_modules", "site-packages"];

/// The code of a pool, as it was at the last look.
#[derive(Debug)]
pub(super) struct WatchedPool {
    name: String,
    folder: PathBuf,
    known: Snapshot,
}

/// When each file was written, and its size.
type Snapshot = BTreeMap<PathBuf, (SystemTime, u64)>;

impl WatchedPool {
    /// Looks for the first time: what changes from now on counts.
    pub(super) fn new(name: &str, folder: &Path) -> Self {
        let known = look(folder);
        if known.len() >= MOST {
            tracing::warn!(
                pool = name,
                "more than {MOST} Python files below {}: changes of the others go unnoticed",
                folder.display()
            );
        }
        WatchedPool {
            name: name.to_owned(),
            folder: folder.to_owned(),
            known,
        }
    }

    /// What changed since it was asked last, in words.
    fn changes(&mut self, now: Snapshot) -> Option<String> {
        let before = std::mem::replace(&mut self.known, now);
        let written = self
            .known
            .iter()
            .filter(|(path, is)| before.get(*path) != Some(is));
        let removed = before.keys().filter(|path| !self.known.contains_key(*path));
        let changed = written.map(|(path, _)| path).chain(removed);
        let changed: Vec<String> = changed
            .map(|path| path.strip_prefix(&self.folder).unwrap_or(path))
            .map(|path| path.display().to_string())
            .collect();
        match changed.as_slice() {
            [] => None,
            [one] => Some(format!("{one} changed")),
            [one, others @ ..] => Some(format!("{one} and {} more changed", others.len())),
        }
    }
}

/// Replaces the workers of each pool whenever its code has changed. Never returns.
pub(super) async fn watch(workers: &Workers, mut pools: Vec<WatchedPool>) {
    loop {
        tokio::time::sleep(LOOK).await;
        for pool in &mut pools {
            let Some(now) = settled(&pool.folder, &pool.known).await else {
                continue;
            };
            if let Some(what) = pool.changes(now) {
                tracing::info!(pool = pool.name, "{what}: workers restart");
                workers.renew(&pool.name, &what);
            }
        }
    }
}

/// The files once nobody writes them any more, if they are not as they were: an editor that saves
/// several must not have workers start with half of them.
async fn settled(folder: &Path, known: &Snapshot) -> Option<Snapshot> {
    let mut seen = look_aside(folder).await?;
    while seen != *known {
        tokio::time::sleep(LOOK).await;
        let now = look_aside(folder).await?;
        if now == seen {
            return Some(seen);
        }
        seen = now;
    }
    None
}

/// Folders can be slow: they are read where nobody waits.
async fn look_aside(folder: &Path) -> Option<Snapshot> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || look(&folder))
        .await
        .ok()
}

/// All Python files below the folder, at most [`MOST`]. What cannot be read is not there.
fn look(folder: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && !is_skipped(&path) {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "py")
                // Follows links: the file behind one is what is edited.
                && let Ok(about) = fs::metadata(&path)
                && let Ok(written) = about.modified()
            {
                found.insert(path, (written, about.len()));
            }
            if found.len() >= MOST {
                return found;
            }
        }
    }
    found
}

fn is_skipped(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let is_venv = || folder.join("pyvenv.cfg").exists();
    name.starts_with('.') || SKIPPED.contains(&&*name) || is_venv()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_that_people_edit_is_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, content).expect("written");
        };
        write("tasks.py", "one");
        write("races/model.py", "one");
        write("notes.txt", "one");
        write("env/pyvenv.cfg", "");
        write("env/lib/six.py", "one");
        write(".git/hook.py", "one");
        let mut pool = WatchedPool::new("p", folder.path());
        assert_eq!(pool.known.len(), 2, "{:?}", pool.known);
        assert_eq!(pool.changes(look(folder.path())), None);

        write("notes.txt", "another");
        write("env/lib/six.py", "another");
        assert_eq!(pool.changes(look(folder.path())), None);

        write("races/model.py", "another");
        let what = pool.changes(look(folder.path()));
        assert_eq!(what.as_deref(), Some("races/model.py changed"));
        assert_eq!(pool.changes(look(folder.path())), None, "told once");

        fs::remove_file(folder.path().join("tasks.py")).expect("removed");
        write("new.py", "one");
        let what = pool.changes(look(folder.path()));
        assert_eq!(what.as_deref(), Some("new.py and 1 more changed"));
    }
}
