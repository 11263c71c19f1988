//! Waiting for what is to happen, with a deadline.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests watch real processes in real time"
)]

use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            begun.elapsed() < DEADLINE,
            "it did not happen in {DEADLINE:?}"
        );
        std::thread::sleep(PAUSE);
    }
}
