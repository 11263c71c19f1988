//! The API document: what the routes do not say of themselves, and the pages that show it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use paceline_protocol::problem::{Code, Problem};
use utoipa::openapi::response::{Response as ApiResponse, ResponseBuilder};
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{Components, Content, OpenApi as Document, Ref, RefOr, Schema};
use utoipa::{IntoResponses, OpenApi};

use crate::problem::Refusal;
use crate::state::AppState;

const DOCUMENT: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Paceline",
        description = "Background jobs and batches: submit long work, run it in chunks on warm workers, watch it live.\n\nErrors are RFC 9457 problems (`application/problem+json`) with a stable `code`. Unknown fields and parameters are refused. Lists are paged by `cursor`.",
    ),
    components(schemas(Problem)),
    tags(
        (name = "jobs", description = "Submit, look, control"),
        (name = "items", description = "Items, results, failures, logs of a job"),
        (name = "events", description = "Everything that happens, live"),
        (name = "batches", description = "Jobs that belong together"),
        (name = "schedules", description = "Jobs that are submitted by themselves"),
        (name = "templates", description = "Submissions that are kept to be launched again"),
        (name = "tasks", description = "What workers declare"),
        (name = "limits", description = "Limits, queues, and what is paused"),
        (name = "notifications", description = "Who is told of what"),
        (name = "system", description = "What is going on"),
        (name = "short paths", description = "For dashboards that poll the old addresses"),
    ),
)]
struct Api;

/// What the document says before any route is added.
pub(crate) fn skeleton() -> Document {
    Api::openapi()
}

/// The complete document of this version of the API.
pub fn document(version: &str) -> Document {
    let (_, mut document) = crate::router::routes().split_for_parts();
    version.clone_into(&mut document.info.version);
    if let Some(components) = &mut document.components {
        name_elements(components);
    }
    document
}

/// Lists are generic, so they come with their elements spelled out; they shall name them instead.
fn name_elements(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        let element = name.strip_prefix("List_").map(Ref::from_schema_name);
        let (Some(element), RefOr::T(Schema::Object(list))) = (element, schema) else {
            continue;
        };
        let elements = list.properties.get_mut("items");
        if let Some(RefOr::T(Schema::Array(elements))) = elements {
            elements.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(element)));
        }
    }
}

/// Serves the document and, without any outside request, the page that shows it.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    // Made when it is first asked for: a node has better to do while it starts.
    let version = state.options.version.clone();
    let text = LazyLock::new(move || document(&version).to_json().unwrap_or_default());
    let text = Arc::new(text);
    // Seen from the page, so that both may be below a path that a proxy puts before them.
    let config = Arc::new(utoipa_swagger_ui::Config::from("../openapi.json"));
    let page = move |path: Option<Path<String>>| {
        let config = Arc::clone(&config);
        std::future::ready(page(path.as_ref().map_or("", |path| path.as_str()), config))
    };
    Router::new()
        .route(
            DOCUMENT,
            get(move || {
                let json = [(header::CONTENT_TYPE, "application/json")];
                std::future::ready((json, (**text).clone()))
            }),
        )
        .route("/api/docs", get(|| async { Redirect::permanent("docs/") }))
        .route("/api/docs/", get(page.clone()))
        .route("/api/docs/{*file}", get(page))
}

fn page(path: &str, config: Arc<utoipa_swagger_ui::Config<'static>>) -> Response {
    match utoipa_swagger_ui::serve(path, config) {
        Ok(Some(file)) => {
            // Without a charset browsers misread the bundle where the page names none.
            let kind = match file.content_type.as_str() {
                kind if kind.starts_with("text/") => format!("{kind}; charset=utf-8"),
                kind => kind.to_owned(),
            };
            let bytes = file.bytes.into_owned();
            let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
            if file.gzpipped {
                // The binary holds it compressed, and every browser takes it so.
                let gzip = HeaderValue::from_static("gzip");
                response
                    .headers_mut()
                    .insert(header::CONTENT_ENCODING, gzip);
            }
            response
        }
        Ok(None) => {
            let detail = format!("the API page has no file `{path}`");
            Refusal::new(Code::NoSuchRoute, detail).into_response()
        }
        Err(error) => Refusal::new(Code::Internal, error.to_string()).into_response(),
    }
}

/// The problems with these statuses, each with the codes that it may carry.
fn problems(statuses: &[u16]) -> BTreeMap<String, RefOr<ApiResponse>> {
    statuses
        .iter()
        .map(|&status| (status.to_string(), RefOr::T(problem_response(status))))
        .collect()
}

fn problem_response(status: u16) -> ApiResponse {
    let codes: Vec<_> = Code::ALL
        .iter()
        .filter(|code| code.status() == status)
        .map(|code| format!("`{code}`"))
        .collect();
    let content = Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"))));
    ResponseBuilder::new()
        .description(format!("Problem; codes: {}", codes.join(", ")))
        .content("application/problem+json", content)
        .build()
}

macro_rules! problem_sets {
    ($($(#[$doc:meta])* $name:ident = [$($status:literal),+];)+) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;
            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
                    problems(&[$($status),+])
                }
            }
        )+
    };
}

problem_sets! {
    /// Of any reading route.
    Reading = [400, 403, 422, 500, 503];
    /// Of reading something of one job.
    ReadingJob = [400, 403, 404, 409, 422, 500, 503];
    /// Of reading the results of one job.
    ReadingResults = [400, 403, 404, 409, 410, 422, 500, 503];
    /// Of routes that take no parameters.
    Plain = [400, 403, 500, 503];
    /// Of reading one named thing.
    ReadingNamed = [400, 403, 404, 500, 503];
    /// Of reading what the query asks for of one named thing.
    AskingNamed = [400, 403, 404, 422, 500, 503];
    /// Of changing something that has no name.
    Changing = [400, 403, 408, 413, 415, 422, 500, 503];
    /// Of making something with a name.
    Creating = [400, 403, 408, 409, 413, 415, 422, 500, 503];
    /// Of changing one named thing.
    ChangingNamed = [400, 403, 404, 408, 409, 413, 415, 422, 500, 503];
    /// Of submitting.
    Submitting = [400, 403, 408, 409, 413, 415, 422, 500, 503];
    /// Of changing one job.
    ChangingJob = [400, 403, 404, 408, 409, 413, 415, 422, 500, 503];
    /// Of changing many jobs.
    ChangingJobs = [400, 403, 404, 408, 409, 413, 415, 422, 500, 503];
}
