//! A request's body, line by line, in a buffer that holds little more than one piece of it.

use std::ops::Range;

use axum::body::BodyDataStream;
use memchr::memchr;
use paceline_protocol::problem::Code;
use sha2::{Digest, Sha256};

use crate::body;
use crate::problem::{Refusal, Result};
use crate::state::BodyLimits;

/// A body that is read line by line.
pub(crate) struct Lines {
    stream: BodyDataStream,
    limits: BodyLimits,
    buffer: Vec<u8>,
    /// Where the first line that was not taken begins.
    start: usize,
    /// Up to where no line end was found.
    searched: usize,
    ended: bool,
    /// Lines taken so far.
    taken: u64,
    hasher: Option<Sha256>,
}

impl Lines {
    /// With `hashed`, [`Lines::hash`] tells the hash of the whole body at its end.
    pub(crate) fn new(stream: BodyDataStream, limits: BodyLimits, hashed: bool) -> Self {
        Lines {
            stream,
            limits,
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            ended: false,
            taken: 0,
            hasher: hashed.then(Sha256::new),
        }
    }

    /// The next line that is not blank, with its number from 1; `None` when more must be read
    /// first.
    pub(super) fn next(&mut self) -> Option<(u64, &[u8])> {
        let line = loop {
            let line = self.next_in_buffer()?;
            if !is_blank(&self.buffer[line.clone()]) {
                break line;
            }
        };
        Some((self.taken, &self.buffer[line]))
    }

    /// The first line that is not blank; a body has one at least.
    pub(super) async fn first(&mut self) -> Result<(u64, &[u8])> {
        let line = loop {
            match self.next_in_buffer() {
                Some(line) if is_blank(&self.buffer[line.clone()]) => {}
                Some(line) => break line,
                None if self.fill().await? => {}
                None => {
                    let detail = "the body is empty; its first line must be the job";
                    return Err(Refusal::new(Code::NotJson, detail));
                }
            }
        };
        Ok((self.taken, &self.buffer[line]))
    }

    fn next_in_buffer(&mut self) -> Option<Range<usize>> {
        let found = memchr(b'\n', &self.buffer[self.searched..]);
        let line = match found {
            Some(at) => self.start..self.searched + at,
            None if self.ended && self.start < self.buffer.len() => self.start..self.buffer.len(),
            None => {
                self.searched = self.buffer.len();
                return None;
            }
        };
        self.start = (line.end + 1).min(self.buffer.len());
        self.searched = self.start;
        self.taken += 1;
        Some(line)
    }

    /// Reads more of the body; false at its end.
    pub(super) async fn fill(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        if self.buffer.len() > self.limits.line {
            let message = format!(
                "line {} is longer than {} bytes",
                self.taken + 1,
                self.limits.line
            );
            return Err(Refusal::new(Code::BodyTooLarge, message));
        }
        match body::next_frame(&mut self.stream, self.limits.idle).await? {
            Some(frame) => {
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(&frame);
                }
                self.buffer.extend_from_slice(&frame);
            }
            None => self.ended = true,
        }
        Ok(true)
    }

    /// Reads the rest of the body and drops it.
    pub(crate) async fn skip(&mut self) -> Result<()> {
        while !self.ended {
            self.start = self.buffer.len();
            self.searched = self.start;
            self.fill().await?;
        }
        Ok(())
    }

    /// Hash of all that was read.
    pub(crate) fn hash(&self) -> Vec<u8> {
        let hasher = self.hasher.clone().unwrap_or_default();
        hasher.finalize().to_vec()
    }

    /// Lets a client that is still writing see the refusal.
    pub(crate) async fn linger(self) {
        body::linger(self.stream).await;
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}
