//! Looking at processes, and waiting without guessing how long.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

/// Waits until `check` gives something; fails the test after ten seconds, saying what was awaited.
pub(crate) async fn eventually<T, F>(what: &str, mut check: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let start = Instant::now();
    loop {
        if let Some(value) = check().await {
            return value;
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "never happened: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process runs; one that has ended and was not taken in yet does not.
pub(crate) fn alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// All processes, of whatever parent, whose environment has `PACELINE_TEST_MARK=mark`.
pub(crate) fn children_with_mark(mark: &str) -> Vec<u32> {
    let wanted = format!("PACELINE_TEST_MARK={mark}");
    let entries = std::fs::read_dir("/proc").expect("/proc");
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| variable == wanted.as_bytes()) && alive(*pid)
    })
    .collect()
}
