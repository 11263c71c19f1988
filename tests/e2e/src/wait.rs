//! Waiting for what is to happen, with a deadline.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(10);

/// Asks `look` until it finds something; returns it with the time that it took.
///
/// # Panics
/// When the deadline passes: the test has failed.
pub async fn until<T, Look, Answer>(
    what: impl Display,
    most: Duration,
    mut look: Look,
) -> (T, Duration)
where
    Look: FnMut() -> Answer,
    Answer: Future<Output = Option<T>>,
{
    let start = Instant::now();
    loop {
        if let Some(found) = look().await {
            return (found, start.elapsed());
        }
        assert!(start.elapsed() < most, "waited {most:?} in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Like [`until`], for a look that needs no waiting itself.
pub async fn until_true(
    what: impl Display,
    most: Duration,
    mut look: impl FnMut() -> bool,
) -> Duration {
    let ((), took) = until(what, most, || {
        let found = look().then_some(());
        async move { found }
    })
    .await;
    took
}
