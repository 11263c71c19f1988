//! Disk, port and Python interpreters of this machine.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::Finding;
use crate::config::PoolSettings;
use crate::output::human;
use crate::python;

/// Below this little free space the next day may fill the disk.
const LITTLE: u64 = 500 << 20;

/// Free space where the store lies.
pub(super) fn disk(store: &Path) -> Option<Finding> {
    let folder = store
        .ancestors()
        .skip(1)
        .map(|folder| {
            if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            }
        })
        .find(|folder| folder.exists())?;
    let Ok(disk) = nix::sys::statvfs::statvfs(folder) else {
        return None;
    };
    let free = disk.blocks_available().saturating_mul(disk.fragment_size());
    let detail = format!("{} free where the store lies", human::bytes(free));
    Some(if free < LITTLE {
        Finding::bad(
            "disk",
            detail,
            "make room, or keep less: [retention] in paceline.toml",
        )
    } else {
        Finding::good("disk", detail)
    })
}

/// Whether a node could listen, when none does.
pub(super) fn port(address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::good("port", format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::bad(
            "port",
            format!("{address} is taken by another program"),
            "stop it, or choose another port: paceline up --port 7422",
        ),
        Err(error) => Finding::bad(
            "port",
            format!("cannot listen on {address}: {error}"),
            "choose another address: paceline up --bind 127.0.0.1:7421",
        ),
    }
}

/// The interpreter of each pool that runs Python.
pub(super) async fn pythons(pools: &[PoolSettings]) -> Vec<Finding> {
    let mut programs: Vec<String> = pools
        .iter()
        .filter_map(|pool| pool.command.first())
        .filter(|program| python::is_python(program))
        .map(|program| python::resolve(program))
        .collect();
    programs.sort();
    programs.dedup();
    let mut findings = Vec::new();
    for program in programs {
        findings.push(interpreter(&program).await);
    }
    findings
}

async fn interpreter(program: &str) -> Finding {
    match python::describe(program).await {
        Ok(version) => Finding::good("python", format!("{program} is {version}")),
        Err(why) => Finding::bad(
            "python",
            format!("{program} does not run: {why}"),
            "install Python 3, or name an interpreter in PACELINE_PYTHON or in the pool's command",
        ),
    }
}
