//! What processes print: cut into lines, the last of them kept.

use std::collections::VecDeque;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::notes::cut;

/// Longest line that is passed on; the rest of a longer one is thrown away.
const MAX_LINE_BYTES: usize = 16 << 10;
/// Lines that are kept to explain a death.
const TAIL_LINES: usize = 20;
const TAIL_LINE_BYTES: usize = 1 << 10;
/// As much as there is room for, however short its lines are, when there is room.
const READ_BYTES: usize = 16 << 10;

/// Passes each line of a stream to `on_line`, without its end, until the stream ends. Reads on when
/// `room` says so.
pub(crate) async fn each_line<R: Future<Output = ()>>(
    mut from: impl AsyncRead + Unpin,
    mut on_line: impl FnMut(&str),
    room: impl Fn() -> R,
) {
    let mut buffer = vec![0; READ_BYTES];
    let mut printed = Printed::default();
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        printed.feed(&buffer[..count], &mut on_line);
        room().await;
    }
    printed.finish(&mut on_line);
}

/// Makes lines of printed bytes as a terminal would show them: what a carriage return overwrites
/// (a progress bar) is gone.
#[derive(Debug, Default)]
struct Printed {
    line: Vec<u8>,
}

impl Printed {
    fn feed(&mut self, bytes: &[u8], on_line: &mut impl FnMut(&str)) {
        let mut parts = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            self.append(part);
            if parts.peek().is_some() {
                self.end_line(on_line);
            }
        }
    }

    fn append(&mut self, mut part: &[u8]) {
        if let Some(at) = memchr::memrchr(b'\r', &part[..part.len().saturating_sub(1)]) {
            part = &part[at + 1..];
            self.line.clear();
        }
        if self.line.ends_with(b"\r") && !part.is_empty() {
            self.line.clear();
        }
        // One byte more than is shown, so that the cut is seen and marked.
        let room = (MAX_LINE_BYTES + 1).saturating_sub(self.line.len());
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn end_line(&mut self, on_line: &mut impl FnMut(&str)) {
        let bytes = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        on_line(&cut(&String::from_utf8_lossy(bytes), MAX_LINE_BYTES));
        self.line.clear();
    }

    fn finish(&mut self, on_line: &mut impl FnMut(&str)) {
        if !self.line.is_empty() {
            self.end_line(on_line);
        }
    }
}

/// The last lines that a process printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail(VecDeque<String>);

impl Tail {
    pub(crate) fn push(&mut self, line: &str) {
        let mut room = if self.0.len() < TAIL_LINES {
            String::new()
        } else {
            self.0.pop_front().unwrap_or_default()
        };
        room.clear();
        room.push_str(&cut(line, TAIL_LINE_BYTES));
        self.0.push_back(room);
    }

    /// The lines as one text; `None` when nothing was printed.
    pub(crate) fn text(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let lines: Vec<&str> = self.0.iter().map(String::as_str).collect();
        Some(lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(bytes: &[u8]) -> Vec<String> {
        let mut lines = vec![];
        let room = || std::future::ready(());
        each_line(bytes, |line| lines.push(line.to_owned()), room).await;
        lines
    }

    #[tokio::test]
    async fn lines_are_what_a_terminal_shows() {
        assert_eq!(lines(b"a\n\nb\r\nc").await, ["a", "", "b", "c"]);
        assert_eq!(lines(b" 1%\r 50%\r100%\nend\r").await, ["100%", "end"]);
        assert_eq!(lines(b"\xff!\n").await, ["\u{fffd}!"]);
    }

    #[test]
    fn a_bar_that_comes_in_pieces_is_shown_once() {
        let (mut printed, mut lines) = (Printed::default(), vec![]);
        for piece in ["\r1%", "\r", "2%", "\r3%\r", "\n", "x"] {
            printed.feed(piece.as_bytes(), &mut |line: &str| {
                lines.push(line.to_owned());
            });
        }
        printed.finish(&mut |line: &str| lines.push(line.to_owned()));
        assert_eq!(lines, ["3%", "x"]);
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut_and_takes_no_memory() {
        let lines = lines(&vec![b'x'; 3 << 20]).await;
        assert_eq!((lines.len(), lines[0].len()), (1, MAX_LINE_BYTES));
        assert!(lines[0].ends_with('…'));
    }

    #[test]
    fn the_tail_keeps_the_last_lines() {
        let mut tail = Tail::default();
        assert_eq!(tail.text(), None);
        for number in 0..25 {
            tail.push(&number.to_string());
        }
        let text = tail.text().expect("lines");
        assert!(text.starts_with("5\n") && text.ends_with("\n24"), "{text}");
    }
}
