//! A node that is halted in the middle of a transaction: the others go on without it.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::limits::Limits;
use paceline_core::store::Store;
use paceline_store::PostgresStore;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};

use crate::support::{NOW, PATIENCE, completed, connect, job, pause, register, work};

const JOBS: u32 = 100;
/// What the halted node holds is with others after this: as long as a dead node is waited for.
const SOON: Duration = Duration::from_secs(10);

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

async fn look_into(database: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(database, NoTls)
        .await
        .expect("connected");
    tokio::spawn(connection);
    client
}

/// Whether the halted node holds rows that others want.
async fn holds_rows(client: &Client) -> bool {
    const HOLDS: &str = "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
        WHERE a.application_name = 'halted' AND a.state = 'idle in transaction'
            AND l.mode = 'RowShareLock'";
    let row = client.query_one(HOLDS, &[]).await.expect("looked");
    row.get::<_, i64>(0) > 0
}

async fn labour(store: Arc<PostgresStore>) {
    let node = register(&store).await;
    loop {
        if work(&store, node, Limits::NONE).await.expect("work") == 0 {
            pause().await;
        }
    }
}

/// Does all that is left, once what the halted node had was taken back.
async fn finish(store: &PostgresStore) {
    let node = register(store).await;
    while !completed(store, u64::from(JOBS)).await.expect("counts") {
        work(store, node, Limits::NONE).await.expect("work");
    }
}

#[test]
fn who_is_halted_in_a_transaction_does_not_hold_the_others_up() {
    let url = paceline_test_postgres::shared().new_store();
    let (halted, others) = (runtime(), runtime());
    let client = others.block_on(look_into(&paceline_test_postgres::shared().database()));
    let store = others.block_on(connect(&url));
    others.block_on(async {
        for number in 0..JOBS {
            let submitted = store.submit(vec![job(number, "ana", 20)], NOW);
            submitted.await.expect("taken");
        }
    });

    // Nothing of this node happens outside of `block_on`: between two it is halted.
    let named = format!("{url}&application_name=halted");
    let mut labour = Box::pin(labour(halted.block_on(connect(&named))));
    let mut step = Duration::from_millis(20);
    for _ in 0..2_000 {
        let ended = halted.block_on(async { timeout(step, &mut labour).await });
        assert!(ended.is_err(), "it works for ever");
        if others.block_on(holds_rows(&client)) {
            break;
        }
        step = Duration::from_micros(500);
    }
    assert!(others.block_on(holds_rows(&client)), "it was never caught");

    let later = NOW + Duration::from_hours(2);
    let taken_back = others.block_on(async { timeout(SOON, store.tick(later)).await });
    taken_back.expect("in time").expect("taken back");
    let finished = others.block_on(async { timeout(PATIENCE, finish(&store)).await });
    finished.expect("the others have it");
}
