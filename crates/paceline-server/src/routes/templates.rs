//! Templates: keeping submissions, and launching them.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use paceline_core::TemplateId;
use paceline_core::template::Template;
use paceline_protocol::json::WireJson;
use paceline_protocol::rest::{JobView, ListView, TemplateRequest, TemplateView};
use paceline_protocol::units::WireTime;

use crate::extract::{IdPath, JsonBody, Query, WaitQuery, read_json, read_optional};
use crate::idempotency::{self, Answer};
use crate::once::once;
use crate::openapi::{ChangingNamed, Creating, Plain, ReadingNamed};
use crate::problem::{Refusal, Result};
use crate::routes::jobs::check_wait;
use crate::routes::submit::{answer, created};
use crate::scheduling::check_name;
use crate::state::AppState;
use crate::submission::{self, Shape};
use crate::{body, job_maker, overrides};

/// Lists the templates by name.
#[utoipa::path(get, operation_id = "list_templates", path = "/templates", tag = "templates",
    responses((status = 200, description = "The templates", body = ListView<TemplateView>), Plain))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<ListView<TemplateView>>> {
    let templates = state.engine.store().templates().await?;
    Ok(Json(ListView::whole(
        templates.into_iter().map(view).collect(),
    )))
}

/// Keeps a submission as a template.
#[utoipa::path(post, operation_id = "create_template", path = "/templates", tag = "templates", request_body = TemplateRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    responses((status = 201, description = "The template", body = TemplateView), Creating))]
pub(crate) async fn create(State(state): State<AppState>, request: Request) -> Result<Response> {
    let (headers, text) = read_json(&state, request).await?;
    let request: TemplateRequest = body::json(&text)?;
    let work = async {
        check(&request)?;
        let now = state.engine.now();
        let template = Template {
            id: TemplateId::new(now, state.engine.random_bytes()),
            name: request.name,
            job: request.job.0,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        state
            .engine
            .store()
            .add_template(template.clone(), now)
            .await?;
        Ok(Answer {
            status: 201,
            job: None,
            body: body::to_json(&view(template))?,
        })
    };
    let done = once(&state, &headers, "POST /templates", &text, work).await?;
    Ok(answer(done))
}

/// Shows a template.
#[utoipa::path(get, operation_id = "show_template", path = "/templates/{id}", tag = "templates",
    params(("id" = String, Path, description = "Id or name of the template")),
    responses((status = 200, description = "The template", body = TemplateView), ReadingNamed))]
pub(crate) async fn show(
    State(state): State<AppState>,
    IdPath(named): IdPath,
) -> Result<Json<TemplateView>> {
    Ok(Json(view(find(&state, &named).await?)))
}

/// Replaces a template. Jobs that it gave stay as they are.
#[utoipa::path(put, operation_id = "replace_template", path = "/templates/{id}", tag = "templates", request_body = TemplateRequest,
    params(("id" = String, Path, description = "Id or name of the template")),
    responses((status = 200, description = "The template", body = TemplateView), ChangingNamed))]
pub(crate) async fn replace(
    State(state): State<AppState>,
    IdPath(named): IdPath,
    JsonBody(request): JsonBody<TemplateRequest>,
) -> Result<Json<TemplateView>> {
    let before = find(&state, &named).await?;
    if request.version.is_some_and(|read| read != before.version) {
        return Err(Refusal::outdated("template", before.version));
    }
    check(&request)?;
    let (id, version, now) = (before.id, before.version, state.engine.now());
    let changed = Template {
        name: request.name,
        job: request.job.0,
        updated_at: now,
        ..before
    };
    if !state.engine.store().change_template(changed, now).await? {
        return Err(Refusal::outdated("template", version + 1));
    }
    Ok(Json(view(find(&state, &id.to_string()).await?)))
}

/// Deletes a template. Schedules that name it run into errors until there is one again.
#[utoipa::path(delete, operation_id = "delete_template", path = "/templates/{id}", tag = "templates",
    params(("id" = String, Path, description = "Id or name of the template")),
    responses((status = 204, description = "Deleted"), ReadingNamed))]
pub(crate) async fn delete(
    State(state): State<AppState>,
    IdPath(named): IdPath,
) -> Result<StatusCode> {
    let template = find(&state, &named).await?;
    let now = state.engine.now();
    state
        .engine
        .store()
        .remove_template(template.id, now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Submits the job of a template.
///
/// The body may hold any fields of a job, which go before those of the template; `params` and
/// `labels` are put together name by name.
#[utoipa::path(post, operation_id = "launch_template", path = "/templates/{id}/launch", tag = "templates",
    request_body(content = Option<serde_json::Value>, description = "Fields of a job"),
    params(("id" = String, Path, description = "Id or name of the template"), WaitQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    responses((status = 201, description = "The job", body = JobView,
        headers(("Location" = String, description = "Address of the job"))),
        (status = 200, description = "The job, which another one does (`merged_into`) or has done (`cached_from`)", body = JobView,
        headers(("Location" = String, description = "Address of the job"))), ChangingNamed))]
pub(crate) async fn launch(
    State(state): State<AppState>,
    IdPath(named): IdPath,
    Query(query): Query<WaitQuery>,
    request: Request,
) -> Result<Response> {
    if let Some(wait) = query.wait {
        check_wait("wait", wait)?;
    }
    let template = find(&state, &named).await?;
    let (headers, given) = read_optional(&state, request).await?;
    let text = overrides::over(&template.job, &given)?;
    let route = format!("POST /templates/{}/launch", template.id);
    let hold = idempotency::hold(&state, &headers, &route).await?;
    let done = submission::submit(&state, hold, text.into(), Shape::OneJob).await?;
    created(&state, done, query.wait).await
}

fn check(request: &TemplateRequest) -> Result<()> {
    check_name(&request.name)?;
    job_maker::check(&request.job.0).map_err(|refusal| refusal.within("job"))
}

fn view(template: Template) -> TemplateView {
    let Template {
        id,
        name,
        job,
        version,
        created_at,
        updated_at,
    } = template;
    TemplateView {
        id: id.to_string(),
        name,
        job: WireJson(job),
        version,
        created_at: WireTime(created_at),
        updated_at: WireTime(updated_at),
    }
}

async fn find(state: &AppState, named: &str) -> Result<Template> {
    let found = state.engine.store().template(named).await?;
    found.ok_or_else(|| Refusal::no_such_template(named))
}
