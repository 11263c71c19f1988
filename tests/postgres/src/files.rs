//! The folder of a server: data, socket, locks. Its path is short, as sockets need.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    /// Who the server runs as, when that is not who runs the tests.
    pub(crate) user: Option<User>,
}

/// `PostgreSQL` does not run as root.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: u32,
    pub(crate) group: u32,
}

impl Folder {
    pub(crate) fn shared() -> Result<Self, String> {
        let me = me()?;
        Folder::at(std::env::temp_dir().join(format!("paceline-pg-{me}")))
    }

    pub(crate) fn own(number: u32) -> Result<Self, String> {
        let name = format!("paceline-pg-{}-{number}", std::process::id());
        Folder::at(std::env::temp_dir().join(name))
    }

    fn at(path: PathBuf) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let user = if me()? == 0 {
            Some(unprivileged()?)
        } else {
            None
        };
        fs::create_dir_all(&path).map_err(failed)?;
        if let Some(User { id, group }) = user {
            chown(&path, Some(id), Some(group)).map_err(failed)?;
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(failed)?;
        Ok(Folder { path, user })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.path.clone()
    }

    pub(crate) fn is_up(&self) -> bool {
        UnixStream::connect(self.path.join(".s.PGSQL.5432")).is_ok()
    }

    pub(crate) fn lock(&self, name: &str) -> Result<File, String> {
        let file = self.open(name)?;
        file.lock().map_err(|error| format!("{name}: {error}"))?;
        Ok(file)
    }

    pub(crate) fn lock_shared(&self, name: &str) -> Result<File, String> {
        let file = self.open(name)?;
        file.lock_shared()
            .map_err(|error| format!("{name}: {error}"))?;
        Ok(file)
    }

    fn open(&self, name: &str) -> Result<File, String> {
        let path = self.path.join(name);
        let file = File::options().create(true).append(true).open(&path);
        let file = file.map_err(|error| format!("{}: {error}", path.display()))?;
        if let Some(User { id, group }) = self.user {
            let _ = chown(&path, Some(id), Some(group));
        }
        Ok(file)
    }

    pub(crate) fn remove_data(&self) -> Result<(), String> {
        remove(&self.data())
    }

    pub(crate) fn remove(&self) -> Result<(), String> {
        remove(&self.path)
    }

    /// Text that no earlier run had.
    pub(crate) fn unique() -> String {
        #[expect(clippy::disallowed_methods, reason = "names of runs must differ")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        format!("{:x}", now.map_or(0, |passed| passed.as_micros()))
    }
}

fn remove(path: &Path) -> Result<(), String> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Who runs the tests.
fn me() -> Result<u32, String> {
    let own = fs::metadata("/proc/self").map_err(|error| format!("/proc/self: {error}"))?;
    Ok(own.uid())
}

fn unprivileged() -> Result<User, String> {
    let users = fs::read_to_string("/etc/passwd").map_err(|error| format!("users: {error}"))?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| {
            let user = users
                .lines()
                .find(|line| line.split(':').next() == Some(name))?;
            let mut numbers = user.split(':').skip(2);
            Some(User {
                id: numbers.next()?.parse().ok()?,
                group: numbers.next()?.parse().ok()?,
            })
        })
        .ok_or_else(|| "there is no user that a server could run as".to_owned())
}
