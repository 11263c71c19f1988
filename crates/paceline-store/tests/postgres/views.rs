//! The views for people with a SQL shell, where they show what the tables hold in another form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use paceline_core::Json;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportBody};
use paceline_core::store::Store;
use paceline_test_postgres as postgres;
use tokio_postgres::NoTls;

use crate::support::{NOW, claim, connect, job, register};

#[tokio::test]
async fn large_results_and_the_history_are_shown() {
    let schema = postgres::new_schema();
    let store = connect(&postgres::shared().url(&schema)).await;
    let node = register(&store).await;
    let large = format!("[{}]", vec!["{\"sold\": 17}"; 5_000].join(","));
    for (number, result) in [(1, large.as_str()), (2, "{\"sold\": 4}")] {
        store
            .submit(vec![job(number, "ana", 0)], NOW)
            .await
            .expect("taken");
        let leases = claim(&store, node).await.expect("claimed");
        let report = LeaseReport {
            lease: leases[0].id,
            job: leases[0].job,
            body: ReportBody::Unit {
                outcome: Outcome::Succeeded(Json::from_checked(result)),
                duration: std::time::Duration::from_millis(5),
            },
        };
        store.report(vec![report], 1, NOW).await.expect("reported");
    }
    let database = postgres::shared().database();
    let (client, connection) = tokio_postgres::connect(&database, NoTls)
        .await
        .expect("connected");
    tokio::spawn(connection);
    let select = format!(
        "SELECT result::json ->> 'sold', result_zstd FROM {schema}.job_overview ORDER BY num"
    );
    let rows = client.query(&select, &[]).await.expect("two jobs");
    let shown =
        |row: usize| -> (Option<String>, Option<String>) { (rows[row].get(0), rows[row].get(1)) };
    let (plain, packed) = shown(0);
    assert_eq!(plain, None, "what is not JSON here is not shown as such");
    let data = BASE64.decode(packed.expect("packed")).expect("base64");
    let unpacked = zstd::decode_all(&*data).expect("what zstd wrote");
    assert_eq!(unpacked, large.as_bytes());
    assert_eq!(shown(1), (Some("4".to_owned()), None));
    let select = format!("SELECT completed FROM {schema}.task_history_overview WHERE failed = 0");
    let rows = client.query(&select, &[]).await.expect("a bucket");
    let completed: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(completed, [2]);
}
