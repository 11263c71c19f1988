//! Whether a job of the catalogue fulfils a filter, as far as the catalogue can tell.

use paceline_core::query::JobFilter;
use paceline_core::{JobState, Time};

use crate::catalogue::{Catalogue, Entry, WordId, Words, hash};
use crate::search_found::{Found, Held};
use crate::text::Labels;

/// Whether a job fulfils a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fits {
    No,
    Yes,
    /// Only its row can tell.
    Perhaps,
}

impl Fits {
    fn and(self, other: Fits) -> Fits {
        match (self, other) {
            (Fits::No, _) | (_, Fits::No) => Fits::No,
            (Fits::Yes, Fits::Yes) => Fits::Yes,
            (Fits::Perhaps | Fits::Yes, Fits::Perhaps | Fits::Yes) => Fits::Perhaps,
        }
    }

    fn when(condition: bool) -> Fits {
        if condition { Fits::Yes } else { Fits::No }
    }
}

/// A condition on a column of words.
enum Wanted {
    Any,
    /// One of these; and if there were too many words to number, perhaps one of the others.
    Of(Vec<WordId>),
}

impl Wanted {
    fn word(words: &Words, word: Option<&String>) -> Self {
        word.map_or(Wanted::Any, |word| {
            Wanted::Of(words.find(word).into_iter().collect())
        })
    }

    /// Sets of labels that hold all of these.
    fn labels(words: &Words, wanted: &[(String, String)]) -> Self {
        if wanted.is_empty() {
            return Wanted::Any;
        }
        Wanted::Of(words.which(|text| {
            let labels: Labels = serde_json::from_str(text).unwrap_or(Labels(Vec::new()));
            wanted.iter().all(|label| labels.0.contains(label))
        }))
    }

    fn fits(&self, word: WordId) -> Fits {
        match self {
            Wanted::Any => Fits::Yes,
            Wanted::Of(_) if word == WordId::SOME => Fits::Perhaps,
            Wanted::Of(words) => Fits::when(words.contains(&word)),
        }
    }
}

/// A filter in the catalogue's numbers.
pub(crate) struct Matcher<'a> {
    states: Vec<JobState>,
    task: Wanted,
    queue: Wanted,
    user: Wanted,
    batch: Wanted,
    labels: Wanted,
    key: Option<u32>,
    created_after: Option<Time>,
    created_before: Option<Time>,
    pub(crate) text: Option<&'a Found>,
}

impl<'a> Matcher<'a> {
    /// `found` is where the filter's text was found, if it has one.
    pub(crate) fn new(catalogue: &Catalogue, filter: &JobFilter, found: Option<&'a Found>) -> Self {
        let JobFilter {
            states,
            task,
            queue,
            user,
            key,
            batch,
            labels,
            text: _,
            created_after,
            created_before,
        } = filter;
        Matcher {
            states: states.clone(),
            task: Wanted::word(&catalogue.tasks, task.as_ref()),
            queue: Wanted::word(&catalogue.queues, queue.as_ref()),
            user: Wanted::word(&catalogue.users, user.as_ref()),
            batch: Wanted::word(&catalogue.batches, batch.as_ref()),
            labels: Wanted::labels(&catalogue.labels, labels),
            key: key.as_deref().map(hash),
            created_after: *created_after,
            created_before: *created_before,
            text: found,
        }
    }

    /// How many jobs that fit or may fit to look at for one that does.
    pub(crate) fn candidates_for_one(&self) -> usize {
        match self.text {
            Some(found) if found.is_all() => 2,
            Some(_) => 16,
            None if self.key.is_some() => 16,
            None => 1,
        }
    }

    pub(crate) fn fits(&self, entry: &Entry) -> Fits {
        let plain = (self.states.is_empty() || self.states.contains(&entry.state))
            && self.created_after.is_none_or(|time| entry.created() > time)
            && self
                .created_before
                .is_none_or(|time| entry.created() < time);
        if !plain {
            return Fits::No;
        }
        let key = match self.key {
            None => Fits::Yes,
            Some(key) if key == entry.key => Fits::Perhaps,
            Some(_) => Fits::No,
        };
        let text = match self.text {
            None => Fits::Yes,
            Some(found) => match found.held(entry.num) {
                Held::Yes => Fits::Yes,
                Held::No => Fits::No,
                Held::Unknown => Fits::Perhaps,
            },
        };
        self.task
            .fits(entry.task)
            .and(self.user.fits(entry.user))
            .and(self.queue.fits(entry.queue))
            .and(self.batch.fits(entry.batch))
            .and(self.labels.fits(entry.labels))
            .and(key)
            .and(text)
    }
}
