//! What a person should look at: the rules that find it, and when an alert opens and closes.
//!
//! Every node finds alerts by the same facts, which come from the store; so it does not matter
//! which of them does, and an alert opens and closes once, whatever their number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::id::JobId;
use crate::node::{NodeFacts, NodeSeen, PoolFacts};
use crate::state::{UnknownWord, words};
use crate::time::Time;

words!(
    /// What is wrong.
    AlertCode, "alert", {
    /// Jobs could run, and nobody takes them.
    QueueStuck = "queue_stuck",
    /// The workers of a pool do not start.
    WorkersBroken = "workers_broken",
    /// A node was not heard of for too long and did not come back.
    NodeLost = "node_lost",
    LoadHigh = "load_high",
    MemoryLow = "memory_low",
    DiskLow = "disk_low",
    /// Too many jobs of a task fail.
    FailureRate = "failure_rate",
});

/// A job that could be worked on and is in nobody's hands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    pub task: String,
    pub job: JobId,
}

/// A job that ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub task: String,
    pub completed: bool,
}

/// Where alerts begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// How long a job may wait for workers that could take it.
    pub stuck_after: Duration,
    /// Load for each core, and for how long.
    pub load_per_core: f64,
    pub load_for: Duration,
    /// Shares of all memory and of the disk that must stay free.
    pub memory_free: f64,
    pub disk_free: f64,
    /// Share of the jobs of a task that may fail …
    pub failure_rate: f64,
    /// … of those that ended within this time …
    pub failure_window: Duration,
    /// … if so many did.
    pub failure_least: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            stuck_after: Duration::from_mins(5),
            load_per_core: 4.0,
            load_for: Duration::from_mins(5),
            memory_free: 0.05,
            disk_free: 0.05,
            failure_rate: 0.5,
            failure_window: Duration::from_mins(15),
            failure_least: 10,
        }
    }
}

/// Something that is wrong now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: AlertCode,
    /// What it is about: a task, a node, a pool of a node.
    pub subject: String,
    pub message: String,
    /// Two findings with different marks are not the same trouble going on.
    pub mark: String,
    /// How long it must go on before it is an alert.
    pub lasting: Duration,
}

/// An alert, or what may become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub code: AlertCode,
    pub subject: String,
    pub message: String,
    pub mark: String,
    /// When the trouble began.
    pub since: Time,
    /// When it became an alert.
    pub opened_at: Option<Time>,
}

/// What is wrong by these facts. `waiting` are jobs that nothing else holds back.
pub fn find(
    nodes: &[NodeSeen],
    waiting: &[Waiting],
    ended: &[Ended],
    thresholds: &Thresholds,
    now: Time,
) -> Vec<Finding> {
    let (living, gone): (Vec<&NodeSeen>, Vec<&NodeSeen>) =
        nodes.iter().partition(|node| node.until >= now);
    let mut findings = lost_nodes(&living, &gone);
    for node in &living {
        if let Some(facts) = &node.facts {
            findings.extend(broken_pools(&node.name, facts));
            findings.extend(machine(&node.name, facts, thresholds));
        }
    }
    findings.extend(stuck(&living, waiting, thresholds));
    findings.extend(failure_rates(ended, thresholds));
    findings.sort_by(|a, b| (a.code, &a.subject).cmp(&(b.code, &b.subject)));
    findings.dedup_by(|a, b| (a.code, &a.subject) == (b.code, &b.subject));
    findings
}

fn finding(code: AlertCode, subject: &str, message: String) -> Finding {
    Finding {
        code,
        subject: subject.to_owned(),
        message,
        mark: String::new(),
        lasting: Duration::ZERO,
    }
}

/// A node that came back under its name is not lost.
fn lost_nodes(living: &[&NodeSeen], gone: &[&NodeSeen]) -> Vec<Finding> {
    let lost = gone
        .iter()
        .filter(|node| !living.iter().any(|other| other.name == node.name));
    lost.map(|node| {
        let message = format!(
            "node `{}` was not heard of any more; its work went to others",
            node.name
        );
        finding(AlertCode::NodeLost, &node.name, message)
    })
    .collect()
}

fn broken_pools(node: &str, facts: &NodeFacts) -> Vec<Finding> {
    let broken = facts.pools().into_iter().filter(|pool| pool.broken > 0);
    broken
        .map(|pool| {
            let why = pool.error.as_deref().unwrap_or("no reason is known");
            let message = format!("workers of `{}` on `{node}` do not start: {why}", pool.name);
            let subject = format!("{node}/{}", pool.name);
            finding(AlertCode::WorkersBroken, &subject, message)
        })
        .collect()
}

fn machine(node: &str, facts: &NodeFacts, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let (Some(load), Some(cores)) = (facts.load, facts.cores)
        && load > thresholds.load_per_core * f64::from(cores.max(1))
    {
        let message = format!("node `{node}` has a load of {load:.1} on {cores} cores");
        findings.push(Finding {
            lasting: thresholds.load_for,
            ..finding(AlertCode::LoadHigh, node, message)
        });
    }
    let mut short_of = |code, what, free: Option<u64>, total: Option<u64>, least| {
        if let (Some(free), Some(total)) = (free, total)
            && share(free, total).is_some_and(|share| share < least)
        {
            let percent = share(free, total).unwrap_or(0.0) * 100.0;
            let message = format!("node `{node}` has {percent:.1} % of its {what} left");
            findings.push(finding(code, node, message));
        }
    };
    short_of(
        AlertCode::MemoryLow,
        "memory",
        facts.memory_available,
        facts.memory_total,
        thresholds.memory_free,
    );
    short_of(
        AlertCode::DiskLow,
        "disk",
        facts.disk_free,
        facts.disk_total,
        thresholds.disk_free,
    );
    findings
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no exact sizes")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Jobs wait that workers could take who do nothing, or that no worker runs at all. Where all who
/// run the task are busy or starting, a job only waits for its turn.
fn stuck(living: &[&NodeSeen], waiting: &[Waiting], thresholds: &Thresholds) -> Vec<Finding> {
    let mut first: BTreeMap<&str, &Waiting> = BTreeMap::new();
    for one in waiting {
        first.entry(&one.task).or_insert(one);
    }
    let found = first.into_iter().filter_map(|(task, job)| {
        // A pool that is still loading for the first time has not said what it runs.
        let could = |pool: &PoolFacts| {
            pool.tasks.is_empty() || pool.tasks.iter().any(|known| known == task)
        };
        let (mut idle, mut others) = (0, 0);
        for node in living {
            let facts = node.facts.iter();
            for pool in facts.flat_map(NodeFacts::pools).filter(could) {
                // Those of a drained node do nothing because somebody asked for it.
                let rests = if node.is_drained {
                    &mut others
                } else {
                    &mut idle
                };
                *rests += pool.idle;
                others += pool.busy + pool.starting;
            }
        }
        let message = match (idle, others) {
            (0, 0) => format!("jobs wait for `{task}`, which no worker runs"),
            (0, _) => return None,
            (idle, _) => format!(
                "jobs wait for `{task}` though {idle} of its workers {} nothing",
                if idle == 1 { "does" } else { "do" }
            ),
        };
        Some(Finding {
            mark: job.job.to_string(),
            lasting: thresholds.stuck_after,
            ..finding(AlertCode::QueueStuck, task, message)
        })
    });
    found.collect()
}

fn failure_rates(ended: &[Ended], thresholds: &Thresholds) -> Vec<Finding> {
    let mut by_task: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for one in ended {
        let (failed, all) = by_task.entry(&one.task).or_default();
        *failed += u32::from(!one.completed);
        *all += 1;
    }
    by_task
        .into_iter()
        .filter(|&(_, (failed, all))| {
            all >= thresholds.failure_least
                && f64::from(failed) >= thresholds.failure_rate * f64::from(all)
        })
        .map(|(task, (failed, all))| {
            let message = format!("{failed} of the last {all} jobs of `{task}` failed");
            finding(AlertCode::FailureRate, task, message)
        })
        .collect()
}

/// What becomes of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Keep this, in place of what is known of its code and subject.
    Keep(Alert),
    /// As well, and tell that it opened.
    Open(Alert),
    /// Forget it.
    Drop(Alert),
    /// As well, and tell that it closed.
    Close(Alert),
}

/// What becomes of the alerts that are `known` by what was found; nothing that stays as it is.
pub fn step(known: &[Alert], findings: &[Finding], now: Time) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut going_on = BTreeSet::new();
    for finding in findings {
        let before = known.iter().find(|alert| alert.is_of(finding));
        let same = before.filter(|alert| alert.mark == finding.mark);
        if let Some(other) = before
            && same.is_none()
            && other.opened_at.is_some()
        {
            changes.push(Change::Close(other.clone()));
        }
        going_on.insert((finding.code, finding.subject.as_str()));
        let since = same.map_or(now, |alert| alert.since);
        let was_open = same.and_then(|alert| alert.opened_at);
        let opens = was_open.is_none() && now.since(since) >= finding.lasting;
        let alert = Alert {
            code: finding.code,
            subject: finding.subject.clone(),
            message: finding.message.clone(),
            mark: finding.mark.clone(),
            since,
            opened_at: was_open.or(opens.then_some(now)),
        };
        if opens {
            changes.push(Change::Open(alert));
        } else if same != Some(&alert) {
            changes.push(Change::Keep(alert));
        }
    }
    for alert in known {
        if !going_on.contains(&(alert.code, alert.subject.as_str())) {
            changes.push(match alert.opened_at {
                Some(_) => Change::Close(alert.clone()),
                None => Change::Drop(alert.clone()),
            });
        }
    }
    changes
}

impl Alert {
    fn is_of(&self, finding: &Finding) -> bool {
        self.code == finding.code && self.subject == finding.subject
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::NodeId;
    use crate::worker::{WorkerState, WorkerStatus};

    const NOW: Time = Time::from_micros(1_000_000_000_000);
    const MINUTE: Duration = Duration::from_mins(1);

    fn node(name: &str, pools: &[PoolFacts]) -> NodeSeen {
        NodeSeen {
            id: NodeId(1),
            name: name.to_owned(),
            pid: 1,
            version: String::new(),
            started_at: NOW,
            until: NOW + MINUTE,
            is_drained: false,
            said_at: None,
            facts: Some(NodeFacts {
                workers: pools.iter().flat_map(workers_of).collect(),
                ..NodeFacts::default()
            }),
        }
    }

    /// Workers of whom the pool says so.
    fn workers_of(pool: &PoolFacts) -> Vec<WorkerStatus> {
        let states = [
            (WorkerState::Starting, pool.starting),
            (WorkerState::Idle, pool.idle),
            (WorkerState::Busy, pool.busy),
            (WorkerState::Broken, pool.broken),
        ];
        let states = states
            .into_iter()
            .flat_map(|(state, count)| (0..count).map(move |_| state));
        let worker = |(index, state)| WorkerStatus {
            state,
            tasks: pool.tasks.clone(),
            last_error: pool.error.clone(),
            ..WorkerStatus::starting(&pool.name, index, NOW)
        };
        (0..).zip(states).map(worker).collect()
    }

    fn pool(task: &str) -> PoolFacts {
        PoolFacts {
            name: "races".to_owned(),
            tasks: vec![task.to_owned()],
            ..PoolFacts::default()
        }
    }

    fn waits(task: &str) -> Vec<Waiting> {
        vec![Waiting {
            task: task.to_owned(),
            job: JobId::from_bytes([7; 16]),
        }]
    }

    fn found(nodes: &[NodeSeen], waiting: &[Waiting], ended: &[Ended]) -> Vec<(AlertCode, String)> {
        find(nodes, waiting, ended, &Thresholds::default(), NOW)
            .into_iter()
            .map(|finding| (finding.code, finding.subject))
            .collect()
    }

    #[test]
    fn a_line_is_stuck_when_nobody_runs_it_or_those_who_could_do_nothing() {
        let stuck = [(AlertCode::QueueStuck, "a".to_owned())];
        let with = |idle, busy| {
            let workers = PoolFacts {
                idle,
                busy,
                ..pool("a")
            };
            found(&[node("n", &[workers])], &waits("a"), &[])
        };
        assert_eq!(with(0, 3), [], "they are all at work");
        assert_eq!(with(1, 3), stuck);
        assert_eq!(with(0, 0), stuck);
        let other = node("n", &[pool("b")]);
        assert_eq!(found(&[other], &waits("a"), &[]), stuck);
        let loading = PoolFacts {
            starting: 1,
            tasks: Vec::new(),
            ..pool("")
        };
        assert_eq!(found(&[node("n", &[loading])], &waits("a"), &[]), []);
        assert_eq!(found(&[node("n", &[pool("a")])], &[], &[]), []);
    }

    #[test]
    fn a_node_is_lost_until_one_of_its_name_is_there() {
        let gone = NodeSeen {
            until: NOW - MINUTE,
            ..node("n", &[])
        };
        let lost = [(AlertCode::NodeLost, "n".to_owned())];
        assert_eq!(found(std::slice::from_ref(&gone), &[], &[]), lost);
        assert_eq!(found(&[gone, node("n", &[])], &[], &[]), []);
    }

    #[test]
    fn workers_of_a_drained_node_rest_because_somebody_asked_for_it() {
        let idle = PoolFacts {
            idle: 1,
            ..pool("a")
        };
        let mut drained = node("n", &[idle]);
        assert_eq!(
            found(std::slice::from_ref(&drained), &waits("a"), &[]).len(),
            1
        );
        drained.is_drained = true;
        assert_eq!(found(&[drained], &waits("a"), &[]), []);
    }

    #[test]
    fn machines_and_pools_are_looked_at_where_they_say_something() {
        let mut sick = node("n", &[]);
        sick.facts = Some(NodeFacts {
            load: Some(9.0),
            cores: Some(2),
            memory_total: Some(1000),
            memory_available: Some(10),
            disk_total: Some(1000),
            disk_free: Some(49),
            workers: workers_of(&PoolFacts {
                broken: 1,
                error: Some("no module".to_owned()),
                ..pool("a")
            }),
            ..NodeFacts::default()
        });
        let on_n = |code| (code, "n".to_owned());
        assert_eq!(
            found(&[sick], &[], &[]),
            [
                (AlertCode::WorkersBroken, "n/races".to_owned()),
                on_n(AlertCode::LoadHigh),
                on_n(AlertCode::MemoryLow),
                on_n(AlertCode::DiskLow),
            ]
        );
        assert_eq!(found(&[node("n", &[])], &[], &[]), []);
    }

    #[test]
    fn few_jobs_prove_nothing() {
        let ended = |failed: usize, completed: usize| {
            let one = |completed| Ended {
                task: "a".to_owned(),
                completed,
            };
            let mut all = vec![one(false); failed];
            all.extend(vec![one(true); completed]);
            found(&[], &[], &all).len()
        };
        assert_eq!(ended(9, 0), 0);
        assert_eq!(ended(5, 5), 1);
        assert_eq!(ended(4, 6), 0);
    }

    fn trouble(mark: &str, lasting: Duration) -> Finding {
        Finding {
            mark: mark.to_owned(),
            lasting,
            ..finding(AlertCode::QueueStuck, "a", "stuck".to_owned())
        }
    }

    /// Carries changes out as a store does.
    fn apply(known: &mut Vec<Alert>, changes: &[Change]) {
        for change in changes {
            let (Change::Keep(alert)
            | Change::Open(alert)
            | Change::Drop(alert)
            | Change::Close(alert)) = change;
            known.retain(|other| (other.code, &other.subject) != (alert.code, &alert.subject));
            if matches!(change, Change::Keep(_) | Change::Open(_)) {
                known.push(alert.clone());
            }
        }
    }

    #[test]
    fn trouble_must_last_before_it_is_an_alert() {
        let mut known = Vec::new();
        let found = [trouble("1", MINUTE)];
        let first = step(&known, &found, NOW);
        assert!(matches!(first[..], [Change::Keep(_)]), "{first:?}");
        apply(&mut known, &first);
        assert_eq!(step(&known, &found, NOW + MINUTE / 2), []);
        let lasted = step(&known, &found, NOW + MINUTE);
        assert!(matches!(lasted[..], [Change::Open(_)]), "{lasted:?}");
        apply(&mut known, &lasted);
        assert_eq!(step(&known, &found, NOW + MINUTE * 2), [], "told once");
        let other = step(&known, &[trouble("2", MINUTE)], NOW + MINUTE * 2);
        assert!(
            matches!(other[..], [Change::Close(_), Change::Keep(_)]),
            "{other:?}"
        );
        let over = step(&known, &[], NOW + MINUTE * 3);
        assert!(matches!(over[..], [Change::Close(_)]), "{over:?}");
    }

    proptest! {
        /// Whatever comes and goes, each alert opens before it closes, and only once in between.
        #[test]
        fn openings_and_closings_take_turns(rounds in prop::collection::vec(
            prop::option::of((0u8..3, 0u64..3)), 1..40,
        )) {
            let mut known = Vec::new();
            let mut open = false;
            for (round, found) in rounds.into_iter().enumerate() {
                let now = NOW + MINUTE * u32::try_from(round).unwrap_or(0);
                let findings: Vec<_> = found.into_iter()
                    .map(|(mark, minutes)| trouble(&mark.to_string(), Duration::from_mins(minutes)))
                    .collect();
                let changes = step(&known, &findings, now);
                for change in &changes {
                    match change {
                        Change::Open(_) => { prop_assert!(!open); open = true; }
                        Change::Close(_) => { prop_assert!(open); open = false; }
                        Change::Keep(_) | Change::Drop(_) => {}
                    }
                }
                apply(&mut known, &changes);
                prop_assert!(known.len() <= 1);
                prop_assert_eq!(open, known.iter().any(|alert| alert.opened_at.is_some()));
                prop_assert_eq!(step(&known, &findings, now), Vec::new(), "at rest");
            }
        }
    }
}
