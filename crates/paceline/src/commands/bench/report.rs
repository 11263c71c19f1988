//! What was measured, as a table for people or as one JSON object.

use comfy_table::Cell;
use paceline_protocol::units::WireTime;
use serde::Serialize;

use super::figure::Figure;
use super::machine::Machine;
use super::scaling::Growth;
use super::target::Target;
use crate::exit::Result;
use crate::output::style::{Color, Painted};
use crate::output::{Output, human, table};

/// Everything that a run found, with what it was found on.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) version: &'static str,
    /// Whether the compiler optimised; figures of a debug build say nothing.
    pub(super) optimized: bool,
    pub(super) date: WireTime,
    pub(super) machine: Machine,
    /// Median time of one `fdatasync` in the folder, when the run began.
    pub(super) fdatasync_ms: f64,
    pub(super) quick: bool,
    pub(super) rounds: usize,
    pub(super) figures: Vec<Figure>,
    pub(super) growth: Vec<Growth>,
}

impl Report {
    pub(super) fn print(&self, output: Output) -> Result {
        if output.json {
            return output.json(self);
        }
        output.line(self.head())?;
        for target in self.targets() {
            output.line(format!("\n{target:?}  {}", target.title()))?;
            output.line(self.figures_of(target, output))?;
        }
        if self.growth.is_empty() {
            return Ok(());
        }
        output.line("\nCost of one, by how many there are")?;
        output.line(self.growths(output))
    }

    fn head(&self) -> String {
        let machine = &self.machine;
        let build = if self.optimized {
            ""
        } else {
            " (debug build: figures say nothing)"
        };
        format!(
            "Paceline {}{build} · {} · {} cores of {} · {} · Linux {} · load {:.1} · fdatasync {:.2} ms · medians of {}",
            self.version,
            self.date,
            machine.cores,
            machine.cpu,
            human::bytes(machine.memory_bytes),
            machine.kernel,
            machine.load,
            self.fdatasync_ms,
            self.rounds,
        )
    }

    fn targets(&self) -> Vec<Target> {
        let mut targets: Vec<Target> = self.figures.iter().map(|figure| figure.target).collect();
        targets.dedup();
        targets
    }

    fn figures_of(&self, target: Target, output: Output) -> String {
        let heads = ["what", "figure", "goal", "", "fdatasync", "how"];
        let mut table = table::table(&heads, output.palette);
        for figure in self.figures.iter().filter(|figure| figure.target == target) {
            let sync = figure.fdatasync_ms.map(|millis| format!("{millis:.2} ms"));
            table.add_row(vec![
                Cell::new(&figure.name),
                Cell::new(figure.unit.show(figure.value)),
                Cell::new(figure.show_goal()),
                verdict(figure).into(),
                Cell::new(sync.unwrap_or_default()),
                Cell::new(&figure.how),
            ]);
        }
        table::render(table)
    }

    fn growths(&self, output: Output) -> String {
        let sizes = self.growth.first().map_or(&[][..], |growth| &growth.sizes);
        let sizes: Vec<String> = sizes.iter().map(|size| human::count(*size)).collect();
        let mut heads = vec![""];
        heads.extend(sizes.iter().map(String::as_str));
        let mut table = table::table(&heads, output.palette);
        for growth in &self.growth {
            let unit = if growth.unit == "us" {
                "µs"
            } else {
                growth.unit
            };
            let mut row = vec![format!("{:?} {}", growth.target, growth.name)];
            row.extend(growth.costs.iter().map(|cost| format!("{cost:.1} {unit}")));
            table.add_row(row);
        }
        table::render(table)
    }
}

fn verdict(figure: &Figure) -> Painted {
    match figure.met {
        Some(true) => Painted::new("met", Color::Green),
        Some(false) => Painted::new("not met", Color::Red),
        None => Painted::new("", Color::Plain),
    }
}
