//! Carrying a submission out; with an idempotency key once, whatever breaks.

use bytes::Bytes;
use paceline_core::store::Submitted;
use paceline_core::{Job, JobId, JobState, NewJob};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{BulkAnswer, BulkRequest, JobRequest, SubmittedView};
use paceline_protocol::words::{WireJobId, WireJobState};

use crate::body;
use crate::convert::job_view;
use crate::idempotency::{self, Answer, Found, Hold, Ids, Reservation};
use crate::problem::{Refusal, Result};
use crate::settle::{Place, Settler};
use crate::state::AppState;
use crate::upload::{self, Lines, Upload};

/// What a JSON body holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    OneJob,
    ManyJobs,
}

/// Submits what the body holds, unless that was done under the same key.
pub(crate) async fn submit(
    state: &AppState,
    hold: Option<Hold>,
    text: Bytes,
    shape: Shape,
) -> Result<Answer> {
    let Some(hold) = hold else {
        let ids = Ids::Random(state.engine.clone());
        let jobs = shape.settle(state, &text, ids).await?;
        let submitted = state.engine.submit(jobs).await?;
        let answer = shape.answer(state, &submitted).await;
        return shape.whatever_happens(answer, &submitted);
    };
    detached(submit_held(state.clone(), hold, text, shape)).await
}

/// Runs to the end also when the caller goes away: until it is known what became of a submission,
/// its key must not be free.
async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| Err(Refusal::new(Code::Internal, error.to_string())))
}

async fn submit_held(state: AppState, hold: Hold, text: Bytes, shape: Shape) -> Result<Answer> {
    let hash = idempotency::hash_of(&text);
    let (reservation, jobs, repeated) = loop {
        let (reservation, repeated) = match hold.look_up(&state).await? {
            Found::Answered(known, _) | Found::Reserved(known, _) if known != hash => {
                return Err(idempotency::reused());
            }
            Found::Answered(_, answer) => return Ok(answer),
            Found::Reserved(_, reservation) => (reservation, true),
            Found::Nothing => (idempotency::new_reservation(&state.engine), false),
        };
        let jobs = shape.settle(&state, &text, reservation.ids()).await?;
        // Another node may have been quicker: then its reservation counts.
        if repeated || hold.reserve(&state, &hash, reservation).await? {
            break (reservation, jobs, repeated);
        }
    };
    let submitted = if repeated && is_there(&state, reservation.first()).await?.is_some() {
        states(&state, &jobs).await?
    } else {
        submit_reserved(&state, &hold, &hash, reservation, jobs).await?
    };
    let answer = shape.answer(&state, &submitted).await?;
    hold.answer(&state, &hash, answer.clone()).await?;
    Ok(answer)
}

async fn is_there(state: &AppState, id: JobId) -> Result<Option<Job>> {
    Ok(state.engine.store().job(id).await?)
}

/// How jobs that were submitted earlier are now; what was deleted since, as it was submitted.
async fn states(state: &AppState, jobs: &[NewJob]) -> Result<Vec<Submitted>> {
    let mut submitted = Vec::with_capacity(jobs.len());
    for job in jobs {
        let pending = paceline_core::lifecycle::waiting_until(job.run_at, state.engine.now());
        let now = is_there(state, job.id).await?;
        submitted.push(now.as_ref().map_or(
            Submitted {
                id: job.id,
                state: pending,
                merged_into: None,
                cached_from: None,
            },
            as_it_is,
        ));
    }
    Ok(submitted)
}

fn as_it_is(job: &Job) -> Submitted {
    Submitted {
        id: job.id,
        state: job.state,
        merged_into: job.links.merged_into,
        cached_from: job.links.cached_from,
    }
}

async fn submit_reserved(
    state: &AppState,
    hold: &Hold,
    hash: &[u8],
    reservation: Reservation,
    jobs: Vec<NewJob>,
) -> Result<Vec<Submitted>> {
    let count = jobs.len();
    let refusal = match state.engine.submit(jobs).await {
        Ok(submitted) => return Ok(submitted),
        Err(error) => Refusal::from(error),
    };
    // The same request on another node may have been quicker; then this one came twice, and what
    // it met is its own jobs.
    if let Some(submitted) = taken_elsewhere(state, reservation, count).await? {
        return Ok(submitted);
    }
    hold.forget_after(&refusal, state, hash, reservation).await;
    Err(refusal)
}

/// The jobs of a reservation, if all of them are there.
async fn taken_elsewhere(
    state: &AppState,
    reservation: Reservation,
    count: usize,
) -> Result<Option<Vec<Submitted>>> {
    let (mut ids, mut submitted) = (reservation.ids(), Vec::with_capacity(count));
    for _ in 0..count {
        match is_there(state, ids.next()).await? {
            Some(job) => submitted.push(as_it_is(&job)),
            None => return Ok(None),
        }
    }
    Ok(Some(submitted))
}

/// Submits a job with the items that follow it line by line.
pub(crate) async fn submit_stream(
    state: &AppState,
    hold: Option<Hold>,
    mut lines: Lines,
) -> Result<Answer> {
    let answer = match hold {
        Some(hold) => submit_held_lines(state, hold, &mut lines).await,
        None => submit_lines(state, &mut lines).await,
    };
    if answer.is_err() {
        lines.linger().await;
    }
    answer
}

async fn submit_lines(state: &AppState, lines: &mut Lines) -> Result<Answer> {
    let ids = Ids::Random(state.engine.clone());
    let submitted = receive(state, lines, ids).await?.finish().await?;
    let answer = one_answer(state, &submitted).await;
    Shape::OneJob.whatever_happens(answer, &[submitted])
}

async fn submit_held_lines(state: &AppState, hold: Hold, lines: &mut Lines) -> Result<Answer> {
    let (known, reservation) = match hold.look_up(state).await? {
        Found::Answered(known, answer) => {
            lines.skip().await?;
            let same = known == lines.hash();
            return if same {
                Ok(answer)
            } else {
                Err(idempotency::reused())
            };
        }
        Found::Reserved(known, reservation) => (Some(known), reservation),
        Found::Nothing => (None, idempotency::new_reservation(&state.engine)),
    };
    let upload = receive(state, lines, reservation.ids()).await?;
    let hash = lines.hash();
    if known.as_ref().is_some_and(|known| *known != hash) {
        upload.abort().await;
        return Err(idempotency::reused());
    }
    let state = state.clone();
    let repeated = known.is_some();
    detached(finish_held(
        state,
        hold,
        hash,
        reservation,
        upload,
        repeated,
    ))
    .await
}

async fn receive(state: &AppState, lines: &mut Lines, ids: Ids) -> Result<Upload> {
    let mut settler = Settler::new(state, ids).await?;
    upload::receive(state, lines, &mut settler).await
}

async fn finish_held(
    state: AppState,
    hold: Hold,
    hash: Vec<u8>,
    reservation: Reservation,
    upload: Upload,
    repeated: bool,
) -> Result<Answer> {
    if !repeated && !hold.reserve(&state, &hash, reservation).await? {
        upload.abort().await;
        return elsewhere(&state, &hold, &hash).await;
    }
    let earlier = if repeated {
        is_there(&state, reservation.first()).await?
    } else {
        None
    };
    let submitted = if let Some(job) = earlier {
        upload.abort().await;
        as_it_is(&job)
    } else {
        let finished = upload.finish().await;
        if let Err(refusal) = &finished {
            hold.forget_after(refusal, &state, &hash, reservation).await;
        }
        finished?
    };
    let answer = one_answer(&state, &submitted).await?;
    hold.answer(&state, &hash, answer.clone()).await?;
    Ok(answer)
}

/// The answer to a stream that another node took in at the same time, once it is known.
async fn elsewhere(state: &AppState, hold: &Hold, hash: &[u8]) -> Result<Answer> {
    match hold.look_up(state).await? {
        Found::Answered(known, _) | Found::Reserved(known, _) if known != hash => {
            Err(idempotency::reused())
        }
        Found::Answered(_, answer) => Ok(answer),
        Found::Reserved(..) | Found::Nothing => {
            let detail = "another node is taking in the same request; send it again to hear what \
                          came of it";
            Err(Refusal::new(Code::InProgress, detail).retry_after(1))
        }
    }
}

impl Shape {
    async fn settle(self, state: &AppState, text: &[u8], ids: Ids) -> Result<Vec<NewJob>> {
        match self {
            Shape::OneJob => {
                let request: JobRequest<'_> = body::json(text)?;
                let mut settler = Settler::new(state, ids).await?;
                settler.look_again([&*request.task]).await?;
                Ok(vec![settler.settle(request, Place::Body)?])
            }
            Shape::ManyJobs => {
                let request: BulkRequest<'_> = body::json(text)?;
                settle_many(state, request, ids).await
            }
        }
    }

    async fn answer(self, state: &AppState, submitted: &[Submitted]) -> Result<Answer> {
        match (self, submitted) {
            (Shape::OneJob, [one]) => one_answer(state, one).await,
            (Shape::OneJob, _) => Err(Refusal::new(Code::Internal, "the store took no job")),
            (Shape::ManyJobs, many) => many_answer(many),
        }
    }

    /// The answer, or a short one when the store cannot show just now what it has taken: who hears of
    /// a fault, and has no key to ask again with, would submit it all a second time.
    fn whatever_happens(self, answer: Result<Answer>, submitted: &[Submitted]) -> Result<Answer> {
        match (self, answer, submitted) {
            (Shape::OneJob, Err(refusal), [one]) if refusal.is_passing() => short_answer(one),
            (_, answer, _) => answer,
        }
    }
}

async fn settle_many(state: &AppState, request: BulkRequest<'_>, ids: Ids) -> Result<Vec<NewJob>> {
    let (count, most) = (request.jobs.len(), state.options.limits.jobs);
    if count > most {
        let message = format!("{count} jobs; give at most {most} at once");
        return Err(Refusal::field(Code::TooMany, "jobs", message));
    }
    let mut settler = Settler::new(state, ids).await?;
    settler
        .look_again(request.jobs.iter().map(|job| &*job.task))
        .await?;
    let jobs = request.jobs.into_iter().enumerate();
    jobs.map(|(index, job)| settler.settle(job, Place::OneOf(index)))
        .collect()
}

async fn one_answer(state: &AppState, submitted: &Submitted) -> Result<Answer> {
    let job = is_there(state, submitted.id).await?;
    let job = job.ok_or_else(|| Refusal::no_such_job(submitted.id))?;
    let view = job_view(state, job).await?;
    Ok(Answer {
        status: status_of(submitted.merged_into, submitted.cached_from),
        job: Some(submitted.id.to_string()),
        body: body::to_json(&view)?,
    })
}

/// The answer to a run of a schedule that gave a job.
pub(crate) async fn fired(state: &AppState, id: JobId) -> Result<Answer> {
    // How it is now is known when it can be shown.
    let submitted = Submitted {
        id,
        state: JobState::Pending,
        merged_into: None,
        cached_from: None,
    };
    let answer = match is_there(state, id).await {
        Ok(Some(job)) => one_answer(state, &as_it_is(&job)).await,
        Ok(None) => Err(Refusal::no_such_job(id)),
        Err(refusal) => Err(refusal),
    };
    Shape::OneJob.whatever_happens(answer, &[submitted])
}

fn short_answer(submitted: &Submitted) -> Result<Answer> {
    Ok(Answer {
        status: status_of(submitted.merged_into, submitted.cached_from),
        job: Some(submitted.id.to_string()),
        body: body::to_json(&submitted_view(submitted))?,
    })
}

/// Of a job that is merged or answered nothing comes to run that was not there.
pub(crate) const fn status_of(merged_into: Option<JobId>, cached_from: Option<JobId>) -> u16 {
    match (merged_into, cached_from) {
        (None, None) => 201,
        _ => 200,
    }
}

fn many_answer(submitted: &[Submitted]) -> Result<Answer> {
    let answer = BulkAnswer {
        jobs: submitted.iter().map(submitted_view).collect(),
    };
    Ok(Answer {
        status: 201,
        job: None,
        body: body::to_json(&answer)?,
    })
}

fn submitted_view(submitted: &Submitted) -> SubmittedView {
    SubmittedView {
        id: WireJobId(submitted.id),
        state: WireJobState(submitted.state),
        merged_into: submitted.merged_into.map(WireJobId),
        cached_from: submitted.cached_from.map(WireJobId),
    }
}
