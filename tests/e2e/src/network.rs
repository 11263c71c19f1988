//! A network of places: each node in a network namespace of its own, joined by a switch whose plugs
//! can be pulled. The database stands at the switch.
//!
//! Namespaces need root. Without them all places share the loopback, and each reaches the database
//! through a relay that can be cut. Processes hold the namespaces: they end with the tests, however
//! these end, and leave nothing behind.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use paceline_test_postgres::{self as postgres, Listen, Server, Settings};

use crate::relay::{Relay, Target, store_url};

/// The switch has the first address, places have those that follow.
const SWITCH: &str = "10.77.0.1";
const DATABASE: &str = "10.77.0.1:5432";
const CLIENTS: &str = "10.77.0.0/24";
/// Every namespace has all ports for itself.
const API: &str = "127.0.0.1:7421";

#[derive(Debug)]
pub struct Network {
    server: Server,
    schema: String,
    wires: Wires,
}

#[derive(Debug)]
enum Wires {
    Namespaces {
        switch: Namespace,
        homes: Vec<Namespace>,
        /// To the API of each place.
        doors: Vec<Relay>,
    },
    /// To the database, from each place.
    Loopback(Vec<Relay>),
}

impl Network {
    /// Makes a network with a database and so many places.
    ///
    /// # Panics
    /// When there is no `PostgreSQL`.
    pub fn new(places: usize) -> Self {
        let (settings, wires) = match namespaces(places) {
            Ok((switch, homes)) => {
                println!("{places} nodes, each in a network namespace of its own");
                (settings_at(&switch), Some((switch, homes)))
            }
            Err(why) => {
                println!("{places} nodes on the loopback, for there are no namespaces: {why}");
                (Settings::default(), None)
            }
        };
        let server = postgres::own_with(settings);
        let wires = if let Some((switch, homes)) = wires {
            let api = API.parse().expect("an address");
            let door = |home: &Namespace| Relay::start(Target::Within(home.path(), api));
            let doors = homes.iter().map(door).collect();
            Wires::Namespaces {
                switch,
                homes,
                doors,
            }
        } else {
            let socket = server.socket().join(".s.PGSQL.5432");
            let relay = |_| Relay::start(Target::Socket(socket.clone()));
            Wires::Loopback((0..places).map(relay).collect())
        };
        Network {
            server,
            schema: "chaos".to_owned(),
            wires,
        }
    }

    /// For looking at the store past all wires.
    pub fn own_url(&self) -> String {
        self.server.database()
    }

    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The URL of the store as a place reaches it.
    pub fn store_url(&self, place: usize) -> String {
        let server = match &self.wires {
            Wires::Namespaces { .. } => DATABASE.parse().expect("an address"),
            Wires::Loopback(relays) => relays[place].address(),
        };
        store_url(server, &self.schema)
    }

    /// The command, run at a place.
    pub fn at(&self, place: usize, command: Command) -> Command {
        match &self.wires {
            Wires::Namespaces { homes, .. } => homes[place].command_like(&command),
            Wires::Loopback(_) => command,
        }
    }

    /// Where nodes listen, `None` for any port.
    pub fn bind(&self) -> Option<&'static str> {
        matches!(self.wires, Wires::Namespaces { .. }).then_some(API)
    }

    /// How the API of a place is reached, if not directly.
    pub fn root(&self, place: usize) -> Option<String> {
        match &self.wires {
            Wires::Namespaces { doors, .. } => Some(format!("http://{}", doors[place].address())),
            Wires::Loopback(_) => None,
        }
    }

    /// Pulls the plug between a place and the database, or puts it in again.
    ///
    /// # Panics
    /// When the kernel does not let us.
    pub fn set_cut(&self, place: usize, cut: bool) {
        match &self.wires {
            Wires::Loopback(relays) => relays[place].set_cut(cut),
            Wires::Namespaces { switch, .. } => {
                let state = if cut { "down" } else { "up" };
                let plug = plug(place);
                let done = switch.ip(["link", "set", &plug, state]);
                done.unwrap_or_else(|error| panic!("{error}"));
            }
        }
    }
}

fn settings_at(switch: &Namespace) -> Settings {
    Settings {
        listen: Some(Listen {
            address: SWITCH.to_owned(),
            clients: CLIENTS.to_owned(),
        }),
        namespace: Some(switch.path()),
        ..Settings::default()
    }
}

fn plug(place: usize) -> String {
    format!("place{place}")
}

/// The namespace of the switch, and one for each place, joined.
fn namespaces(places: usize) -> Result<(Namespace, Vec<Namespace>), String> {
    let switch = Namespace::new()?;
    switch.ip(["link", "set", "lo", "up"])?;
    switch.ip(["link", "add", "switch", "type", "bridge"])?;
    switch.ip(["addr", "add", &format!("{SWITCH}/24"), "dev", "switch"])?;
    switch.ip(["link", "set", "switch", "up"])?;
    let home = |place| home(&switch, place);
    let homes = (0..places).map(home).collect::<Result<_, _>>()?;
    Ok((switch, homes))
}

fn home(switch: &Namespace, place: usize) -> Result<Namespace, String> {
    let home = Namespace::new()?;
    let (plug, pid) = (plug(place), home.holder.id().to_string());
    let address = format!("10.77.0.{}/24", place + 2);
    home.ip(["link", "set", "lo", "up"])?;
    switch.ip([
        "link", "add", &plug, "type", "veth", "peer", "name", "net", "netns", &pid,
    ])?;
    switch.ip(["link", "set", &plug, "master", "switch", "up"])?;
    home.ip(["addr", "add", &address, "dev", "net"])?;
    home.ip(["link", "set", "net", "up"])?;
    Ok(home)
}

/// A network namespace, which lives as long as the process that holds it.
#[derive(Debug)]
struct Namespace {
    /// Ends when its input does, and so with us.
    holder: Child,
}

impl Namespace {
    fn new() -> Result<Self, String> {
        let mut holder = Command::new("unshare")
            .args(["--net", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("unshare: {error}"))?;
        // It echoes once it is in its namespace.
        let (input, output) = (holder.stdin.as_mut(), holder.stdout.as_mut());
        let mut echo = String::new();
        if let (Some(input), Some(output)) = (input, output) {
            // A holder that could not start is seen by its missing echo.
            writeln!(input, "there").ok();
            BufReader::new(output).read_line(&mut echo).ok();
        }
        let namespace = Namespace { holder };
        if echo.is_empty() {
            return Err("`unshare --net` is not permitted".to_owned());
        }
        Ok(namespace)
    }

    fn path(&self) -> PathBuf {
        Path::new("/proc")
            .join(self.holder.id().to_string())
            .join("ns/net")
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net={}", self.path().display()));
        command.arg("--").arg(program);
        command
    }

    /// The same command with its surroundings, run inside.
    fn command_like(&self, command: &Command) -> Command {
        let mut inside = self.command(command.get_program());
        inside.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        inside
    }

    fn ip<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Result<(), String> {
        let mut command = self.command("ip");
        command.args(args);
        let done = command
            .output()
            .map_err(|error| format!("{command:?}: {error}"))?;
        if done.status.success() {
            return Ok(());
        }
        let why = String::from_utf8_lossy(&done.stderr);
        Err(format!("{command:?}: {}", why.trim()))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if self.holder.kill().is_ok() {
            self.holder.wait().ok();
        }
    }
}
