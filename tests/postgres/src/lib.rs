//! Throw-away `PostgreSQL` servers for tests.
//!
//! [`shared`] gives the one server of a test run, made when the first test asks for it: it takes a
//! second or two to make and serves any number of test processes. Each test has a schema of its own
//! (see [`Server::new_store`]). A watchdog ends the server and removes its files when no test
//! process has used it for a while. [`own`] gives a server that one test may stop, start and break.
//!
//! Servers listen on a Unix socket in their own folder only, trust whoever asks, and do not flush:
//! they are for tests that do not pull the plug.

mod encrypted;
mod files;
mod pooler;
mod process;
mod settings;

use std::fs::File;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use encrypted::Encrypted;
use files::Folder;
pub use pooler::Pooler;
pub use settings::{Listen, Settings, Stop};

/// The server that all tests of a run share.
///
/// # Panics
///
/// Panics if there is no `PostgreSQL` on this machine, or it does not start.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::shared().unwrap_or_else(|error| panic!("{error}")))
}

/// A server for one test alone; it ends with the value.
///
/// # Panics
///
/// Panics if there is no `PostgreSQL` on this machine, or it does not start.
pub fn own() -> Server {
    own_with(Settings::default())
}

/// The same, run in a certain way.
///
/// # Panics
///
/// Panics if there is no `PostgreSQL` on this machine, or it does not start.
pub fn own_with(settings: Settings) -> Server {
    Server::own(settings).unwrap_or_else(|error| panic!("{error}"))
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    folder: Folder,
    settings: Settings,
    /// Of a shared one: tells the watchdog that it is in use, as long as this process lives.
    in_use: Option<File>,
}

impl Server {
    fn shared() -> Result<Self, String> {
        let folder = Folder::shared()?;
        let settings = Settings::default();
        // Held while looking and making, and let go of at the end of this function.
        let _making = folder.lock("making")?;
        let in_use = folder.lock_shared("in-use")?;
        if !folder.is_up() {
            folder.remove_data()?;
            process::make(&folder, &settings)?;
            process::watch(&folder)?;
        }
        Ok(Server {
            folder,
            settings,
            in_use: Some(in_use),
        })
    }

    fn own(settings: Settings) -> Result<Self, String> {
        let folder = Folder::own(next())?;
        process::make(&folder, &settings)?;
        Ok(Server {
            folder,
            settings,
            in_use: None,
        })
    }

    /// The URL of a store that nobody has used before.
    pub fn new_store(&self) -> String {
        self.url(&new_schema())
    }

    /// The URL of the store in this schema.
    pub fn url(&self, schema: &str) -> String {
        format!("{}&schema={schema}", self.database())
    }

    /// The URL of the database, for tests that look into it by themselves.
    pub fn database(&self) -> String {
        let socket = self.folder.socket().display().to_string();
        format!(
            "postgres://postgres@/postgres?host={}",
            socket.replace('/', "%2F")
        )
    }

    /// A standby of an own server: a copy that follows it, and takes no writes until it is told to
    /// ([`Server::promote`]).
    ///
    /// # Panics
    ///
    /// Panics if it cannot be made or started.
    #[must_use]
    pub fn standby(&self) -> Server {
        self.must_be_own();
        let settings = self.settings.clone();
        let made = Folder::own(next()).and_then(|folder| {
            process::copy(&folder, &self.folder.socket())?;
            process::start(&folder, &settings)?;
            Ok(folder)
        });
        Server {
            folder: made.unwrap_or_else(|error| panic!("{error}")),
            settings,
            in_use: None,
        }
    }

    /// Makes a standby the server that takes writes.
    ///
    /// # Panics
    ///
    /// Panics if it is none.
    pub fn promote(&self) {
        process::promote(&self.folder).unwrap_or_else(|error| panic!("{error}"));
    }

    /// The URL of a new store on whichever of this server and its standby takes writes.
    pub fn new_store_with(&self, standby: &Server) -> String {
        let place = |server: &Server| {
            let socket = server.folder.socket().display().to_string();
            socket.replace('/', "%2F")
        };
        let (first, second) = (place(self), place(standby));
        let schema = new_schema();
        format!(
            "postgres://postgres@{first},{second}/postgres?target_session_attrs=read-write\
             &schema={schema}"
        )
    }

    /// Where its socket is, for libpq.
    pub fn socket(&self) -> PathBuf {
        self.folder.socket()
    }

    /// A `PgBouncer` before this server, in transaction mode. `settings` are lines for its
    /// configuration.
    ///
    /// # Panics
    ///
    /// Panics if there is none on this machine, or it does not start.
    pub fn pooler(&self, settings: &str) -> Pooler {
        let started = Folder::own(next())
            .and_then(|folder| Pooler::start(folder, &self.folder.socket(), settings));
        started.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Stops an own server as a crash would, without a good-bye to anyone.
    ///
    /// # Panics
    ///
    /// Panics if it does not stop.
    pub fn stop(&self) {
        self.stop_by(Stop::Immediate);
    }

    /// Stops an own server.
    ///
    /// # Panics
    ///
    /// Panics if it does not stop.
    pub fn stop_by(&self, how: Stop) {
        self.must_be_own();
        process::stop(&self.folder, how).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Starts a stopped one again.
    ///
    /// # Panics
    ///
    /// Panics if it does not start.
    pub fn start(&self) {
        process::start(&self.folder, &self.settings).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Halts all its processes: it takes connections and answers nothing.
    ///
    /// # Panics
    ///
    /// Panics if that is not possible.
    pub fn halt(&self) {
        self.must_be_own();
        process::halt(&self.folder, true).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Lets a halted one go on.
    ///
    /// # Panics
    ///
    /// Panics if that is not possible.
    pub fn go_on(&self) {
        process::halt(&self.folder, false).unwrap_or_else(|error| panic!("{error}"));
    }

    fn must_be_own(&self) {
        assert!(self.in_use.is_none(), "others use the shared server");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.in_use.is_none() {
            let _ = process::stop(&self.folder, Stop::Immediate);
            let _ = self.folder.remove();
        }
    }
}

/// The name of a schema that nobody has used before.
pub fn new_schema() -> String {
    let schema = format!("t{}_{}", std::process::id(), next());
    format!("{schema}_{}", Folder::unique())
}

fn next() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
