//! Taking in a duplicate of a job that waits: that one takes its params over.

use std::collections::HashSet;

use paceline_core::job::{JobKind, NewJob};
use paceline_core::lifecycle;
use paceline_core::store::Submitted;
use paceline_core::{JobId, JobState, Time};

use super::entry::Entry;
use super::error::{Error, Result};
use super::submit::{Arrivals, Source, row};
use super::wait_for::{self, Parents};
use super::{dependencies, ending, merge};
use crate::num::JobNum;
use crate::progress_row::Progress;
use crate::submit::line_place;

impl Arrivals {
    /// Takes in a duplicate of a job that waits, and lets that one take its params over.
    pub(crate) fn merge(
        &mut self,
        num: JobNum,
        job: &NewJob,
        options: &str,
        (survivor, parents): (JobNum, Option<&Parents>),
        source: Source<'_>,
        times: (Time, Time),
    ) -> Result<Submitted> {
        let now = times.1;
        let id = self.ties.duplicates.id(survivor);
        let id = id.ok_or_else(|| Error::corrupt("a duplicate has no id"))?;
        let kind = source.kind(job);
        self.changes.taken_over(survivor, kind, job.params.as_str());
        // What it was found by is no longer what it works out.
        self.changes.remembered(survivor, job.links.fingerprint());
        let (kind, progress) = self.work(survivor, job, source, now);
        let mut entry = self
            .entries
            .remove(&survivor)
            .ok_or_else(|| Error::corrupt("a duplicate is missing"))?;
        let changes = &mut self.changes;
        merge::take_over(changes, &mut entry, job, (kind, progress, options), now)?;
        if let Some(parents) = parents {
            let none = HashSet::new();
            let known = self.ties.parents_of.get(&survivor).unwrap_or(&none);
            wait_for::add_parents(changes, &mut entry, parents, known);
        }
        merge::tell_of(changes, &entry, job.id, now);
        dependencies::settle(changes, &mut entry, now)?;
        ending::end_if_empty(changes, &mut entry, now)?;
        self.ties.parents.taken_merged(job, (id, &entry));
        self.ties.duplicates.took_over(&entry);
        self.entries.insert(survivor, entry);
        self.place_merged(num, job, options, (kind, id), times)?;
        Ok(Submitted {
            id: job.id,
            state: JobState::Merged,
            merged_into: Some(id),
            cached_from: None,
        })
    }

    /// Writes the row of a duplicate that hands its work over.
    fn place_merged(
        &mut self,
        num: JobNum,
        job: &NewJob,
        options: &str,
        (kind, into): (JobKind, JobId),
        (created_at, now): (Time, Time),
    ) -> Result<()> {
        let progress =
            (kind != JobKind::Unit).then(|| Progress::new(num, job.options.workers, now));
        let mut entry = Entry::new(row(num, job, kind), progress);
        entry.job.run_at = job.run_at;
        entry.job.state = lifecycle::waiting_until(job.run_at, now);
        entry.job.place = line_place(job, created_at);
        self.submitted(&entry, job, now);
        merge::end_merged(&mut self.changes, &mut entry, into, now)?;
        self.insert_as_it_is(entry, job, options, (created_at, now));
        Ok(())
    }
}
