//! Gathers lines into pieces worth a system call.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::Piece;

const PIECE: usize = 1 << 16;

/// The receiver went away: the request has ended, and its answer says why.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) struct Sink {
    pieces: mpsc::Sender<Piece>,
    buffer: BytesMut,
    lines: u64,
}

impl Sink {
    /// A sink whose first line is `head`.
    pub(super) fn new(pieces: mpsc::Sender<Piece>, head: &str) -> Self {
        let mut buffer = BytesMut::with_capacity(PIECE * 2);
        buffer.extend_from_slice(head.as_bytes());
        buffer.extend_from_slice(b"\n");
        Sink {
            pieces,
            buffer,
            lines: 0,
        }
    }

    /// Appends one line, made of `parts`.
    pub(super) fn line(&mut self, parts: &[&[u8]]) -> Result<(), Gone> {
        for part in parts {
            self.buffer.extend_from_slice(part);
        }
        self.buffer.extend_from_slice(b"\n");
        self.lines += 1;
        if self.buffer.len() >= PIECE {
            let piece = std::mem::replace(&mut self.buffer, BytesMut::with_capacity(PIECE * 2));
            return self.push(piece.freeze());
        }
        Ok(())
    }

    fn push(&self, piece: Bytes) -> Result<(), Gone> {
        self.pieces.blocking_send(Ok(piece)).map_err(|_| Gone)
    }

    /// Sends what is left; returns how many lines there were after the head.
    pub(super) fn finish(mut self) -> u64 {
        let rest = std::mem::take(&mut self.buffer).freeze();
        // An ended request tells by its answer, not here.
        let _ = self.push(rest);
        self.lines
    }

    /// Breaks the request off, so that the node forgets it.
    pub(super) fn abort(self) {
        let broken = io::Error::new(io::ErrorKind::InvalidData, "the items could not be read");
        let _ = self.pieces.blocking_send(Err(broken));
    }
}
