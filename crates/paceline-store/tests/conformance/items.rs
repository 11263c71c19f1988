//! Reading items: pages, states, one by its key, and failures in groups.

use paceline_core::query::ItemQuery;
use paceline_core::{ErrorKind, Failure, ItemState, JobId, Seq};

use crate::support::{Case, failed, failure, items, keyed, seqs, succeeded, unit, unkeyed};

use ItemState::{Cancelled, Failed, Pending, Running, Skipped, Succeeded};

impl Case {
    async fn page_of(
        &self,
        job: JobId,
        state: Option<ItemState>,
        after: Option<u32>,
        limit: u32,
    ) -> Vec<u32> {
        let query = ItemQuery {
            state,
            after: after.map(Seq),
            limit,
        };
        let page = self
            .store
            .items(job, query)
            .await
            .expect("items are listed");
        page.iter().map(|item| item.seq.0).collect()
    }

    /// A job with items in every state that items of a running job can have.
    async fn mixture(&self) -> JobId {
        self.start(keyed(["k3", "k7"])).await;
        self.run_all().await;
        let job = self.start(items(12).chunk(4).only_new().attempts(2)).await;
        let lease = self.claim_one().await;
        assert_eq!(seqs(&lease), [0, 1, 2, 4]);
        let never = failure("no").permanent();
        let reports = vec![succeeded(0), failed(1, never), failed(2, failure("no"))];
        self.partly(&lease, reports).await;
        job
    }
}

async fn pages_follow_each_other(s: Case) {
    let job = s.submit(items(10)).await;
    assert_eq!(s.page_of(job, None, None, 4).await, [0, 1, 2, 3]);
    assert_eq!(s.page_of(job, None, Some(3), 4).await, [4, 5, 6, 7]);
    assert_eq!(s.page_of(job, None, Some(7), 4).await, [8, 9]);
    assert_eq!(s.page_of(job, None, Some(9), 4).await, [0; 0]);
    assert_eq!(s.page_of(job, None, Some(u32::MAX), 4).await, [0; 0]);
}

async fn pages_end_with_their_job(s: Case) {
    let first = s.submit(items(3)).await;
    s.submit(items(3)).await;
    assert_eq!(s.page_of(first, None, None, 100).await, [0, 1, 2]);
    assert_eq!(s.page_of(first, None, Some(2), 100).await, [0; 0]);
}

async fn each_item_has_the_state_that_it_is_in(s: Case) {
    let job = s.mixture().await;
    let mut expected = vec![Pending; 12];
    expected[0] = Succeeded;
    expected[1] = Failed;
    expected[3] = Skipped;
    expected[4] = Running;
    expected[7] = Skipped;
    assert_eq!(s.item_states(job).await, expected);
    s.cancel(job).await;
    for state in &mut expected {
        match state {
            Pending | Running => *state = Cancelled,
            Succeeded | Failed | Skipped | Cancelled => {}
        }
    }
    assert_eq!(s.item_states(job).await, expected);
}

async fn a_state_lets_its_items_through(s: Case) {
    let job = s.mixture().await;
    check_filters(&s, job).await;
    s.cancel(job).await;
    check_filters(&s, job).await;
}

async fn check_filters(s: &Case, job: JobId) {
    let states = s.item_states(job).await;
    for state in ItemState::ALL {
        let all = states.iter().zip(0..).filter(|(of, _)| *of == state);
        let expected: Vec<u32> = all.map(|(_, seq)| seq).collect();
        assert_eq!(
            s.page_of(job, Some(*state), None, 100).await,
            expected,
            "{state}"
        );
        let mut paged = Vec::new();
        while paged.len() < expected.len() {
            let page = s.page_of(job, Some(*state), paged.last().copied(), 2).await;
            assert!(!page.is_empty(), "{state} after {paged:?}");
            paged.extend(page);
        }
        assert_eq!(paged, expected, "{state}, page by page");
    }
}

async fn an_item_is_found_by_its_key(s: Case) {
    let job = s.mixture().await;
    for (key, state) in [
        ("k0", Succeeded),
        ("k1", Failed),
        ("k3", Skipped),
        ("k4", Running),
    ] {
        let item = s.item(job, key).await;
        assert_eq!((item.key.as_deref(), item.state), (Some(key), state));
    }
    for nothing in ["", "k", "K0", "k0 ", "4", "99", "%"] {
        assert_eq!(
            s.store.item(job, nothing).await.expect("read"),
            None,
            "{nothing}"
        );
    }
    assert_eq!(s.store.item(s.new_id(), "k0").await.expect("read"), None);
}

async fn without_a_key_the_position_stands_in(s: Case) {
    let job = s.submit(unkeyed(3)).await;
    assert_eq!(s.item(job, "2").await.seq, Seq(2));
    assert_eq!(s.store.item(job, "3").await.expect("read"), None);
}

async fn a_key_that_looks_like_a_position_is_a_key(s: Case) {
    let job = s.submit(keyed(["1", "0"])).await;
    assert_eq!(s.item(job, "0").await.seq, Seq(1));
    assert_eq!(s.item(job, "1").await.seq, Seq(0));
}

async fn a_unit_has_no_items(s: Case) {
    let job = s.submit(unit()).await;
    assert_eq!(s.items_of(job).await, []);
    assert_eq!(s.items_of(s.new_id()).await, []);
}

async fn failures_of_one_shape_are_one_group(s: Case) {
    let job = s.start(items(20)).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease).len(), 10);
    let timeout = |seq| failed(seq, Failure::new(ErrorKind::Timeout, "took over 30 s"));
    let row = |seq: u32| failed(seq, failure(&format!("row {seq}: 'x{seq}' missing\nmore")));
    let mut reports: Vec<_> = (0..7).map(row).collect();
    reports.extend([timeout(7), timeout(8), succeeded(9)]);
    s.partly(&lease, reports).await;

    let groups = s.store.errors(job).await.expect("grouped");
    assert_eq!(groups.len(), 2, "{groups:?}");
    let most = &groups[0];
    assert_eq!(
        (most.kind, most.count),
        (ErrorKind::Handler, 7),
        "the largest first"
    );
    assert_eq!(most.shape, "row …: '…' missing");
    assert!(most.message.starts_with("row ") && most.message.contains("missing"));
    assert_eq!(most.examples.len(), 5, "{:?}", most.examples);
    assert!(
        most.examples.iter().all(|key| key.starts_with('k')),
        "{:?}",
        most.examples
    );
    let other = &groups[1];
    assert_eq!((other.kind, other.count), (ErrorKind::Timeout, 2));
    assert_eq!(other.examples, ["k7", "k8"]);
}

async fn examples_without_keys_are_positions(s: Case) {
    let job = s.start(unkeyed(4)).await;
    s.fail(&s.claim_one().await, "no").await;
    let groups = s.store.errors(job).await.expect("grouped");
    assert_eq!(groups[0].examples, ["0", "1"]);
}

async fn only_failures_are_grouped(s: Case) {
    let job = s.start(items(2).attempts(2)).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(
        s.store.errors(job).await.expect("grouped"),
        [],
        "it will be tried again"
    );
}

store_tests!(
    pages_follow_each_other,
    pages_end_with_their_job,
    each_item_has_the_state_that_it_is_in,
    a_state_lets_its_items_through,
    an_item_is_found_by_its_key,
    without_a_key_the_position_stands_in,
    a_key_that_looks_like_a_position_is_a_key,
    a_unit_has_no_items,
    failures_of_one_shape_are_one_group,
    examples_without_keys_are_positions,
    only_failures_are_grouped,
);
