//! Which jobs of the catalogue a list shows, and in what order.

use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use paceline_core::JobState;
use paceline_core::query::{Sort, SortKey};

use crate::catalogue::{Catalogue, Entry};
use crate::catalogue_match::{Fits, Matcher};
use crate::catalogue_rows::RowMatcher;
use crate::error::Result;

/// A place in a list: the value sorted by, then the number.
pub(crate) type Place = (i64, i64);

/// The place of a job, as an ascending number whatever the direction.
fn place(entry: &Entry, sort: Sort) -> Place {
    let value = match sort.key {
        SortKey::CreatedAt => entry.num,
        SortKey::StartedAt => entry.started_at,
        SortKey::FinishedAt => entry.finished_at,
        SortKey::Priority => i64::from(entry.priority),
        SortKey::Progress => i64::from(entry.progress),
        SortKey::State => rank(entry.state),
        SortKey::Duration => entry.duration(),
    };
    directed((value, entry.num), sort)
}

/// Turns a place round for a descending list, and back.
pub(crate) fn directed((value, num): Place, sort: Sort) -> Place {
    if sort.descending {
        (!value, !num)
    } else {
        (value, num)
    }
}

/// The place of a state's word among the words, by which lists are sorted.
pub(crate) fn rank(state: JobState) -> i64 {
    let before = JobState::ALL
        .iter()
        .filter(|other| other.as_str() < state.as_str());
    i64::try_from(before.count()).unwrap_or(i64::MAX)
}

/// Where a list goes on, and how far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) sort: Sort,
    pub(crate) after: Option<Place>,
    pub(crate) most: usize,
}

/// The first jobs of a window that fulfil the filter.
pub(crate) fn first(
    catalogue: &Catalogue,
    (matcher, mut rows): (&Matcher<'_>, RowMatcher<'_>),
    window: Window,
) -> Result<Vec<Place>> {
    let Window { sort, after, most } = window;
    let mut after = after.map(|place| directed(place, sort));
    let mut chosen = Vec::new();
    // Where rows must be looked at many may be needed for a few that fit.
    let mut wanted = most * matcher.candidates_for_one();
    loop {
        let candidates = smallest(catalogue, matcher, sort, after, wanted);
        let last = candidates.last().map(|candidate| candidate.0);
        let more = candidates.len() == wanted;
        for (place, fits) in candidates {
            let place = directed(place, sort);
            if fits == Fits::Yes || rows.fits(place.1)? {
                chosen.push(place);
            }
            if chosen.len() == most {
                return Ok(chosen);
            }
        }
        if !more {
            return Ok(chosen);
        }
        // Few of those that might fit did: look at more at a time.
        after = last;
        wanted *= 4;
    }
}

/// The `most` first jobs after a place that fulfil the filter or may do so, in order. Places are
/// directed.
pub(crate) fn smallest(
    catalogue: &Catalogue,
    matcher: &Matcher<'_>,
    sort: Sort,
    after: Option<Place>,
    most: usize,
) -> Vec<(Place, Fits)> {
    let mut best = Best {
        heap: BinaryHeap::with_capacity(most + 1),
        most,
        by_number: sort.key == SortKey::CreatedAt,
    };
    let offer = |entry: &Entry| {
        let fits = matcher.fits(entry);
        if fits != Fits::No {
            let place = place(entry, sort);
            if after.is_none_or(|after| place > after) {
                return best.offer(place, fits);
            }
        }
        ControlFlow::Continue(())
    };
    // From the end that comes first in the list: then few later ones are better than what is held.
    let _ = if sort.descending {
        catalogue.entries().rev().try_for_each(offer)
    } else {
        catalogue.entries().try_for_each(offer)
    };
    best.heap.into_sorted_vec()
}

/// The best of what was offered so far.
struct Best {
    heap: BinaryHeap<(Place, Fits)>,
    most: usize,
    /// What is offered comes in the order of the list.
    by_number: bool,
}

impl Best {
    /// Breaks when nothing better can come.
    fn offer(&mut self, place: Place, fits: Fits) -> ControlFlow<()> {
        if self.heap.len() < self.most {
            self.heap.push((place, fits));
            return ControlFlow::Continue(());
        }
        if self.by_number {
            return ControlFlow::Break(());
        }
        if let Some(mut worst) = self.heap.peek_mut()
            && place < worst.0
        {
            *worst = (place, fits);
        }
        ControlFlow::Continue(())
    }
}

/// How many jobs fulfil the filter, counted up to one more than `cap`.
pub(crate) fn count(
    catalogue: &Catalogue,
    (matcher, mut rows): (&Matcher<'_>, RowMatcher<'_>),
    cap: u64,
) -> Result<u64> {
    if let Some(found) = matcher.text.filter(|found| !found.is_all()) {
        // The finds at hand may be enough already.
        let among = |entry: &Entry| found.has(entry.num);
        let counted = count_among(catalogue, &mut rows, matcher, among, cap)?;
        if counted > cap {
            return Ok(counted);
        }
    }
    count_among(catalogue, &mut rows, matcher, |_| true, cap)
}

fn count_among(
    catalogue: &Catalogue,
    rows: &mut RowMatcher<'_>,
    matcher: &Matcher<'_>,
    among: impl Fn(&Entry) -> bool,
    cap: u64,
) -> Result<u64> {
    let mut counted = 0;
    for entry in catalogue.entries().filter(|entry| among(entry)) {
        let fits = match matcher.fits(entry) {
            Fits::No => false,
            Fits::Yes => true,
            Fits::Perhaps => rows.fits(entry.num)?,
        };
        counted += u64::from(fits);
        if counted > cap {
            break;
        }
    }
    Ok(counted)
}
