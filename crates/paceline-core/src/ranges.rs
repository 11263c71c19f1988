//! Sets of item positions as sorted, disjoint, inclusive ranges.
//!
//! The work of a job that is neither leased nor done is such a set, so a million untouched items
//! cost one row. Written as people write it: `0-49,77,90-92`.

use std::fmt;
use std::str::FromStr;

use crate::id::Seq;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    pub fn new() -> Self {
        Ranges::default()
    }

    /// All positions below `count`.
    pub fn first(count: u32) -> Self {
        Ranges(if count == 0 {
            vec![]
        } else {
            vec![(0, count - 1)]
        })
    }

    /// From positions in any order.
    pub fn from_seqs(seqs: impl IntoIterator<Item = Seq>) -> Self {
        let mut sorted: Vec<u32> = seqs.into_iter().map(|seq| seq.0).collect();
        sorted.sort_unstable();
        let mut ranges = Ranges::new();
        for seq in sorted {
            match ranges.0.last_mut() {
                Some((_, last)) if seq <= *last => {}
                Some((_, last)) if seq == *last + 1 => *last = seq,
                _ => ranges.0.push((seq, seq)),
            }
        }
        ranges
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> u32 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    pub fn contains(&self, seq: Seq) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= seq.0);
        after > 0 && seq.0 <= self.0[after - 1].1
    }

    /// The inclusive ranges, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Seq, Seq)> + '_ {
        self.0.iter().map(|&(first, last)| (Seq(first), Seq(last)))
    }

    pub fn seqs(&self) -> impl Iterator<Item = Seq> + '_ {
        self.0
            .iter()
            .flat_map(|&(first, last)| (first..=last).map(Seq))
    }

    /// Takes one position out; false when it was not in.
    pub fn remove(&mut self, seq: Seq) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= seq.0);
        if after == 0 || self.0[after - 1].1 < seq.0 {
            return false;
        }
        let (first, last) = self.0[after - 1];
        let left = (first < seq.0).then(|| (first, seq.0 - 1));
        let right = (seq.0 < last).then(|| (seq.0 + 1, last));
        self.0
            .splice(after - 1..after, left.into_iter().chain(right));
        true
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if first == last {
                write!(f, "{first}")?;
            } else {
                write!(f, "{first}-{last}")?;
            }
        }
        Ok(())
    }
}

/// The text is no set of ranges.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a list of ranges such as 0-49,77")]
pub struct InvalidRanges(String);

impl FromStr for Ranges {
    type Err = InvalidRanges;
    fn from_str(text: &str) -> Result<Self, InvalidRanges> {
        let invalid = || InvalidRanges(text.to_owned());
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first = first.parse().map_err(|_| invalid())?;
            let last = last.parse().map_err(|_| invalid())?;
            if first > last || ranges.last().is_some_and(|&(_, end)| first <= end) {
                return Err(invalid());
            }
            ranges.push((first, last));
        }
        Ok(Ranges(ranges))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_a_set(seqs in prop::collection::btree_set(0u32..200, 0..100), out in prop::collection::vec(0u32..200, 0..50)) {
            let mut ranges = Ranges::from_seqs(seqs.iter().copied().map(Seq));
            let mut model: BTreeSet<u32> = seqs;
            for seq in out {
                prop_assert_eq!(ranges.remove(Seq(seq)), model.remove(&seq));
            }
            prop_assert_eq!(ranges.seqs().map(|seq| seq.0).collect::<Vec<_>>(), model.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(ranges.len() as usize, model.len());
            for seq in 0..200 {
                prop_assert_eq!(ranges.contains(Seq(seq)), model.contains(&seq));
            }
            prop_assert_eq!(ranges.to_string().parse::<Ranges>().expect("own text"), ranges);
        }
    }

    #[test]
    fn reads_as_people_write() {
        assert_eq!(
            Ranges::from_seqs([0, 1, 2, 77, 90, 91].map(Seq)).to_string(),
            "0-2,77,90-91"
        );
        assert!("5-3".parse::<Ranges>().is_err());
        assert!("1-4,3".parse::<Ranges>().is_err());
    }
}
