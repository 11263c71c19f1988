//! Nodes as all see them, asking one to take no more work, and how they were over time.

use paceline_core::event::EventKind;
use paceline_core::node::{NodeFacts, NodeSeen, NodeState};
use paceline_core::sample::SystemSample;
use paceline_core::store::NodeNews;
use paceline_core::{LeaseId, NodeId};

use crate::support::{Case, items, minutes, seconds};

impl Case {
    async fn nodes(&self) -> Vec<NodeSeen> {
        self.store.watch().nodes().await.expect("nodes are listed")
    }

    async fn own(&self) -> NodeSeen {
        let nodes = self.nodes().await.into_iter();
        let mut own = nodes.filter(|node| node.id == self.node());
        own.next().expect("the node is known")
    }

    async fn drain(&self, node: NodeId, drained: bool) -> bool {
        let watch = self.store.watch();
        let asked = watch.drain(node, drained, self.now()).await;
        asked.expect("a node is asked")
    }

    async fn samples(&self) -> Vec<SystemSample> {
        let since = self.now() - minutes(60);
        let samples = self.store.watch().samples(since).await;
        samples.expect("samples are read")
    }
}

async fn a_node_is_listed_as_it_registered_and_as_it_said(s: Case) {
    let began = s.now();
    s.advance(seconds(5));
    let own = s.own().await;
    let registered = (own.name.as_str(), own.pid, own.version.as_str());
    assert_eq!(registered, ("testing", 4711, "0.1.0"));
    assert_eq!((own.started_at, own.said_at), (began, None));
    let facts = NodeFacts {
        cpu: Some(0.5),
        gate: Some("gate: the load is 9.1, at most 3.0".to_owned()),
        ..NodeFacts::default()
    };
    let said = s.store.watch().say(s.node(), facts.clone(), s.now()).await;
    said.expect("said");
    let own = s.own().await;
    assert_eq!(
        (own.said_at, own.facts.as_ref()),
        (Some(s.now()), Some(&facts))
    );
    assert_eq!(own.state(s.now()), NodeState::Up);
}

async fn a_drained_node_hears_of_it_and_all_its_leases_are_called_back(s: Case) {
    s.start(items(4)).await;
    let held: Vec<LeaseId> = s.claim(2).await.iter().map(|lease| lease.id).collect();
    assert!(!held.is_empty());
    assert_eq!(s.lease_news(&held).await, NodeNews::default());

    assert!(s.drain(s.node(), true).await);
    assert!(s.own().await.is_drained);
    let news = s.lease_news(&held).await;
    assert_eq!((news.drained, &news.called_back), (true, &held));
    assert_eq!(news.gone, []);

    assert!(s.drain(s.node(), false).await);
    assert!(!s.own().await.is_drained);
    assert_eq!(s.lease_news(&held).await, NodeNews::default());
}

async fn draining_is_told_of_once_and_only_of_nodes_that_are_there(s: Case) {
    let before = s.last_event().await;
    assert!(s.drain(s.node(), true).await);
    assert!(s.drain(s.node(), true).await, "it is so already");
    assert!(s.drain(s.node(), false).await);
    let told = s.events_after(before).await;
    let kinds: Vec<EventKind> = told.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::NodeDrained, EventKind::NodeResumed]);
    let data: serde_json::Value = serde_json::from_str(told[0].data.as_str()).expect("it is JSON");
    assert_eq!(
        data,
        serde_json::json!({"node": s.node().0, "name": "testing"})
    );
    assert!(!s.drain(NodeId(i64::MAX), true).await, "no such node");
}

async fn a_new_start_of_a_node_is_not_drained(s: Case) {
    s.drain(s.node(), true).await;
    s.replace_node().await;
    assert!(!s.own().await.is_drained);
    assert!(!s.lease_news(&[]).await.drained);
}

async fn how_nodes_were_is_kept_in_order_until_it_is_forgotten(s: Case) {
    let sample = |node: i64, at| SystemSample {
        cpu: Some(0.25),
        load: None,
        memory_used: Some(u64::from(u32::MAX) * 8),
        pending: 7,
        running: 2,
        finished: 40,
        covers: seconds(10),
        ..SystemSample::new(NodeId(node), at, &NodeFacts::default())
    };
    let watch = s.store.watch();
    let begin = s.now();
    let all = [
        sample(1, begin - minutes(90)),
        sample(1, begin - minutes(30)),
        sample(2, begin - minutes(30)),
        sample(1, begin),
    ];
    for one in all.iter().rev() {
        watch.sample(one.clone()).await.expect("kept");
    }
    let mut read = s.samples().await;
    assert!(read.is_sorted_by_key(|sample| sample.at));
    read.sort_by_key(|sample| (sample.at, sample.node));
    assert_eq!(read, all[1..]);
    watch.forget_samples(begin).await.expect("forgotten");
    assert_eq!(s.samples().await, all[3..]);
}

store_tests!(
    a_node_is_listed_as_it_registered_and_as_it_said,
    a_drained_node_hears_of_it_and_all_its_leases_are_called_back,
    draining_is_told_of_once_and_only_of_nodes_that_are_there,
    a_new_start_of_a_node_is_not_drained,
    how_nodes_were_is_kept_in_order_until_it_is_forgotten,
);
