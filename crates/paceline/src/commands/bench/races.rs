//! T6: predictions of a real model beside the pools that people use: the races example, the same
//! work by `multiprocessing.Pool`, `ProcessPoolExecutor` and joblib, in turns.
//!
//! The ideal is the CPU time of the bare work in one process, measured in the same turn, over the
//! cores; cold, the load of the model is added. Wall times of a busy machine say little: the CPU
//! time of all processes over that of the bare work stands beside them.

use std::collections::BTreeMap;

use super::figure::{Figure, Unit};
use super::lab::Lab;
use super::numbers::{median, percentile};
use super::race_runs::{self, Bare, Ground, Mode, Timed};
use super::target::Target;
use crate::exit::Result;
use crate::output::human;

const OURS: &str = "Paceline";
/// Peers by the names that `bench_peers.py` has for them, the slow ones left out of long runs.
const PEERS: [&str; 3] = ["process-pool", "pool", "joblib"];
const FEW: u64 = 1_000;
const FEW_IF_QUICK: u64 = 400;
const VERY_MANY: u64 = 20_000;
/// Rounds of the long runs: each takes ten minutes, long enough for what varies to even out.
const LONG_ROUNDS: usize = 1;

/// What the rounds measured, by mode and tool.
type Rounds = BTreeMap<(Mode, &'static str), Vec<Round>>;

/// One run of a tool beside the bare work.
#[derive(Clone, Copy, Debug)]
struct Round {
    seconds: f64,
    /// Of the ideal; 1 is perfect.
    share: f64,
    /// CPU time of all its processes over that of the bare work; 1 is perfect.
    overhead: f64,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let ground = Ground::prepare(lab).await?;
    let mut figures = measure_few(lab, &ground).await?;
    figures.extend(first_results(lab, &ground).await?);
    if !lab.quick {
        figures.extend(measure_very_many(lab, &ground).await?);
    }
    Ok(figures)
}

async fn measure_few(lab: &Lab, ground: &Ground) -> Result<Vec<Figure>> {
    let count = if lab.quick { FEW_IF_QUICK } else { FEW };
    let mut rounds = Rounds::new();
    for round in 0..lab.rounds {
        lab.note(format!(
            "T6 round {} of {}: {}",
            round + 1,
            lab.rounds,
            races(count)
        ));
        let bare = race_runs::bare(ground, count).await?;
        for mode in [Mode::Cold, Mode::Warm] {
            let ours = race_runs::ours(lab, ground, mode, count).await?;
            take_in(&mut rounds, (mode, OURS), &bare, ours);
            for peer in PEERS {
                let theirs = race_runs::peer(ground, peer, mode, count).await?;
                take_in(&mut rounds, (mode, peer), &bare, theirs);
            }
        }
    }
    Ok(tell(&rounds, count))
}

async fn measure_very_many(lab: &Lab, ground: &Ground) -> Result<Vec<Figure>> {
    let mut rounds = Rounds::new();
    let repeats = lab.rounds.min(LONG_ROUNDS);
    for round in 0..repeats {
        lab.note(format!(
            "T6 round {} of {repeats}: {}",
            round + 1,
            races(VERY_MANY)
        ));
        // Three minutes of bare work are enough to know what a race takes.
        let bare = race_runs::bare(ground, VERY_MANY / 4).await?.times(4.0);
        let ours = race_runs::ours(lab, ground, Mode::Warm, VERY_MANY).await?;
        take_in(&mut rounds, (Mode::Warm, OURS), &bare, ours);
        let peer = PEERS[0];
        let theirs = race_runs::peer(ground, peer, Mode::Warm, VERY_MANY).await?;
        take_in(&mut rounds, (Mode::Warm, peer), &bare, theirs);
    }
    Ok(tell(&rounds, VERY_MANY))
}

fn take_in(rounds: &mut Rounds, key: (Mode, &'static str), bare: &Bare, timed: Timed) {
    rounds.entry(key).or_default().push(Round {
        seconds: timed.seconds,
        share: bare.ideal(key.0) / timed.seconds,
        overhead: timed.cpu_seconds / bare.cpu_seconds,
    });
}

fn tell(rounds: &Rounds, count: u64) -> Vec<Figure> {
    let told = rounds.iter().flat_map(|((mode, tool), rounds)| {
        let name = format!("{mode} {}: {tool}", races(count));
        let figure = |what: &str, value: fn(&Round) -> f64| {
            let samples = rounds.iter().map(value).collect();
            Figure::median(Target::T6, format!("{name}, {what}"), Unit::Ratio, samples)
        };
        let wall = median(&rounds.iter().map(|round| round.seconds).collect::<Vec<_>>());
        let share = figure("share of the ideal", |round| round.share).how(format!(
            "{wall:.2} s against CPU of the bare work ÷ cores{}",
            mode.added()
        ));
        let share = if *tool == OURS {
            share.at_least(mode.goal())
        } else {
            share
        };
        [
            share,
            figure("CPU over the bare work", |round| round.overhead),
        ]
    });
    told.collect()
}

fn races(count: u64) -> String {
    human::plural(count, "race")
}

/// How soon the first result of a job is recorded, with races that take a few milliseconds: one
/// that takes longer than the goal could not meet it.
async fn first_results(lab: &Lab, ground: &Ground) -> Result<Vec<Figure>> {
    lab.note("T6: first results");
    let times = race_runs::first_results(lab, ground).await?;
    let waits: Vec<f64> = times.iter().map(|(wait, _)| *wait).collect();
    let alone: Vec<f64> = times.iter().map(|(_, alone)| *alone).collect();
    let millis = |name: &str, value| Figure::single(Target::T6, name, Unit::Millis, value);
    Ok(vec![
        millis(
            "warm: first result after the submission, p50",
            percentile(&waits, 50),
        )
        .at_most(20.0)
        .how(format!(
            "{} jobs of 40 races, simulations=20000, one at a time; until it is recorded",
            waits.len()
        )),
        millis("warm: first result, slowest", percentile(&waits, 100)),
        millis("one such race by itself, p50", percentile(&alone, 50)),
    ])
}
