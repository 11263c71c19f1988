//! All nodes and their workers, as each last said of itself; draining a node.

use axum::Json;
use axum::extract::State;
use paceline_core::node::NodeSeen;
use paceline_core::{NodeId, Time};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{ClusterNodeView, ListView, NodeWorkerView, WorkerView};
use paceline_protocol::units::WireTime;

use crate::extract::NamePath;
use crate::openapi::{ChangingNamed, Plain};
use crate::problem::{Refusal, Result};
use crate::state::AppState;

/// Lists all nodes, the oldest first; those that fell silent too, until they are forgotten.
#[utoipa::path(get, operation_id = "list_nodes", path = "/nodes", tag = "system",
    responses((status = 200, description = "The nodes", body = ListView<ClusterNodeView>), Plain))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<ListView<ClusterNodeView>>> {
    let nodes = nodes(&state).await?.into_iter();
    let views = nodes.map(|node| view(&state, node)).collect();
    Ok(Json(ListView::whole(views)))
}

/// Lists the workers of all nodes that run.
#[utoipa::path(get, operation_id = "list_workers", path = "/workers", tag = "system",
    responses((status = 200, description = "The workers", body = ListView<NodeWorkerView>), Plain))]
pub(crate) async fn workers(
    State(state): State<AppState>,
) -> Result<Json<ListView<NodeWorkerView>>> {
    let now = state.engine.now();
    let mut views = Vec::new();
    for node in nodes(&state).await? {
        if node.until < now {
            continue;
        }
        let workers = node.facts.into_iter().flat_map(|facts| facts.workers);
        views.extend(workers.map(|worker| NodeWorkerView {
            node: node.id.0,
            node_name: node.name.clone(),
            seen_at: node.said_at.map(WireTime),
            worker: WorkerView::from(worker),
        }));
    }
    Ok(Json(ListView::whole(views)))
}

/// Asks a node to take no more work.
///
/// It hears of that within a few seconds, finishes the chunks that its workers are at and gives back
/// the others that it has. It stays so until it is resumed, or started again.
#[utoipa::path(post, operation_id = "drain_node", path = "/nodes/{name}/drain", tag = "system",
    params(("name" = String, Path, description = "Number of the node, or its name if no other has it")),
    responses((status = 200, description = "The node", body = ClusterNodeView), ChangingNamed))]
pub(crate) async fn drain(
    State(state): State<AppState>,
    NamePath(name): NamePath,
) -> Result<Json<ClusterNodeView>> {
    set_drained(&state, &name, true).await
}

/// Lets a drained node take work again.
#[utoipa::path(post, operation_id = "resume_node", path = "/nodes/{name}/resume", tag = "system",
    params(("name" = String, Path, description = "Number of the node, or its name if no other has it")),
    responses((status = 200, description = "The node", body = ClusterNodeView), ChangingNamed))]
pub(crate) async fn resume(
    State(state): State<AppState>,
    NamePath(name): NamePath,
) -> Result<Json<ClusterNodeView>> {
    set_drained(&state, &name, false).await
}

async fn set_drained(state: &AppState, name: &str, drained: bool) -> Result<Json<ClusterNodeView>> {
    let now = state.engine.now();
    let id = find(nodes(state).await?, name, now)?.id;
    if !state.engine.drain(id, drained).await? {
        return Err(no_such_node(name, &[]));
    }
    let node = find(nodes(state).await?, &id.0.to_string(), now)?;
    Ok(Json(view(state, node)))
}

fn view(state: &AppState, node: NodeSeen) -> ClusterNodeView {
    let answers = node.id == state.engine.node();
    ClusterNodeView::new(node, answers, state.engine.now())
}

/// All nodes; of this one its workers and its gate are as they are now.
async fn nodes(state: &AppState) -> Result<Vec<NodeSeen>> {
    let mut nodes = state.engine.store().watch().nodes().await?;
    let own = nodes.iter_mut().find(|node| node.id == state.engine.node());
    if let Some(own) = own {
        let facts = own.facts.get_or_insert_default();
        facts.workers = state.workers();
        facts.gate = state.engine.machine_gate();
        facts.is_drained = state.engine.is_drained();
        own.said_at = Some(state.engine.now());
    }
    Ok(nodes)
}

/// The node with a number, or the one with a name that lives.
fn find(nodes: Vec<NodeSeen>, name: &str, now: Time) -> Result<NodeSeen> {
    let number = name.parse().ok().map(NodeId);
    if let Some(node) = nodes.iter().find(|node| Some(node.id) == number) {
        return Ok(node.clone());
    }
    let known: Vec<String> = nodes.iter().map(describe).collect();
    let is_meant = |node: &NodeSeen| node.name == name && node.until >= now;
    let mut meant: Vec<NodeSeen> = nodes.into_iter().filter(is_meant).collect();
    if meant.len() > 1 {
        let of: Vec<String> = meant.iter().map(describe).collect();
        let detail = format!(
            "several nodes are `{name}`: {}; give its number",
            of.join(", ")
        );
        return Err(Refusal::new(Code::AmbiguousId, detail));
    }
    meant.pop().ok_or_else(|| no_such_node(name, &known))
}

fn describe(node: &NodeSeen) -> String {
    format!("{} ({})", node.id.0, node.name)
}

fn no_such_node(name: &str, known: &[String]) -> Refusal {
    let detail = match known {
        [] => format!("no node `{name}`; it has ended"),
        known => format!("no node `{name}`; known: {}", known.join(", ")),
    };
    Refusal::new(Code::NoSuchNode, detail)
}
