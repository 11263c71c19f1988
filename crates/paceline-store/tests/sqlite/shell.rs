//! A person with a SQL shell beside the running store: nobody is turned away because of it.

use crate::support::{Place, all_jobs, items, submit, unit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_that_writes_is_waited_for() {
    let place = Place::new();
    let store = place.open();
    submit(&*store, unit()).await;
    let shell = place.shell();
    shell
        .execute_batch("BEGIN IMMEDIATE")
        .expect("the shell holds the lock");
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { submit(&*store, items(3)).await }
    });
    // Reading goes on meanwhile, and gives the submission time to run into the lock.
    for _ in 0..200 {
        assert_eq!(all_jobs(&*store).await.len(), 1);
    }
    assert!(!waiting.is_finished());
    shell.execute_batch("COMMIT").expect("the shell lets go");
    let id = waiting.await.expect("submitted");
    assert_eq!(all_jobs(&*store).await[0].id, id);
}

#[tokio::test]
async fn a_shell_that_reads_is_in_nobodys_way() {
    let place = Place::new();
    let store = place.open();
    submit(&*store, unit()).await;
    let shell = place.shell();
    let count = || -> i64 {
        let count = shell.query_row("SELECT count(*) FROM jobs", (), |row| row.get(0));
        count.expect("counted")
    };
    shell.execute_batch("BEGIN").expect("begun");
    assert_eq!(count(), 1);
    for _ in 0..300 {
        submit(&*store, items(20)).await;
    }
    assert_eq!(count(), 1, "it sees its own moment");
    shell.execute_batch("COMMIT").expect("ended");
    assert_eq!(count(), 301);
}
