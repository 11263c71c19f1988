//! All routes in one place, and what goes around every one of them.

use axum::Router;

use axum::http::{HeaderValue, Method, Request, Uri, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use paceline_protocol::problem::Code;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Refusal, panicked};
use crate::routes::{
    batches, bulk, control, counts, errors, events, health, items, jobs, limits, log, metrics,
    nodes, notify, queues, results, schedules, short_paths, socket, status, submit, system_samples,
    task_history, tasks, templates,
};
use crate::state::AppState;
use crate::{dashboard, guard, openapi, serve};

/// The whole API, ready to be served or called by tests.
pub fn router(state: AppState) -> Router {
    let (api, _) = routes().split_for_parts();
    api.merge(openapi::routes(&state))
        .fallback(dashboard::serve)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotLive)))
        .layer(from_fn_with_state(state.clone(), serve::cut_off))
        .layer(from_fn_with_state(state.clone(), guard::guard))
        .layer(from_fn(own_headers))
        .layer(from_fn_with_state(state.clone(), crate::metrics::observe))
        .with_state(state)
}

/// The routes with their part of the API document.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::skeleton())
        .merge(system_routes())
        .merge(short_path_routes())
        .nest(
            "/api/v1",
            job_routes()
                .merge(reading_routes())
                .merge(limit_routes())
                .merge(kept_routes())
                .merge(notify_routes()),
        )
}

fn job_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(jobs::list, submit::submit))
        .routes(routes!(counts::counts))
        .routes(routes!(jobs::show, control::patch, control::delete))
        .routes(routes!(jobs::wait))
        .routes(routes!(jobs::samples))
        .routes(routes!(jobs::graph))
        .routes(routes!(submit::bulk))
        .routes(routes!(control::cancel))
        .routes(routes!(control::pause))
        .routes(routes!(control::resume))
        .routes(routes!(control::retry))
        .routes(routes!(control::restart))
        .routes(routes!(bulk::actions))
        .routes(routes!(bulk::clear_completed))
        .routes(routes!(bulk::reset))
}

fn reading_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(items::list))
        .routes(routes!(items::show))
        .routes(routes!(errors::errors))
        .routes(routes!(results::results))
        .routes(routes!(log::log))
        .routes(routes!(events::timeline))
        .routes(routes!(events::stream))
        .routes(routes!(socket::open))
        .routes(routes!(tasks::list))
        .routes(routes!(tasks::show))
        .routes(routes!(task_history::show))
        .routes(routes!(status::status))
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::workers))
        .routes(routes!(nodes::drain))
        .routes(routes!(nodes::resume))
        .routes(routes!(system_samples::list))
}

fn limit_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(limits::list, limits::set))
        .routes(routes!(queues::list))
        .routes(routes!(queues::show, queues::set))
        .routes(routes!(queues::pause))
        .routes(routes!(queues::resume))
        .routes(routes!(tasks::pause))
        .routes(routes!(tasks::resume))
        .routes(routes!(tasks::reset_breaker))
}

/// What belongs together, and what is kept to be run later or again.
fn kept_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(batches::list, batches::create))
        .routes(routes!(batches::show))
        .routes(routes!(batches::cancel))
        .routes(routes!(batches::pause))
        .routes(routes!(batches::resume))
        .routes(routes!(batches::retry))
        .routes(routes!(batches::restart))
        .routes(routes!(schedules::list, schedules::create))
        .routes(routes!(
            schedules::show,
            schedules::replace,
            schedules::delete
        ))
        .routes(routes!(schedules::pause))
        .routes(routes!(schedules::resume))
        .routes(routes!(schedules::run))
        .routes(routes!(templates::list, templates::create))
        .routes(routes!(
            templates::show,
            templates::replace,
            templates::delete
        ))
        .routes(routes!(templates::launch))
}

fn notify_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(notify::alerts))
        .routes(routes!(notify::notices))
        .routes(routes!(notify::read))
        .routes(routes!(notify::deliveries))
        .routes(routes!(notify::show_preferences, notify::set_preferences))
}

fn system_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
}

fn short_path_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(short_paths::status))
        .routes(routes!(short_paths::cancel))
        .routes(routes!(short_paths::pause))
        .routes(routes!(short_paths::resume))
        .routes(routes!(short_paths::clear_completed))
        .routes(routes!(short_paths::reset))
}

async fn method_not_allowed(method: Method, uri: Uri) -> Refusal {
    let detail = format!(
        "`{}` does not take {method}; the Allow header names what it takes",
        uri.path()
    );
    Refusal::new(Code::MethodNotAllowed, detail)
}

/// Marks an answer whose pieces must be seen as they come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live;

/// A compressor holds small pieces back until it has enough of them.
#[derive(Clone, Copy, Debug)]
struct NotLive;

impl Predicate for NotLive {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        response.extensions().get::<Live>().is_none()
    }
}

/// Answers are of this moment and of this type: neither is to be kept or guessed at.
async fn own_headers(request: Request<axum::body::Body>, next: axum::middleware::Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
