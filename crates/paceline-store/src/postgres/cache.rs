//! Results that are used again: finding the jobs that answer submissions, and taking answers in.

use std::collections::HashMap;

use paceline_core::Time;
use paceline_core::cache::{Earlier, Fingerprint};
use paceline_core::event::EventKind;
use paceline_core::job::{JobKind, NewJob};
use paceline_core::lifecycle::Event;
use paceline_core::progress::Counters;
use paceline_core::store::Submitted;

use super::changes::{Changes, Rows};
use super::entry::Entry;
use super::error::{Error, Result};
use super::row::{Columns, invalid};
use super::session::{Answers, Batch, values};
use super::submit::{Arrivals, row};
use crate::cache::{MOST, Source};
use crate::events::Data;
use crate::num::JobNum;
use crate::progress_row::Progress;
use crate::submit::line_place;

/// Jobs that may answer, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Known(HashMap<Fingerprint, Vec<(Source, Earlier)>>);

/// Asks for the jobs that may answer; nothing if no submission wants that.
pub(crate) fn add<'a>(
    batch: &mut Batch<'_>,
    jobs: impl Iterator<Item = &'a NewJob>,
) -> Option<usize> {
    // Whether they are recent enough is judged later.
    const FIND: &str = "SELECT j.num, j.id, j.kind, j.state, j.finished_at, j.total,
            j.succeeded, j.failed, j.skipped, j.cancelled, j.running, n.fingerprint,
            j.expired
        FROM unnest($1::bytea[]) AS n (fingerprint), LATERAL (
            SELECT j.num, j.id, j.kind, j.state, j.finished_at, p.total, p.succeeded, p.failed,
                p.skipped, p.cancelled, p.running, j.results_expired IS NOT NULL AS expired
            FROM jobs j LEFT JOIN progress p ON p.job = j.num AND j.kind <> 'unit'
            WHERE j.fingerprint = n.fingerprint AND j.fingerprint IS NOT NULL
                AND j.finished_at IS NOT NULL
            ORDER BY j.finished_at DESC LIMIT $2) j";
    let asked = jobs.filter_map(|job| job.links.caching);
    let asked = asked.filter(|caching| caching.max_age.is_some());
    let mut wanted: Vec<Vec<u8>> = asked
        .map(|caching| caching.fingerprint.0.to_vec())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    (!wanted.is_empty()).then(|| batch.add(FIND, values![wanted, i64::from(MOST)]))
}

impl Known {
    pub(crate) fn read(answers: &mut Answers, place: Option<usize>) -> Result<Self> {
        let mut known = Known::default();
        for row in place.map_or_else(Vec::new, |place| answers.take(place)) {
            let counters = match row.maybe_count(5)? {
                None => None,
                Some(total) => Some(Counters {
                    total,
                    succeeded: row.count(6)?,
                    failed: row.count(7)?,
                    skipped: row.count(8)?,
                    cancelled: row.count(9)?,
                    running: row.count(10)?,
                }),
            };
            let source = Source {
                num: row.num(0)?,
                id: row.job_id(1)?,
                kind: row.kind(2)?,
                counters,
            };
            let earlier = Earlier {
                state: row.word(3)?,
                finished_at: row.maybe_time(4)?,
                counters,
                expired: row.value(12)?,
            };
            let bytes: &[u8] = row.value(11)?;
            let fingerprint = bytes.try_into().map_err(|error| invalid(11, error))?;
            let known = known.0.entry(Fingerprint(fingerprint)).or_default();
            known.push((source, earlier));
        }
        Ok(known)
    }

    /// The job that answers, if there is one.
    pub(crate) fn find(&self, job: &NewJob, now: Time) -> Option<Source> {
        let asked = job.links.answerable(job.run_at, now)?;
        let known = self.0.get(&asked.fingerprint)?;
        let mut answers = known
            .iter()
            .filter(|(_, earlier)| asked.answered_by(earlier, now));
        answers.next().map(|(source, _)| *source)
    }
}

impl Arrivals {
    /// Takes in a job that another one answers: it is completed at once.
    pub(crate) fn answer(
        &mut self,
        num: JobNum,
        job: &NewJob,
        options: &str,
        source: Source,
        (created_at, now): (Time, Time),
    ) -> Result<Submitted> {
        let progress = source.counters.map(|counters| Progress {
            counters,
            ..Progress::new(num, job.options.workers, now)
        });
        let has_items = source.kind != JobKind::Unit;
        if has_items != progress.is_some() {
            return Err(Error::corrupt("a job that answers has lost its counters"));
        }
        let mut entry = Entry::new(row(num, job, source.kind), progress);
        entry.job.place = line_place(job, created_at);
        self.submitted(&entry, job, now);
        entry.must_step(&mut self.changes, Event::Succeed, now)?;
        entry.job.finished_at = Some(now);
        self.changes.cached.push((num.0, source.num.0));
        let data = Data {
            cached_from: Some(source.id.to_string()),
            ..entry.data()
        };
        self.changes
            .tell(EventKind::Completed, &entry.job, &data, now);
        self.ties.parents.taken(job, &entry);
        let state = entry.job.state;
        self.insert_as_it_is(entry, job, options, (created_at, now));
        Ok(Submitted {
            id: job.id,
            state,
            merged_into: None,
            cached_from: Some(source.id),
        })
    }
}

/// Writes whose result answers whom, and by what jobs are found; the rows of jobs are written.
pub(crate) fn rows(batch: &mut Batch<'_>, changes: &mut Changes) {
    const SHARE: &str = "UPDATE jobs j SET cached_from = s.id, result = s.result
        FROM unnest($1::bigint[], $2::bigint[]) AS n (num, source)
        JOIN jobs s ON s.num = n.source WHERE j.num = n.num";
    const REMEMBER: &str = "UPDATE jobs j SET fingerprint = n.fingerprint
        FROM unnest($1::bigint[], $2::bytea[]) AS n (num, fingerprint) WHERE j.num = n.num";
    let (jobs, sources): (Vec<i64>, Vec<i64>) =
        std::mem::take(&mut changes.cached).into_iter().unzip();
    if !jobs.is_empty() {
        batch.add(SHARE, values![jobs, sources]);
    }
    let fingerprints = changes.fingerprint_rows();
    if !fingerprints.is_empty() {
        batch.add(REMEMBER, fingerprints.into_values());
    }
}
