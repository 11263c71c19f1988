//! Schedules: keeping them, and running them by hand.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use paceline_core::ScheduleId;
use paceline_core::event::EventKind;
use paceline_core::schedule::Schedule;
use paceline_engine::{NotMade, RunError};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{JobView, ListView, ScheduleRequest, ScheduleView};

use crate::body;
use crate::extract::{IdPath, JsonBody, read_json};
use crate::idempotency::Answer;
use crate::once::once;
use crate::openapi::{ChangingNamed, Creating, Plain, ReadingNamed};
use crate::problem::{Refusal, Result};
use crate::routes::submit::{answer, created};
use crate::scheduling::{Wanted, view};
use crate::state::AppState;
use crate::submission;

/// How often a change is tried again because a run came in between.
const TRIES: u32 = 10;

/// Lists the schedules by name.
#[utoipa::path(get, operation_id = "list_schedules", path = "/schedules", tag = "schedules",
    responses((status = 200, description = "The schedules", body = ListView<ScheduleView>), Plain))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<ListView<ScheduleView>>> {
    let schedules = state.engine.store().schedules().await?;
    Ok(Json(ListView::whole(
        schedules.into_iter().map(view).collect(),
    )))
}

/// Makes a schedule.
#[utoipa::path(post, operation_id = "create_schedule", path = "/schedules", tag = "schedules", request_body = ScheduleRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    responses((status = 201, description = "The schedule", body = ScheduleView), Creating))]
pub(crate) async fn create(State(state): State<AppState>, request: Request) -> Result<Response> {
    let (headers, text) = read_json(&state, request).await?;
    let request: ScheduleRequest = body::json(&text)?;
    let work = async {
        let wanted = Wanted::read(&state, request).await?;
        let now = state.engine.now();
        let id = ScheduleId::new(now, state.engine.random_bytes());
        let schedule = wanted.new_schedule(id, now)?;
        state
            .engine
            .store()
            .add_schedule(schedule.clone(), now)
            .await?;
        state.engine.schedules_changed();
        Ok(Answer {
            status: 201,
            job: None,
            body: body::to_json(&view(schedule))?,
        })
    };
    let done = once(&state, &headers, "POST /schedules", &text, work).await?;
    Ok(answer(done))
}

/// Shows a schedule.
#[utoipa::path(get, operation_id = "show_schedule", path = "/schedules/{id}", tag = "schedules",
    params(("id" = String, Path, description = "Id or name of the schedule")),
    responses((status = 200, description = "The schedule", body = ScheduleView), ReadingNamed))]
pub(crate) async fn show(
    State(state): State<AppState>,
    IdPath(named): IdPath,
) -> Result<Json<ScheduleView>> {
    Ok(Json(view(find(&state, &named).await?)))
}

/// Replaces what a schedule says. Its past stays.
#[utoipa::path(put, operation_id = "replace_schedule", path = "/schedules/{id}", tag = "schedules", request_body = ScheduleRequest,
    params(("id" = String, Path, description = "Id or name of the schedule")),
    responses((status = 200, description = "The schedule", body = ScheduleView), ChangingNamed))]
pub(crate) async fn replace(
    State(state): State<AppState>,
    IdPath(named): IdPath,
    JsonBody(request): JsonBody<ScheduleRequest>,
) -> Result<Json<ScheduleView>> {
    let read = request.version;
    let before = find(&state, &named).await?;
    let wanted = Wanted::read(&state, request).await?;
    let id = before.id.to_string();
    change(&state, &id, EventKind::ScheduleChanged, |before| {
        if read.is_some_and(|version| version != before.version) {
            return Err(Refusal::outdated("schedule", before.version));
        }
        wanted.over(before, state.engine.now())
    })
    .await
}

/// Deletes a schedule. Its jobs stay.
#[utoipa::path(delete, operation_id = "delete_schedule", path = "/schedules/{id}", tag = "schedules",
    params(("id" = String, Path, description = "Id or name of the schedule")),
    responses((status = 204, description = "Deleted"), ReadingNamed))]
pub(crate) async fn delete(
    State(state): State<AppState>,
    IdPath(named): IdPath,
) -> Result<StatusCode> {
    let schedule = find(&state, &named).await?;
    let now = state.engine.now();
    state
        .engine
        .store()
        .remove_schedule(schedule.id, now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Holds a schedule: it runs no more until it is resumed, and what passes meanwhile is not missed.
#[utoipa::path(post, operation_id = "pause_schedule", path = "/schedules/{id}/pause", tag = "schedules",
    params(("id" = String, Path, description = "Id or name of the schedule")),
    responses((status = 200, description = "The schedule", body = ScheduleView), ReadingNamed))]
pub(crate) async fn pause(
    State(state): State<AppState>,
    IdPath(named): IdPath,
) -> Result<Json<ScheduleView>> {
    let pause = |before: Schedule| Ok(before.pause());
    change(&state, &named, EventKind::SchedulePaused, pause).await
}

/// Lets a paused schedule run again, from now on.
#[utoipa::path(post, operation_id = "resume_schedule", path = "/schedules/{id}/resume", tag = "schedules",
    params(("id" = String, Path, description = "Id or name of the schedule")),
    responses((status = 200, description = "The schedule", body = ScheduleView), ReadingNamed))]
pub(crate) async fn resume(
    State(state): State<AppState>,
    IdPath(named): IdPath,
) -> Result<Json<ScheduleView>> {
    let now = state.engine.now();
    let resume = |before: Schedule| {
        if !before.paused {
            return Ok(before);
        }
        let resumed = before.resume(now);
        resumed.map_err(|error| Refusal::new(Code::Internal, error.to_string()))
    };
    change(&state, &named, EventKind::ScheduleResumed, resume).await
}

/// Runs a schedule now, whether it is paused or a job of it is unfinished; its next run stays.
#[utoipa::path(post, operation_id = "run_schedule", path = "/schedules/{id}/run", tag = "schedules",
    params(("id" = String, Path, description = "Id or name of the schedule")),
    responses((status = 201, description = "The job", body = JobView,
        headers(("Location" = String, description = "Address of the job"))),
        (status = 200, description = "The job, which another one does (`merged_into`) or has done (`cached_from`)", body = JobView,
        headers(("Location" = String, description = "Address of the job"))), ChangingNamed))]
pub(crate) async fn run(State(state): State<AppState>, IdPath(named): IdPath) -> Result<Response> {
    for _ in 0..TRIES {
        let schedule = find(&state, &named).await?;
        let fired = state.engine.run_schedule(schedule).await;
        let fired = fired.map_err(|error| match error {
            RunError::Store(error) => error.into(),
            RunError::NotMade(NotMade::NotYet(why)) => {
                Refusal::new(Code::Starting, why).retry_after(1)
            }
            RunError::NotMade(NotMade::Never(why)) => {
                Refusal::field(Code::InvalidField, "template", why)
            }
        })?;
        if let Some(&job) = fired.jobs.first() {
            let done = submission::fired(&state, job).await?;
            return created(&state, done, None).await;
        }
    }
    Err(busy())
}

/// Reads, changes and writes; once more when somebody else was faster.
async fn change(
    state: &AppState,
    named: &str,
    kind: EventKind,
    how: impl Fn(Schedule) -> Result<Schedule>,
) -> Result<Json<ScheduleView>> {
    for _ in 0..TRIES {
        let before = find(state, named).await?;
        let id = before.id.to_string();
        let changed = how(before.clone())?;
        if changed == before {
            return Ok(Json(view(before)));
        }
        let now = state.engine.now();
        let store = state.engine.store();
        if store.change_schedule(changed, kind, now).await? {
            state.engine.schedules_changed();
            return Ok(Json(view(find(state, &id).await?)));
        }
    }
    Err(busy())
}

fn busy() -> Refusal {
    let detail = "the schedule runs all the time; try again";
    Refusal::new(Code::StoreUnavailable, detail).retry_after(1)
}

async fn find(state: &AppState, named: &str) -> Result<Schedule> {
    let found = state.engine.store().schedule(named).await?;
    found.ok_or_else(|| {
        let detail = format!("there is no schedule `{named}`; GET /api/v1/schedules lists them");
        Refusal::new(Code::NoSuchSchedule, detail)
    })
}
