//! What this node has for its workers, and whether it takes more work.

use std::collections::BTreeMap;

use paceline_core::resources::Resources;
use paceline_protocol::rest::{AlertView, NodeView, ResourceView};

use crate::state::AppState;

pub(crate) fn node_status(state: &AppState) -> NodeView {
    let (has, used) = state.engine.resources();
    NodeView {
        gate: state.engine.gate(),
        resources: resources(&has, &used),
    }
}

/// What a person should look at.
pub(crate) fn node_alerts(state: &AppState, node: &NodeView) -> Vec<AlertView> {
    let gate = node.gate.as_ref().map(|gate| AlertView {
        code: "gate_shut".to_owned(),
        subject: String::new(),
        message: format!("this node takes no more work: {gate}"),
        since: None,
    });
    let never = state.engine.never_run().into_iter();
    let never = never.map(|(task, lack)| AlertView {
        code: "needs_too_much".to_owned(),
        message: format!("`{task}` cannot run here: {lack}"),
        subject: task,
        since: None,
    });
    gate.into_iter().chain(never).collect()
}

#[expect(clippy::cast_precision_loss, reason = "shown to people")]
fn resources(has: &Resources, used: &Resources) -> BTreeMap<String, ResourceView> {
    let mut views = BTreeMap::new();
    let mut show = |name: &str, has: u64, used: u64, unit: f64| {
        if has < u64::MAX {
            let view = ResourceView {
                has: has as f64 / unit,
                used: used as f64 / unit,
            };
            views.insert(name.to_owned(), view);
        }
    };
    show("cpus", has.milli_cpus, used.milli_cpus, 1000.0);
    show("memory", has.memory, used.memory, 1.0);
    for (name, count) in &has.named {
        let used = used.named.get(name).copied().unwrap_or(0);
        show(name, *count, used, 1.0);
    }
    views
}
