//! What is known of where a text is: by the index, and by rows that were looked at.

use std::sync::atomic::{AtomicU64, Ordering};

/// With more finds than this they are not all taken down: then so many jobs hold the text that
/// looking at rows in the order of the list soon comes upon some.
const FINDS: usize = 200_000;
const WORD: usize = 64;

/// Whether a job holds a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    No,
    Yes,
    Unknown,
}

/// Where a text is, among the jobs that the index knew when it was asked. Readers share it and add
/// what they learn from rows.
#[derive(Debug)]
pub(crate) struct Found {
    /// Jobs that probably hold it.
    finds: Bits,
    count: usize,
    /// Whether these are all that can hold it.
    all: bool,
    known: i64,
    yes: Bits,
    no: Bits,
}

impl Found {
    /// Nothing is known of any job.
    pub(crate) fn nothing() -> Self {
        Found {
            finds: Bits::default(),
            count: 0,
            all: true,
            known: 0,
            yes: Bits::default(),
            no: Bits::default(),
        }
    }

    /// A copy, to go on from.
    pub(crate) fn copy(&self) -> Self {
        Found {
            finds: self.finds.copy(),
            count: self.count,
            all: self.all,
            known: self.known,
            yes: self.yes.copy(),
            no: self.no.copy(),
        }
    }

    /// The newest job that this tells of.
    pub(crate) fn known(&self) -> i64 {
        self.known
    }

    /// How many more finds are taken down.
    pub(crate) fn room(&self) -> usize {
        if self.all {
            FINDS - self.count.min(FINDS)
        } else {
            0
        }
    }

    /// Takes down finds up to the job `known`, and whether these are all.
    pub(crate) fn take(&mut self, finds: &[i64], all: bool, known: i64) {
        for bits in [&mut self.finds, &mut self.yes, &mut self.no] {
            bits.grow(known);
        }
        for find in finds.iter().filter(|find| **find <= known) {
            self.finds.set(*find);
        }
        self.count += finds.len();
        self.all &= all;
        self.known = known;
    }

    /// Whether no other jobs than the finds can hold it.
    pub(crate) fn is_all(&self) -> bool {
        self.all
    }

    /// Whether the job is among the finds.
    pub(crate) fn has(&self, num: i64) -> bool {
        self.finds.has(num)
    }

    pub(crate) fn held(&self, num: i64) -> Held {
        if num > self.known {
            Held::Unknown
        } else if self.all && !self.finds.has(num) || self.no.has(num) {
            Held::No
        } else if self.yes.has(num) {
            Held::Yes
        } else {
            Held::Unknown
        }
    }

    /// Takes down what a row told.
    pub(crate) fn learn(&self, num: i64, held: bool) {
        if num <= self.known {
            if held { &self.yes } else { &self.no }.set(num);
        }
    }
}

/// A set of job numbers, a bit for each.
#[derive(Debug, Default)]
struct Bits(Vec<AtomicU64>);

impl Bits {
    /// Makes room for numbers up to `last`.
    fn grow(&mut self, last: i64) {
        let words = usize::try_from(last).unwrap_or(0) / WORD + 1;
        self.0
            .resize_with(words.max(self.0.len()), AtomicU64::default);
    }

    fn place(&self, num: i64) -> Option<(&AtomicU64, u64)> {
        let num = usize::try_from(num).ok()?;
        Some((self.0.get(num / WORD)?, 1 << (num % WORD)))
    }

    // Each bit stands for itself: no other memory hangs on its order.
    fn set(&self, num: i64) {
        if let Some((word, bit)) = self.place(num) {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    fn has(&self, num: i64) -> bool {
        let place = self.place(num);
        place.is_some_and(|(word, bit)| word.load(Ordering::Relaxed) & bit != 0)
    }

    fn copy(&self) -> Self {
        let words = self.0.iter().map(|word| word.load(Ordering::Relaxed));
        Bits(words.map(AtomicU64::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_index_does_not_find_is_not_there() {
        let mut found = Found::nothing();
        found.take(&[3, 70], true, 100);
        let held = [3, 4, 70, 100, 101].map(|num| found.held(num));
        assert_eq!(
            held,
            [
                Held::Unknown,
                Held::No,
                Held::Unknown,
                Held::No,
                Held::Unknown
            ]
        );
    }

    #[test]
    fn what_rows_told_is_remembered_as_far_as_the_index_goes() {
        let mut found = Found::nothing();
        found.take(&[3, 70], true, 100);
        found.learn(3, true);
        found.learn(70, false);
        found.learn(101, true);
        assert_eq!(
            [3, 70, 101].map(|num| found.held(num)),
            [Held::Yes, Held::No, Held::Unknown]
        );
        let mut more = found.copy();
        more.take(&[101], true, 200);
        assert_eq!(
            [3, 70, 101, 102].map(|num| more.held(num)),
            [Held::Yes, Held::No, Held::Unknown, Held::No]
        );
    }

    #[test]
    fn a_part_of_the_finds_rules_nothing_out() {
        let mut found = Found::nothing();
        found.take(&[1], false, 10);
        assert_eq!(found.held(2), Held::Unknown);
        assert_eq!(found.room(), 0);
        found.learn(2, false);
        assert_eq!(found.held(2), Held::No);
    }
}
