//! Limits: what they are, how much of each is used, and setting them.

use axum::Json;
use axum::extract::State;
use paceline_core::limits::{LimitName, RuleBook, Setting};
use paceline_core::scope::Kind;
use paceline_protocol::problem::{Code, FieldError};
use paceline_protocol::rest::{LimitSource, LimitView, LimitsRequest, ListView, ScopeUseView};

use crate::extract::JsonBody;
use crate::openapi::{Changing, Plain};
use crate::problem::{Refusal, Result};
use crate::state::AppState;

/// Of scopes of one kind, most that are shown.
const FULLEST: usize = 20;

/// Lists the limits with what they are now and how much of each is used.
#[utoipa::path(get, operation_id = "list_limits", path = "/limits", tag = "limits",
    responses((status = 200, description = "The limits", body = ListView<LimitView>), Plain))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<ListView<LimitView>>> {
    let book = state.engine.store().rule_book().await?;
    Ok(Json(ListView::whole(views(&book))))
}

/// Sets limits and gives up what was set. Takes effect on all nodes at once; jobs that run are
/// left to run.
#[utoipa::path(put, operation_id = "set_limits", path = "/limits", tag = "limits", request_body = LimitsRequest,
    responses((status = 200, description = "The limits", body = ListView<LimitView>), Changing))]
pub(crate) async fn set(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<LimitsRequest>,
) -> Result<Json<ListView<LimitView>>> {
    let changes = changes(&request)?;
    if !changes.is_empty() {
        state.engine.set_limits(changes).await?;
    }
    list(State(state)).await
}

type Changes = Vec<(LimitName, Setting)>;

fn changes(request: &LimitsRequest) -> Result<Changes> {
    let LimitsRequest { set, unset } = request;
    let mut changes = Vec::new();
    let mut wrong = Vec::new();
    let named = set.iter().map(|(name, most)| {
        let setting = Setting::from_number(*most);
        (format!("set.{name}"), name, setting)
    });
    let given_up = unset.iter().enumerate();
    let given_up = given_up.map(|(index, name)| (format!("unset[{index}]"), name, Setting::Unset));
    for (field, name, setting) in named.chain(given_up) {
        match name.parse::<LimitName>() {
            Err(error) => wrong.push(FieldError::new(field, error.to_string())),
            Ok(name) if changes.iter().any(|(known, _)| *known == name) => {
                wrong.push(FieldError::new(field, "it is set and unset at once"));
            }
            Ok(name) => changes.push((name, setting)),
        }
    }
    if wrong.is_empty() {
        Ok(changes)
    } else {
        Err(Refusal::fields(Code::InvalidField, wrong))
    }
}

/// Those that hold for many, said or not, then those of single scopes.
fn views(book: &RuleBook) -> Vec<LimitView> {
    let general = [LimitName::Jobs]
        .into_iter()
        .chain(Kind::ALL.iter().map(|&kind| LimitName::Each(kind)));
    let mut views: Vec<LimitView> = general.map(|name| view(book, &name)).collect();
    let limits = book.limits();
    let named = limits.named.iter();
    views.extend(named.map(|(scope, _)| view(book, &LimitName::Of(scope))));
    views
}

fn view(book: &RuleBook, name: &LimitName) -> LimitView {
    let limits = book.limits();
    let (most, running, fullest) = match name {
        LimitName::Jobs => (limits.jobs, Some(book.occupied.jobs), Vec::new()),
        LimitName::Each(kind) => (limits.each(*kind), None, fullest(book, *kind)),
        LimitName::Of(scope) => {
            let running = book.occupied.of(scope.kind, &scope.name);
            let most = limits.of(scope.kind, &scope.name);
            (most, Some(running), Vec::new())
        }
    };
    LimitView {
        most,
        running,
        fullest,
        source: source(book, name),
        name: name.to_string(),
    }
}

fn source(book: &RuleBook, name: &LimitName) -> LimitSource {
    if book.set.iter().any(|(known, _)| known == name) {
        return LimitSource::Set;
    }
    let configured = book.configured.settings();
    if configured.iter().any(|(known, _)| known == name) {
        LimitSource::Configured
    } else {
        LimitSource::Nobody
    }
}

fn fullest(book: &RuleBook, kind: Kind) -> Vec<ScopeUseView> {
    let of_kind = book.occupied.iter().filter(|(scope, _)| scope.kind == kind);
    let mut used: Vec<ScopeUseView> = of_kind
        .map(|(scope, running)| ScopeUseView {
            name: scope.name,
            running,
        })
        .collect();
    used.sort_by(|a, b| (b.running, &a.name).cmp(&(a.running, &b.name)));
    used.truncate(FULLEST);
    used
}
