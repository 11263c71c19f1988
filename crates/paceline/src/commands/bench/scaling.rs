//! How the cost of one job, item or page grows with how many there are: no faster than the work.

use serde::Serialize;

use super::lab::Lab;
use super::load::Keys;
use super::numbers::median;
use super::target::Target;
use super::{depth, items, listing, streaming, throughput};
use crate::exit::Result;
use crate::output::human;

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// What one unit costs at each size.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Growth {
    pub(super) target: Target,
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) sizes: Vec<u64>,
    pub(super) costs: Vec<f64>,
}

/// The targets whose growth is looked at.
#[derive(Clone, Copy, Debug)]
enum Measure {
    EndToEnd,
    Drain,
    Items,
    Stream,
    List,
}

impl Measure {
    const ALL: [Measure; 5] = [
        Measure::EndToEnd,
        Measure::Drain,
        Measure::Items,
        Measure::Stream,
        Measure::List,
    ];

    const fn target(self) -> Target {
        match self {
            Measure::EndToEnd => Target::T1,
            Measure::Drain => Target::T3,
            Measure::Items => Target::T5,
            Measure::Stream => Target::T7,
            Measure::List => Target::T10,
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Measure::EndToEnd => ("a job, submitted and run", "us"),
            Measure::Drain => ("a queued job, run", "us"),
            Measure::Items => ("an item through two Python workers", "us"),
            Measure::Stream => ("a streamed item", "us"),
            Measure::List => ("a page of the list, p99", "ms"),
        }
    }

    async fn cost(self, lab: &Lab, size: u64) -> Result<f64> {
        let per_second = match self {
            Measure::EndToEnd => throughput::end_to_end(lab, size).await?.per_second,
            Measure::Drain => depth::drain(lab, size).await?.per_second,
            Measure::Items => items::run(lab, size).await?.per_second,
            Measure::Stream => streaming::run(lab, size, Keys::Named).await?.per_second,
            Measure::List => return listing::p99(lab, size).await,
        };
        Ok(1e6 / per_second)
    }
}

/// Measures each of `targets` at each size.
pub(super) async fn measure(lab: &Lab, targets: &[Target]) -> Result<Vec<Growth>> {
    let sizes: Vec<u64> = SIZES
        .into_iter()
        .filter(|size| *size <= lab.many())
        .collect();
    let mut growths = Vec::new();
    for measure in Measure::ALL {
        let target = measure.target();
        let needs_python = target == Target::T5;
        if !targets.contains(&target) || (needs_python && !lab.has_python) {
            continue;
        }
        let (name, unit) = measure.words();
        growths.push(Growth {
            target,
            name,
            unit,
            costs: costs(lab, measure, &sizes).await?,
            sizes: sizes.clone(),
        });
    }
    Ok(growths)
}

/// Medians of the rounds, in which the sizes take turns. A list is asked about often enough in one.
async fn costs(lab: &Lab, measure: Measure, sizes: &[u64]) -> Result<Vec<f64>> {
    let rounds = if matches!(measure, Measure::List) {
        1
    } else {
        lab.rounds.min(3)
    };
    let mut costs = vec![Vec::new(); sizes.len()];
    for round in 0..rounds {
        for (size, costs) in sizes.iter().zip(&mut costs) {
            let (name, _) = measure.words();
            lab.note(format!(
                "growth round {} of {rounds}: {name}, {}",
                round + 1,
                human::count(*size)
            ));
            costs.push(measure.cost(lab, *size).await?);
        }
    }
    Ok(costs.iter().map(|costs| median(costs)).collect())
}
