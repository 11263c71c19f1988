//! Answers that are remembered by their `Idempotency-Key`.

use paceline_core::store::Retention;

use crate::support::{Case, minutes};

impl Case {
    async fn recall(&self, key: &str) -> Option<(Vec<u8>, String)> {
        self.store.recall(key, self.now()).await.expect("read")
    }

    async fn remember(&self, key: &str, hash: &[u8], answer: &str) {
        let until = self.now() + minutes(60);
        let remembered = self
            .store
            .remember(key, hash.to_vec(), answer.to_owned(), until);
        remembered.await.expect("remembered");
    }
}

async fn an_answer_is_recalled_as_it_was_given(s: Case) {
    assert_eq!(s.recall("k").await, None);
    s.remember("k", &[0, 255, 7], "{\"id\": \"ω\"}").await;
    let expected = Some((vec![0, 255, 7], "{\"id\": \"ω\"}".to_owned()));
    assert_eq!(s.recall("k").await, expected);
    assert_eq!(s.recall("K").await, None);
    s.remember("other", &[1], "2").await;
    assert_eq!(s.recall("k").await, expected);
}

async fn an_answer_is_forgotten_in_time(s: Case) {
    s.remember("k", &[1], "1").await;
    s.advance(minutes(59));
    assert!(s.recall("k").await.is_some());
    s.store
        .prune(Retention::default(), s.now())
        .await
        .expect("pruned");
    assert!(
        s.recall("k").await.is_some(),
        "a clean-up does not hurry it"
    );
    s.advance(minutes(2));
    assert_eq!(s.recall("k").await, None);
    s.store
        .prune(Retention::default(), s.now())
        .await
        .expect("pruned");
    s.remember("k", &[2], "2").await;
    assert_eq!(s.recall("k").await, Some((vec![2], "2".to_owned())));
}

async fn of_many_at_once_one_is_remembered(s: Case) {
    let until = s.now() + minutes(60);
    let first = async |answer: u32| {
        let text = answer.to_string();
        let taken = s.store.remember_first("k", vec![1], text, until, s.now());
        taken.await.expect("remembered or not").then_some(answer)
    };
    let taken = futures::future::join_all((0..20).map(first)).await;
    let taken: Vec<u32> = taken.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    let kept = Some((vec![1], taken[0].to_string()));
    assert_eq!(s.recall("k").await, kept);
    s.advance(minutes(61));
    let later = s.now() + minutes(60);
    let again = s
        .store
        .remember_first("k", vec![2], "new".to_owned(), later, s.now());
    assert!(
        again.await.expect("remembered"),
        "what is forgotten is free"
    );
    assert_eq!(s.recall("k").await, Some((vec![2], "new".to_owned())));
}

store_tests!(
    an_answer_is_recalled_as_it_was_given,
    of_many_at_once_one_is_remembered,
    an_answer_is_forgotten_in_time
);
