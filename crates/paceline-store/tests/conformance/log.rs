//! Logs of jobs: lines as people read them, page by page, never larger than allowed.

use paceline_core::event::EventKind;
use paceline_core::lease::{LogLevel, LogLine, Note, NoteBody};
use paceline_core::store::Retention;
use paceline_core::{JobId, JobState};

use crate::support::{Case, items, seconds, unit};

impl Case {
    fn line(&self, level: LogLevel, text: &str) -> LogLine {
        LogLine {
            at: self.now(),
            level,
            source: "races/0".to_owned(),
            text: text.to_owned(),
        }
    }

    async fn write(&self, job: JobId, texts: &[&str]) {
        let lines = texts
            .iter()
            .map(|text| self.line(LogLevel::Info, text))
            .collect();
        self.write_lines(job, lines).await;
    }

    async fn write_lines(&self, job: JobId, lines: Vec<LogLine>) {
        let body = NoteBody::Log(lines);
        self.store
            .note(vec![Note { job, body }], self.now())
            .await
            .expect("noted");
    }

    /// The texts of all lines after a number, and the number to go on from.
    async fn read_after(&self, job: JobId, after: i64) -> (Vec<String>, i64) {
        let page = self
            .store
            .log(job, after, 1 << 30)
            .await
            .expect("a log is read");
        (texts(&page.text), page.next)
    }

    async fn tail(&self, job: JobId, lines: usize) -> Vec<String> {
        texts(
            &self
                .store
                .log_tail(job, lines)
                .await
                .expect("a log is read")
                .text,
        )
    }
}

/// What comes after time, level and source.
fn texts(log: &str) -> Vec<String> {
    assert!(
        log.is_empty() || log.ends_with('\n'),
        "whole lines: {log:?}"
    );
    let text = |line: &str| line.splitn(4, ' ').nth(3).unwrap_or(line).to_owned();
    log.lines().map(text).collect()
}

async fn a_line_says_when_how_loud_and_who(s: Case) {
    let job = s.submit(unit()).await;
    let lines = vec![
        s.line(LogLevel::Info, "read  10 races"),
        s.line(LogLevel::Error, "schlüssel ✓"),
        s.line(LogLevel::Debug, ""),
    ];
    s.write_lines(job, lines).await;
    let page = s.store.log(job, 0, 1_000).await.expect("read");
    let lines: Vec<&str> = page.text.lines().collect();
    assert_eq!(
        lines[0],
        "2026-11-22T10:15:30.123Z INFO races/0 read  10 races"
    );
    assert_eq!(
        lines[1],
        "2026-11-22T10:15:30.123Z ERROR races/0 schlüssel ✓"
    );
    assert_eq!(
        lines[2].trim_end(),
        "2026-11-22T10:15:30.123Z DEBUG races/0"
    );
    assert_eq!(lines.len(), 3);
}

async fn a_line_is_one_line(s: Case) {
    let job = s.submit(unit()).await;
    s.write(job, &["one\ntwo", "three\r\n"]).await;
    let page = s.store.log(job, 0, 1_000).await.expect("read");
    assert_eq!(page.text.lines().count(), 2, "{:?}", page.text);
}

async fn a_log_can_be_followed(s: Case) {
    let job = s.submit(unit()).await;
    assert_eq!(s.read_after(job, 0).await, (vec![], 0));
    s.write(job, &["a", "b"]).await;
    let (first, next) = s.read_after(job, 0).await;
    assert_eq!(first, ["a", "b"]);
    assert_eq!(s.read_after(job, next).await, (vec![], next));
    s.write(job, &["c"]).await;
    s.write(job, &["d", "e"]).await;
    let (then, last) = s.read_after(job, next).await;
    assert_eq!(then, ["c", "d", "e"]);
    assert!(last > next);
    assert_eq!(s.read_after(job, 0).await.0, ["a", "b", "c", "d", "e"]);
}

async fn pages_are_of_whole_lines_and_about_as_large_as_asked(s: Case) {
    let job = s.submit(unit()).await;
    let mut all = Vec::new();
    for n in 0..200 {
        let text = format!("line {n} {}", "x".repeat(100));
        s.write(job, &[&text]).await;
        all.push(text);
    }
    let mut read = Vec::new();
    let mut after = 0;
    let mut pages = 0;
    loop {
        let page = s.store.log(job, after, 2_000).await.expect("read");
        if page.text.is_empty() {
            break;
        }
        assert!(page.text.len() < 4_000, "{}", page.text.len());
        read.extend(texts(&page.text));
        after = page.next;
        pages += 1;
    }
    assert_eq!(read, all);
    assert!(pages > 10, "{pages}");
}

async fn one_page_holds_at_least_something(s: Case) {
    let job = s.submit(unit()).await;
    s.write(job, &[&"x".repeat(5_000), "after it"]).await;
    let page = s.store.log(job, 0, 10).await.expect("read");
    assert!(!page.text.is_empty() && page.next > 0, "a reader gets on");
}

async fn the_tail_is_the_last_lines(s: Case) {
    let job = s.submit(unit()).await;
    assert_eq!(s.tail(job, 3).await, [""; 0]);
    s.write(job, &["a", "b"]).await;
    s.write(job, &["c", "d", "e"]).await;
    assert_eq!(s.tail(job, 4).await, ["b", "c", "d", "e"]);
    assert_eq!(s.tail(job, 2).await, ["d", "e"]);
    assert_eq!(s.tail(job, 99).await, ["a", "b", "c", "d", "e"]);
    assert_eq!(s.tail(job, 0).await, [""; 0]);
    let tail = s.store.log_tail(job, 2).await.expect("read");
    s.write(job, &["f"]).await;
    assert_eq!(
        s.read_after(job, tail.next).await.0,
        ["f"],
        "and goes on from there"
    );
}

async fn each_job_has_its_own(s: Case) {
    let a = s.submit(unit()).await;
    let b = s.start(items(2)).await;
    let note = |job, text| Note {
        job,
        body: NoteBody::Log(vec![s.line(LogLevel::Info, text)]),
    };
    let notes = vec![note(a, "1"), note(b, "2"), note(a, "3")];
    s.store.note(notes, s.now()).await.expect("noted");
    assert_eq!(s.read_after(a, 0).await.0, ["1", "3"]);
    assert_eq!(s.read_after(b, 0).await.0, ["2"]);
}

async fn new_lines_are_told(s: Case) {
    let job = s.submit(unit()).await;
    s.write(job, &["a", "b"]).await;
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Log, Some(JobState::Pending))
    );
    assert_eq!(last.data.as_str(), "{\"lines\":2}");
}

async fn last_words_are_taken_down(s: Case) {
    let job = s.submit(unit()).await;
    s.run_all().await;
    s.advance(seconds(1));
    s.write(job, &["flushed after the report"]).await;
    assert_eq!(s.read_after(job, 0).await.0, ["flushed after the report"]);
    assert_eq!(s.state(job).await, JobState::Completed);
}

async fn a_log_goes_with_its_job(s: Case) {
    let job = s.submit(unit()).await;
    s.run_all().await;
    s.write(job, &["a"]).await;
    s.delete(job).await;
    s.write(job, &["too late"]).await;
    if let Ok(page) = s.store.log(job, 0, 1_000).await {
        assert_eq!(page.text, "");
    }
    assert_eq!(s.find(job).await, None);
}

/// The oldest lines go, a marker says so, and who follows the log does not notice.
async fn a_log_is_never_larger_than_allowed(s: Case) {
    const MOST: u64 = 20_000;
    let retention = Retention {
        log_bytes: MOST,
        ..Retention::default()
    };
    let job = s.submit(unit()).await;
    let text = |n: u32| format!("line {n} {}", "y".repeat(60));
    for n in 0..600 {
        s.write(job, &[&text(n)]).await;
    }
    s.store.prune(retention, s.now()).await.expect("pruned");
    let page = s.store.log(job, 0, 1 << 30).await.expect("read");
    let bytes = u64::try_from(page.text.len()).expect("small");
    assert!(bytes <= MOST && bytes > MOST / 2, "{bytes}");
    let first = page.text.lines().next().expect("a line");
    assert!(
        !first.contains("line "),
        "a marker stands where lines were removed: {first}"
    );
    let last = page.text.lines().last().expect("a line");
    assert!(last.ends_with(&text(599)), "{last}");
    let kept = page.text.lines().count() - 1;
    let numbers: Vec<bool> = (600 - kept..600)
        .map(|n| page.text.contains(&format!("line {n} ")))
        .collect();
    assert!(numbers.iter().all(|there| *there), "no gap in what is kept");

    // From now on it is kept so while lines come in.
    for n in 600..1_200 {
        s.write(job, &[&text(n)]).await;
    }
    let (read, _) = s.read_after(job, page.next).await;
    assert!(read.last().is_some_and(|last| last == &text(1_199)));
    let page = s.store.log(job, 0, 1 << 30).await.expect("read");
    let bytes = u64::try_from(page.text.len()).expect("small");
    assert!(bytes <= MOST + 1_000, "{bytes}");
    let markers = page
        .text
        .lines()
        .filter(|line| !line.contains("line "))
        .count();
    assert_eq!(markers, 1);
}

store_tests!(
    a_line_says_when_how_loud_and_who,
    a_line_is_one_line,
    a_log_can_be_followed,
    pages_are_of_whole_lines_and_about_as_large_as_asked,
    one_page_holds_at_least_something,
    the_tail_is_the_last_lines,
    each_job_has_its_own,
    new_lines_are_told,
    last_words_are_taken_down,
    a_log_goes_with_its_job,
    a_log_is_never_larger_than_allowed,
);
