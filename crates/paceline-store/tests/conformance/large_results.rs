//! Large results: however they are kept, whoever reads them gets what was reported.

use std::fmt::Write as _;

use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{Release, ReportBody};
use paceline_core::links::ParentResult;
use paceline_core::query::ItemQuery;
use paceline_core::retention::Retention;
use paceline_core::{JobId, Json, Seq};

use crate::support::{Case, items, minutes, seconds, seqs, unit};

/// A series of numbers such as a forecast has, of about so many bytes.
fn series(seed: u32, bytes: usize) -> Json {
    let mut text = String::from("{\"model\": \"é\\u0000\", \"points\": [");
    let mut value = u64::from(seed) + 1;
    while text.len() < bytes {
        value = value.wrapping_mul(6_364_136_223_846_793_005) + 1;
        let _ = write!(text, "{{\"at\": {seed}, \"value\": {}}},", value >> 50);
    }
    text.push_str("null]}");
    Json::from_checked(text)
}

impl Case {
    async fn unit_with(&self, result: Json) -> JobId {
        let id = self.submit(unit()).await;
        let body = ReportBody::Unit {
            outcome: Outcome::Succeeded(result),
            duration: seconds(1),
        };
        self.report(&self.claim_one().await, body).await;
        id
    }

    /// A job with one item for each result.
    async fn items_with(&self, results: &[Json]) -> JobId {
        let count = u32::try_from(results.len()).expect("few");
        let id = self.start(items(count)).await;
        let report = |seq: u32| ItemReport {
            seq: Seq(seq),
            outcome: Outcome::Succeeded(results[usize::try_from(seq).expect("small")].clone()),
            duration: seconds(1),
        };
        for lease in self.claim(9).await {
            let body = ReportBody::Chunk {
                items: seqs(&lease).into_iter().map(report).collect(),
                release: Some(Release::Normal),
            };
            self.report(&lease, body).await;
        }
        id
    }
}

async fn whoever_reads_gets_what_was_reported(s: Case) {
    let results = [series(1, 200_000), series(2, 100), series(3, 9_000)];
    let of_unit = s.unit_with(results[0].clone()).await;
    let of_items = s.items_with(&results).await;
    assert_eq!(s.job(of_unit).await.result.as_ref(), Some(&results[0]));
    let read = s.store.items(
        of_items,
        ItemQuery {
            limit: 9,
            ..ItemQuery::default()
        },
    );
    let read: Vec<Json> = read
        .await
        .expect("read")
        .into_iter()
        .filter_map(|item| item.result)
        .collect();
    assert_eq!(read, results);
    assert_eq!(
        s.item(of_items, "k2").await.result.as_ref(),
        Some(&results[2])
    );

    s.submit(unit().after(&[of_unit, of_items])).await;
    let lease = s.claim_one().await;
    let [unit, items] = &lease.parents[..] else {
        panic!("{:?}", lease.parents);
    };
    assert_eq!(unit.result.as_ref(), Some(&results[0]));
    let handed: Vec<&Json> = items.items.iter().map(|(_, result)| result).collect();
    assert_eq!(handed, results.iter().collect::<Vec<_>>());
}

async fn what_is_handed_on_is_measured_by_what_comes_out(s: Case) {
    // Compressed they would fit into one message by far, but they are not sent so.
    let half = ParentResult::MOST_BYTES / 2 + 1;
    let text = |letter: &str| Json::from_checked(format!("\"{}\"", letter.repeat(half)));
    let first = s.unit_with(text("a")).await;
    let second = s.unit_with(text("b")).await;
    s.submit(unit().after(&[first, second])).await;
    let lease = s.claim_one().await;
    let fits: Vec<(bool, bool)> = lease
        .parents
        .iter()
        .map(|parent| (parent.result.is_some(), parent.too_large))
        .collect();
    assert_eq!(fits, [(true, false), (false, true)]);
}

async fn they_expire_and_are_reported_again(s: Case) {
    let results = [series(1, 20_000), series(2, 20_000)];
    let id = s.items_with(&results).await;
    let retention = || Retention {
        results: Some(minutes(10)),
        ..Retention::DEFAULT
    };
    s.advance(minutes(11));
    let pruned = s.store.prune(retention(), s.now()).await.expect("pruned");
    assert_eq!(pruned.results, 2);
    assert_eq!(s.item(id, "k0").await.result, None);
    s.restart(id).await;
    s.admit().await;
    let lease = s.claim_one().await;
    let newer = series(7, 30_000);
    let body = ReportBody::Chunk {
        items: vec![ItemReport {
            seq: Seq(0),
            outcome: Outcome::Succeeded(newer.clone()),
            duration: seconds(1),
        }],
        release: None,
    };
    s.report(&lease, body).await;
    assert_eq!(s.item(id, "k0").await.result, Some(newer));
}

store_tests!(
    whoever_reads_gets_what_was_reported,
    what_is_handed_on_is_measured_by_what_comes_out,
    they_expire_and_are_reported_again,
);
