//! What keeps a store from being moved here, and that nothing is left of a move that failed. That a
//! moved store goes on is shown end to end.

use std::path::{Path, PathBuf};

use paceline_core::store::Store;
use paceline_store::transfer::{TransferError, Transferred, transfer};
use paceline_store::{Options, SqliteStore};
use paceline_test_postgres as postgres;
use tempfile::TempDir;

use crate::support::{NOW, administer, connect, job, register};

/// A stopped store with two jobs.
async fn stopped() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("paceline.db");
    let store = SqliteStore::open(&path, Options::default()).expect("a store");
    let jobs = vec![job(1, "ana", 30), job(2, "ana", 0)];
    store.submit(jobs, NOW).await.expect("taken");
    (folder, path)
}

async fn moved(from: &Path, to: &str) -> Result<Transferred, TransferError> {
    transfer(from, to, NOW, |_, _| ()).await
}

#[tokio::test]
async fn counts_that_differ_leave_nothing_behind() {
    let (_folder, path) = stopped().await;
    let schema = postgres::new_schema();
    let url = postgres::shared().url(&schema);
    drop(connect(&url).await);
    // Somebody else's trigger swallows an item.
    let trigger = format!(
        "CREATE FUNCTION {schema}.swallow() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF NEW.seq = 7 THEN RETURN NULL; END IF; RETURN NEW; END';
        CREATE TRIGGER swallow BEFORE INSERT ON {schema}.items
            FOR EACH ROW EXECUTE FUNCTION {schema}.swallow()"
    );
    administer(&trigger).await;
    let Transferred { counts, .. } = moved(&path, &url).await.expect("it comes to counting");
    assert!(!counts.agree());
    let items = counts.0.iter().find(|count| count.what == "items");
    let items = items.expect("counted");
    assert_eq!((items.source, items.target), (30, 29));
    administer(&format!("DROP FUNCTION {schema}.swallow() CASCADE")).await;
    let Transferred { counts, .. } = moved(&path, &url).await.expect("the schema is still empty");
    assert!(counts.agree(), "{counts:?}");
}

#[tokio::test]
async fn a_target_that_nodes_know_is_refused() {
    let (_folder, path) = stopped().await;
    let url = postgres::shared().new_store();
    let store = connect(&url).await;
    register(&store).await;
    let refused = moved(&path, &url).await.expect_err("refused");
    assert!(refused.to_string().contains("1 in nodes"), "{refused}");
}

#[tokio::test]
async fn a_source_that_is_none_or_in_use_is_refused() {
    let (folder, path) = stopped().await;
    let url = postgres::shared().new_store();
    let missing = moved(&folder.path().join("none.db"), &url).await;
    assert!(
        matches!(missing, Err(TransferError::NoSource(_))),
        "{missing:?}"
    );
    let other = folder.path().join("other.db");
    std::fs::write(&other, "").expect("written");
    let other = moved(&other, &url).await;
    assert!(
        matches!(other, Err(TransferError::NotAStore(_))),
        "{other:?}"
    );
    let open = SqliteStore::open(&path, Options::default()).expect("a store");
    let used = moved(&path, &url).await;
    assert!(matches!(used, Err(TransferError::Source(_))), "{used:?}");
    drop(open);
    moved(&path, &url)
        .await
        .expect("nothing was left in the way");
}
