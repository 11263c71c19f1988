//! `PgBouncer` before a server, for tests: each transaction gets another server process.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::files::{Folder, User};
use crate::process::{as_user, quiet};

/// Where Debian puts it.
const PROGRAM: &str = "/usr/sbin/pgbouncer";
const PORT: u16 = 6432;
const START: Duration = Duration::from_secs(20);

/// A running pooler in transaction mode. It ends with the value.
#[derive(Debug)]
pub struct Pooler {
    folder: Folder,
    child: Child,
}

impl Pooler {
    /// `settings` are lines for its configuration.
    pub(crate) fn start(folder: Folder, server: &Path, settings: &str) -> Result<Self, String> {
        let config = configure(&folder, server, settings)?;
        let program = if Path::new(PROGRAM).exists() {
            PROGRAM
        } else {
            "pgbouncer"
        };
        let mut command: Command = as_user(&folder, Path::new(program));
        command.arg("--quiet").arg(config);
        let child = quiet(&mut command).spawn();
        let child = child.map_err(|error| {
            format!("`pgbouncer` is not installed ({error}): apt-get install pgbouncer")
        })?;
        let pooler = Pooler { folder, child };
        pooler.wait()?;
        Ok(pooler)
    }

    fn socket(&self) -> PathBuf {
        self.folder.socket().join(format!(".s.PGSQL.{PORT}"))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a process starts in its own time"
    )]
    fn wait(&self) -> Result<(), String> {
        let begun = Instant::now();
        while UnixStream::connect(self.socket()).is_err() {
            if begun.elapsed() > START {
                let log = fs::read_to_string(self.folder.path.join("pgbouncer.log"));
                return Err(format!(
                    "pgbouncer does not start: {}",
                    log.unwrap_or_default()
                ));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// The URL of the store in this schema, through the pooler.
    pub fn url(&self, schema: &str) -> String {
        let socket = self.folder.socket().display().to_string();
        let host = socket.replace('/', "%2F");
        format!("postgres://postgres@/postgres?host={host}&port={PORT}&schema={schema}")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.folder.remove();
    }
}

fn configure(folder: &Folder, server: &Path, settings: &str) -> Result<PathBuf, String> {
    let path = folder.path.join("pgbouncer.ini");
    let socket = folder.socket().display().to_string();
    let text = format!(
        "[databases]\n\
         postgres = host={} user=postgres\n\
         [pgbouncer]\n\
         listen_addr =\n\
         listen_port = {PORT}\n\
         unix_socket_dir = {socket}\n\
         auth_type = any\n\
         logfile = {socket}/pgbouncer.log\n\
         pool_mode = transaction\n\
         default_pool_size = 4\n\
         max_client_conn = 400\n\
         server_round_robin = 1\n\
         {settings}\n",
        server.display()
    );
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    fs::write(&path, text).map_err(failed)?;
    if let Some(User { id, group }) = folder.user {
        chown(&path, Some(id), Some(group)).map_err(failed)?;
    }
    Ok(path)
}
