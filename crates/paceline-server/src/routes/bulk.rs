//! Acting on many jobs at once.

use axum::Json;
use axum::extract::State;
use paceline_core::JobState;
use paceline_core::query::{JobFilter, Selector};
use paceline_core::store::{Action, Controlled};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{
    ActionName, ActionsRequest, ConfirmRequest, ControlledView, RefusedView,
};
use paceline_protocol::words::WireJobId;

use crate::extract::{JsonBody, OptionalBody, job_id};
use crate::filter::job_filter;
use crate::openapi::{ChangingJobs, Plain};
use crate::problem::{Refusal, Result, refused_code};
use crate::routes::control::change;
use crate::state::AppState;

/// Does something to many jobs, those named or those that a filter matches.
#[utoipa::path(post, operation_id = "act_on_jobs", path = "/jobs/actions", tag = "jobs", request_body = ActionsRequest,
    responses((status = 200, description = "What was done", body = ControlledView), ChangingJobs))]
pub(crate) async fn actions(
    State(state): State<AppState>,
    JsonBody(mut request): JsonBody<ActionsRequest>,
) -> Result<Json<ControlledView>> {
    let dry_run = request.dry_run;
    let action = action(&mut request)?;
    let selector = selector(&state, request).await?;
    let controlled = state.engine.control(selector, action, dry_run).await?;
    Ok(Json(controlled_view(controlled)))
}

fn action(request: &mut ActionsRequest) -> Result<Action> {
    let change_given = request.change.take();
    let reason = request.reason.take();
    let name = request.action;
    if reason.is_some() && name != ActionName::Cancel {
        let message = "only cancel takes a reason";
        return Err(Refusal::field(Code::InvalidField, "reason", message));
    }
    if change_given.is_some() != (name == ActionName::Change) {
        let message = "give it with the action `change`, and only with that";
        return Err(Refusal::field(Code::InvalidField, "change", message));
    }
    Ok(match name {
        ActionName::Cancel => Action::Cancel { reason },
        ActionName::Pause => Action::Pause,
        ActionName::Resume => Action::Resume,
        ActionName::Retry => Action::Retry,
        ActionName::Restart => Action::Restart,
        ActionName::Delete => Action::Delete,
        ActionName::Change => Action::Change(change(change_given.unwrap_or_default())),
    })
}

async fn selector(state: &AppState, request: ActionsRequest) -> Result<Selector> {
    match (request.ids, request.filter) {
        (Some(ids), None) => {
            let most = state.options.limits.jobs;
            if ids.len() > most {
                let message = format!("{} ids; give at most {most}, or a filter", ids.len());
                return Err(Refusal::field(Code::TooMany, "ids", message));
            }
            let mut found = Vec::with_capacity(ids.len());
            for id in &ids {
                found.push(job_id(state, id).await?);
            }
            Ok(Selector::Ids(found))
        }
        (None, Some(filter)) => Ok(Selector::Filter(Box::new(job_filter(filter)?))),
        (None, None) | (Some(_), Some(_)) => {
            let message = "give either ids or a filter; the filter {} matches all jobs";
            Err(Refusal::field(Code::InvalidField, "ids", message))
        }
    }
}

/// Deletes all completed jobs.
#[utoipa::path(post, operation_id = "clear_completed_jobs", path = "/jobs/clear-completed", tag = "jobs",
    responses((status = 200, description = "What was done", body = ControlledView), Plain))]
pub(crate) async fn clear_completed(State(state): State<AppState>) -> Result<Json<ControlledView>> {
    on_states(&state, vec![JobState::Completed], Action::Delete).await
}

/// Cancels all that is unfinished.
#[utoipa::path(post, operation_id = "reset_jobs", path = "/jobs/reset", tag = "jobs", request_body = ConfirmRequest,
    responses((status = 200, description = "What was done", body = ControlledView), ChangingJobs))]
pub(crate) async fn reset(
    State(state): State<AppState>,
    OptionalBody(request): OptionalBody<ConfirmRequest>,
) -> Result<Json<ControlledView>> {
    if !request.confirm {
        let message = "this cancels every unfinished job: send {\"confirm\":true} to do it";
        return Err(Refusal::field(Code::NotConfirmed, "confirm", message));
    }
    let unfinished = JobState::ALL.iter().copied();
    let unfinished = unfinished.filter(|state| !state.is_terminal()).collect();
    let reason = Some("reset".to_owned());
    on_states(&state, unfinished, Action::Cancel { reason }).await
}

async fn on_states(
    state: &AppState,
    states: Vec<JobState>,
    action: Action,
) -> Result<Json<ControlledView>> {
    let filter = JobFilter {
        states,
        ..JobFilter::default()
    };
    let selector = Selector::Filter(Box::new(filter));
    let controlled = state.engine.control(selector, action, false).await?;
    Ok(Json(controlled_view(controlled)))
}

pub(crate) fn controlled_view(controlled: Controlled) -> ControlledView {
    let Controlled {
        matched,
        changed,
        refused,
        revoked: _,
    } = controlled;
    let refused = refused.into_iter().map(|(id, refusal)| {
        let (code, message) = refused_code(&refusal);
        RefusedView {
            id: WireJobId(id),
            code: code.as_str().to_owned(),
            message,
        }
    });
    ControlledView {
        matched,
        changed,
        refused: refused.collect(),
    }
}
