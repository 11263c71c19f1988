//! A disk that is full, and later is not.
//!
//! The disk is a small one in memory, mounted in a namespace of its own: nobody else sees it, and
//! it goes with the child that uses it.

use std::process::{Command, Output};

use crate::support::{Place, example};

const MOUNT_AND_RUN: &str = "mount -t tmpfs -o size=6m tmpfs \"$1\" && exec \"$2\" \"$1\"";

/// Runs the child on a disk of 6 MiB. Where user namespaces are not allowed it takes root.
fn run(place: &Place) -> Output {
    let attempt = |namespaces: &[&str]| {
        Command::new("unshare")
            .args(namespaces)
            .args(["sh", "-c", MOUNT_AND_RUN, "sh"])
            .arg(place.folder())
            .arg(example("full_disk"))
            .output()
            .expect("`unshare` (util-linux) is installed")
    };
    let as_user = attempt(&["--user", "--map-root-user", "--mount"]);
    if String::from_utf8_lossy(&as_user.stdout).starts_with("begin") {
        return as_user;
    }
    attempt(&["--mount"])
}

#[test]
fn a_full_disk_is_said_so_and_spoils_nothing() {
    let place = Place::new();
    let output = run(&place);
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.starts_with("begin"),
        "no disk of its own could be mounted: {complained}"
    );
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.ends_with("all is well\n"), "{said}\n{complained}");
}
