//! A disk that is full, and later is not.
//!
//! The disk is a small one in memory, mounted in a namespace of its own: nobody else sees it, and
//! it goes with the child that uses it.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use paceline_core::item::NewItem;
use paceline_core::store::{Store, StoreError};
use paceline_core::{JobId, Json, NewJob, Work};
use tokio::task::JoinSet;

use crate::support::{
    CHILD_PLACE, NOW, Place, all_jobs, assert_sound, child_arguments, items_of, job, open,
    part_of_child, said, say, this_program,
};

/// What else is on the disk, until somebody makes room.
const BALLAST: usize = 2 << 20;
/// Items of a job, each with a kibibyte.
const ITEMS: usize = 40;
const MOUNT_AND_RUN: &str =
    "mount -t tmpfs -o size=6m tmpfs \"$PACELINE_TEST_CHILD\" && exec \"$0\" \"$@\"";

/// Runs the child on a disk of 6 MiB. Where user namespaces are not allowed it takes root.
fn run(place: &Place) -> Output {
    let attempt = |namespaces: &[&str]| {
        let command = Command::new("unshare")
            .args(namespaces)
            .args(["sh", "-c", MOUNT_AND_RUN])
            .arg(this_program())
            .args(child_arguments("full_disk::child_on_the_disk"))
            .env(CHILD_PLACE, place.folder())
            .output();
        command.expect("`unshare` (util-linux) is installed")
    };
    let as_user = attempt(&["--user", "--map-root-user", "--mount"]);
    if words(&as_user).first().is_some_and(|word| word == "begin") {
        return as_user;
    }
    attempt(&["--mount"])
}

fn words(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter_map(said).map(str::to_owned).collect()
}

#[test]
fn a_full_disk_is_said_so_and_spoils_nothing() {
    let place = Place::new();
    let output = run(&place);
    let words = words(&output);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        !words.is_empty(),
        "no disk of its own could be mounted: {complained}"
    );
    assert!(output.status.success(), "{words:?}\n{complained}");
    assert_eq!(
        words.last().map(String::as_str),
        Some("all is well"),
        "{words:?}\n{complained}"
    );
}

/// Fills the disk that it is given, and checks what the store makes of that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the test above, which mounts a disk for it"]
async fn child_on_the_disk() {
    let Some((folder, _)) = part_of_child() else {
        return;
    };
    say("begin");
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![1; BALLAST]).expect("there is room at first");
    let file = folder.join("paceline.db");
    let store = open(&file);

    let mut acknowledged = HashSet::new();
    let refused = fill(&*store, &mut acknowledged).await;
    say(&format!(
        "full after {} jobs: {refused}",
        acknowledged.len()
    ));
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    check(&*store, &acknowledged).await;
    refuse_many(&store, &mut acknowledged).await;
    check(&*store, &acknowledged).await;

    std::fs::remove_file(&ballast).expect("somebody makes room");
    for _ in 0..10 {
        submit(&*store, &mut acknowledged)
            .await
            .expect("the store goes on by itself");
    }
    check(&*store, &acknowledged).await;
    drop(store);
    reopen(&file, &acknowledged).await;
    say("all is well");
}

/// Submits until the disk is full.
async fn fill(store: &dyn Store, acknowledged: &mut HashSet<JobId>) -> StoreError {
    for _ in 0..10_000 {
        if let Err(refused) = submit(store, acknowledged).await {
            return refused;
        }
    }
    panic!("the disk is larger than thought");
}

/// Many callers at once on a full disk: each hears of it, or was taken.
async fn refuse_many(
    store: &std::sync::Arc<paceline_store::SqliteStore>,
    acknowledged: &mut HashSet<JobId>,
) {
    let mut callers = JoinSet::new();
    for _ in 0..30 {
        let store = store.clone();
        callers.spawn(async move {
            let new = large();
            let id = new.id;
            let call = tokio::time::timeout(Duration::from_secs(30), store.submit(vec![new], NOW));
            (id, call.await.expect("an answer"))
        });
    }
    let mut full = 0;
    for (id, answer) in callers.join_all().await {
        match answer {
            Ok(_) => drop(acknowledged.insert(id)),
            Err(StoreError::Full) => full += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    say(&format!("{full} of 30 more were refused"));
    assert!(full > 0);
}

async fn submit(store: &dyn Store, acknowledged: &mut HashSet<JobId>) -> Result<(), StoreError> {
    let submitted = store.submit(vec![large()], NOW).await?;
    acknowledged.insert(submitted[0].id);
    Ok(())
}

fn large() -> NewJob {
    let item = |n| NewItem {
        key: Some(format!("k{n}")),
        payload: Json::from_checked(format!("{:?}", "x".repeat(1_024))),
    };
    job(Work::Items((0..ITEMS).map(item).collect()))
}

/// What was acknowledged is there, whole; nothing else is.
async fn check(store: &dyn Store, acknowledged: &HashSet<JobId>) {
    let there: HashSet<JobId> = all_jobs(store).await.iter().map(|job| job.id).collect();
    assert_eq!(&there, acknowledged);
    for job in there {
        assert_eq!(items_of(store, job).await.len(), ITEMS, "{job} is whole");
    }
    let counts = store.counts().await.expect("reading goes on");
    assert_eq!(counts.values().sum::<u64>(), acknowledged.len() as u64);
}

async fn reopen(file: &Path, acknowledged: &HashSet<JobId>) {
    check(&*open(file), acknowledged).await;
    assert_sound(file);
}
