//! How nodes were over time: what each writes down now and then, and the lines that are drawn of it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::id::NodeId;
use crate::node::NodeFacts;
use crate::time::Time;
use crate::worker::WorkerStatus;

/// A node at one moment; what it could not find out is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemSample {
    pub node: NodeId,
    pub at: Time,
    /// Share of all cores that was busy, 0 to 1.
    pub cpu: Option<f64>,
    pub load: Option<f64>,
    pub memory_used: Option<u64>,
    pub memory_total: Option<u64>,
    pub disk_used: Option<u64>,
    pub disk_total: Option<u64>,
    /// Jobs of all nodes that wait, and that run.
    pub pending: u64,
    pub running: u64,
    /// Items that the node's workers finished since the sample before, and how long ago that was.
    pub finished: u64,
    pub covers: Duration,
}

impl SystemSample {
    pub fn new(node: NodeId, at: Time, facts: &NodeFacts) -> Self {
        let used = |total: Option<u64>, free: Option<u64>| Some(total?.saturating_sub(free?));
        SystemSample {
            node,
            at,
            cpu: facts.cpu,
            load: facts.load,
            memory_used: used(facts.memory_total, facts.memory_available),
            memory_total: facts.memory_total,
            disk_used: used(facts.disk_total, facts.disk_free),
            disk_total: facts.disk_total,
            pending: 0,
            running: 0,
            finished: 0,
            covers: Duration::ZERO,
        }
    }
}

/// How many items each worker had finished.
#[derive(Clone, Debug, Default)]
pub struct Finished(BTreeMap<String, u64>);

impl Finished {
    /// Items that were finished since the last call. A worker that has fewer than before began anew.
    pub fn since_last(&mut self, workers: &[WorkerStatus]) -> u64 {
        let mut now = BTreeMap::new();
        let mut finished = 0;
        for worker in workers {
            let before = self.0.get(&worker.name).copied().unwrap_or(0);
            let done = worker.items_done;
            finished += done.checked_sub(before).unwrap_or(done);
            now.insert(worker.name.clone(), done);
        }
        self.0 = now;
        finished
    }
}

/// All nodes together in a span of time: shares and loads are means, sizes and rates are sums.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemPoint {
    /// Where the span begins.
    pub at: Time,
    /// Nodes that said something in it.
    pub nodes: u32,
    pub cpu: Option<f64>,
    pub load: Option<f64>,
    pub memory_used: Option<f64>,
    pub memory_total: Option<f64>,
    pub disk_used: Option<f64>,
    pub disk_total: Option<f64>,
    pub pending: f64,
    pub running: f64,
    pub finished_per_second: f64,
}

/// One point for each span of `step` in which somebody said something, the oldest first.
pub fn line(samples: &[SystemSample], step: Duration) -> Vec<SystemPoint> {
    let step_micros = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
    let mut spans: BTreeMap<i64, BTreeMap<NodeId, Vec<&SystemSample>>> = BTreeMap::new();
    for sample in samples {
        let span = sample.at.as_micros().div_euclid(step_micros);
        let of_node = spans.entry(span).or_default().entry(sample.node);
        of_node.or_default().push(sample);
    }
    let point = |(span, nodes): (i64, BTreeMap<NodeId, Vec<&SystemSample>>)| {
        point(Time::from_micros(span.saturating_mul(step_micros)), &nodes)
    };
    spans.into_iter().map(point).collect()
}

fn point(at: Time, nodes: &BTreeMap<NodeId, Vec<&SystemSample>>) -> SystemPoint {
    let of_each = |value: &dyn Fn(&SystemSample) -> Option<f64>| -> Vec<f64> {
        let means = nodes.values().map(|samples| {
            let values: Vec<f64> = samples.iter().copied().filter_map(value).collect();
            mean(&values)
        });
        means.flatten().collect()
    };
    let sum = |value: &dyn Fn(&SystemSample) -> Option<u64>| {
        let values = of_each(&|sample| value(sample).map(number));
        (!values.is_empty()).then(|| values.iter().sum())
    };
    let all: Vec<&SystemSample> = nodes.values().flatten().copied().collect();
    let of_all = |value: &dyn Fn(&SystemSample) -> u64| {
        let values: Vec<f64> = all.iter().map(|sample| number(value(sample))).collect();
        mean(&values).unwrap_or(0.0)
    };
    SystemPoint {
        at,
        nodes: u32::try_from(nodes.len()).unwrap_or(u32::MAX),
        cpu: mean(&of_each(&|sample| sample.cpu)),
        load: mean(&of_each(&|sample| sample.load)),
        memory_used: sum(&|sample| sample.memory_used),
        memory_total: sum(&|sample| sample.memory_total),
        disk_used: sum(&|sample| sample.disk_used),
        disk_total: sum(&|sample| sample.disk_total),
        pending: of_all(&|sample| sample.pending),
        running: of_all(&|sample| sample.running),
        finished_per_second: nodes.values().map(|samples| rate(samples)).sum(),
    }
}

/// Items a second that a node finished.
fn rate(samples: &[&SystemSample]) -> f64 {
    let finished: u64 = samples.iter().map(|sample| sample.finished).sum();
    let time: Duration = samples.iter().map(|sample| sample.covers).sum();
    if time.is_zero() {
        return 0.0;
    }
    number(finished) / time.as_secs_f64()
}

fn mean(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    (!values.is_empty()).then(|| sum / number(values.len() as u64))
}

#[expect(clippy::cast_precision_loss, reason = "shown to people")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_secs(10);

    fn sample(node: i64, second: u64) -> SystemSample {
        SystemSample {
            memory_used: Some(100),
            ..SystemSample::new(
                NodeId(node),
                Time::EPOCH + Duration::from_secs(second),
                &NodeFacts::default(),
            )
        }
    }

    #[test]
    fn shares_are_means_and_sizes_are_sums_over_the_nodes() {
        let with = |node, second, cpu, finished| SystemSample {
            cpu: Some(cpu),
            finished,
            covers: Duration::from_secs(5),
            pending: 4,
            ..sample(node, second)
        };
        let samples = [
            with(1, 20, 0.2, 5),
            with(1, 25, 0.4, 5),
            with(2, 22, 0.9, 30),
        ];
        let points = line(&samples, STEP);
        assert_eq!(points.len(), 1);
        let point = &points[0];
        assert_eq!(point.at, Time::EPOCH + Duration::from_secs(20));
        assert_eq!((point.nodes, point.memory_used), (2, Some(200.0)));
        let cpu = point.cpu.expect("a share");
        assert!((cpu - 0.6).abs() < 1e-9, "{cpu}");
        assert!((point.finished_per_second - 7.0).abs() < 1e-9);
        assert!((point.pending - 4.0).abs() < 1e-9);
    }

    #[test]
    fn a_span_without_a_word_has_no_point() {
        let points = line(&[sample(1, 1), sample(1, 41)], STEP);
        let times: Vec<i64> = points.iter().map(|point| point.at.as_micros()).collect();
        assert_eq!(times, [0, 40_000_000]);
        assert_eq!(points[0].cpu, None, "what nobody said is not made up");
    }

    #[test]
    fn a_worker_that_began_anew_counts_from_nothing() {
        let worker = |index, items_done| WorkerStatus {
            items_done,
            ..WorkerStatus::starting("races", index, Time::EPOCH)
        };
        let mut finished = Finished::default();
        assert_eq!(finished.since_last(&[worker(0, 5), worker(1, 1)]), 6);
        assert_eq!(finished.since_last(&[worker(0, 9), worker(1, 1)]), 4);
        assert_eq!(finished.since_last(&[worker(0, 2)]), 2);
    }
}
