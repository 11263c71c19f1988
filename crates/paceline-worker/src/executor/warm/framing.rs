//! Cutting a stream of bytes into lines, without copying them.

use tokio::io::{AsyncRead, AsyncReadExt};

/// Room that is made before each read: what a pipe holds.
const READ_BYTES: usize = 64 << 10;
/// A buffer that grew beyond this for a long line is given back when it is empty.
const KEEP_BYTES: usize = 1 << 20;

/// A line is longer than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line is longer than {0} bytes")]
pub(crate) struct LineTooLong(usize);

/// Bytes that were read, of which whole lines can be taken.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    buffer: Vec<u8>,
    /// Where the first line that was not taken begins.
    start: usize,
    /// No line feed between `start` and here.
    searched: usize,
}

impl Lines {
    /// Reads what there is, at least one byte unless the stream has ended (0). Cancel-safe.
    pub(crate) async fn fill(
        &mut self,
        from: &mut (impl AsyncRead + Unpin),
    ) -> std::io::Result<usize> {
        self.make_room();
        from.read_buf(&mut self.buffer).await
    }

    /// The next whole line, without its line feed.
    pub(crate) fn next(&mut self, max: usize) -> Result<Option<&[u8]>, LineTooLong> {
        let found = memchr::memchr(b'\n', &self.buffer[self.searched..]);
        let Some(length) = found else {
            self.searched = self.buffer.len();
            if self.searched - self.start > max {
                return Err(LineTooLong(max));
            }
            return Ok(None);
        };
        let (start, end) = (self.start, self.searched + length);
        self.start = end + 1;
        self.searched = self.start;
        if end - start > max {
            return Err(LineTooLong(max));
        }
        Ok(Some(&self.buffer[start..end]))
    }

    /// What is left without a line feed; not empty when the stream ended within a line.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Throws the rest away.
    pub(crate) fn clear(&mut self) {
        self.start = self.buffer.len();
        self.searched = self.start;
    }

    fn make_room(&mut self) {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.buffer.shrink_to(KEEP_BYTES);
        } else if self.start > 0 {
            self.buffer.drain(..self.start);
        }
        self.searched -= self.start;
        self.start = 0;
        self.buffer.reserve(READ_BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines_of(chunks: &[&[u8]], max: usize) -> (Vec<String>, Option<LineTooLong>, Vec<u8>) {
        let (mut lines, mut found) = (Lines::default(), vec![]);
        for mut chunk in chunks.iter().copied() {
            lines.fill(&mut chunk).await.expect("memory");
            loop {
                match lines.next(max) {
                    Ok(Some(line)) => found.push(String::from_utf8_lossy(line).into_owned()),
                    Ok(None) => break,
                    Err(error) => return (found, Some(error), vec![]),
                }
            }
        }
        (found, None, lines.rest().to_vec())
    }

    #[tokio::test]
    async fn lines_come_whole_however_they_were_cut() {
        let (found, error, rest) = lines_of(&[b"a\nb", b"c\n\n", b"d", b"e\nhalf"], 10).await;
        assert_eq!(found, ["a", "bc", "", "de"]);
        assert_eq!((error, rest), (None, b"half".to_vec()));
    }

    #[tokio::test]
    async fn a_line_beyond_the_bound_is_refused_before_it_ends() {
        let (found, error, _) = lines_of(&[b"ok\n0123", b"456789", b"0"], 9).await;
        assert_eq!(
            (found, error),
            (vec!["ok".to_owned()], Some(LineTooLong(9)))
        );
        let (_, error, _) = lines_of(&[b"0123456789\n"], 9).await;
        assert_eq!(error, Some(LineTooLong(9)));
    }
}
