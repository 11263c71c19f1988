//! `paceline graph`: what a job waits for and what waits for it, as a tree.

use std::collections::{HashMap, HashSet};

use paceline_protocol::rest::{GraphView, LinkView};
use paceline_protocol::words::WireJobId;

use super::Context;
use crate::exit::Result;
use crate::output::style::{self, Color, Palette};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, beginning of an id, name, or `last`
    #[arg(value_name = "JOB")]
    job: String,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let id = context.client.resolve(&args.job).await?;
    let graph: GraphView = context
        .client
        .get(&format!("/jobs/{id}/graph"), &())
        .await?;
    let output = context.output;
    if output.json {
        return output.json(&graph);
    }
    output.line(draw(&graph, output.palette))?;
    if graph.truncated {
        output.note("there are more jobs than are shown");
    }
    Ok(())
}

/// From the jobs that wait for nothing down; a job that waits for several stands below the first
/// of them in full, and below the others by its name.
fn draw(graph: &GraphView, palette: Palette) -> String {
    let all = graph
        .ancestors
        .iter()
        .chain([&graph.job])
        .chain(&graph.descendants);
    let all: Vec<&LinkView> = all.collect();
    let mut children: HashMap<WireJobId, Vec<&LinkView>> = HashMap::new();
    for job in &all {
        for parent in &job.after {
            children.entry(*parent).or_default().push(job);
        }
    }
    let mut tree = Tree {
        children,
        shown: HashSet::new(),
        this: graph.job.id,
        palette,
        lines: Vec::new(),
    };
    for root in all.iter().filter(|job| job.after.is_empty()) {
        tree.root(root);
    }
    tree.lines.join("\n")
}

struct Tree<'a> {
    children: HashMap<WireJobId, Vec<&'a LinkView>>,
    shown: HashSet<WireJobId>,
    this: WireJobId,
    palette: Palette,
    lines: Vec<String>,
}

impl<'a> Tree<'a> {
    /// Depth first, without recursion: a chain may be long.
    fn root(&mut self, root: &'a LinkView) {
        let mut waiting = vec![(root, String::new(), String::new())];
        while let Some((job, before, below)) = waiting.pop() {
            let is_new = self.shown.insert(job.id);
            let line = format!("{before}{}", self.name(job, is_new));
            self.lines.push(line);
            if !is_new {
                continue;
            }
            let children = self.children.get(&job.id).map_or(&[][..], Vec::as_slice);
            for (index, child) in children.iter().enumerate().rev() {
                let last = index + 1 == children.len();
                let (branch, trunk) = if last {
                    ("└─ ", "   ")
                } else {
                    ("├─ ", "│  ")
                };
                waiting.push((child, format!("{below}{branch}"), format!("{below}{trunk}")));
            }
        }
    }

    fn name(&self, job: &LinkView, in_full: bool) -> String {
        let color = if job.id == self.this {
            Color::Bold
        } else {
            Color::Plain
        };
        let name = self.palette.paint(color, &job.name);
        if !in_full {
            return format!("{name} {}", self.palette.paint(Color::Dim, "(see above)"));
        }
        let state = style::job_state(job.state.0, false);
        format!("{name}  {}", self.palette.show(&state))
    }
}

#[cfg(test)]
mod tests {
    use paceline_core::{JobId, JobState};
    use paceline_protocol::words::WireJobState;

    use super::*;

    fn id(number: u8) -> WireJobId {
        WireJobId(JobId::from_bytes([number; 16]))
    }

    fn job(number: u8, name: &str, after: &[u8]) -> LinkView {
        LinkView {
            id: id(number),
            name: name.to_owned(),
            task: "t".to_owned(),
            state: WireJobState(JobState::Pending),
            after: after.iter().copied().map(id).collect(),
        }
    }

    #[test]
    fn a_diamond_is_drawn_once() {
        let graph = GraphView {
            job: job(2, "left", &[1]),
            ancestors: vec![job(1, "top", &[])],
            descendants: vec![job(4, "bottom", &[2, 3]), job(3, "right", &[1])],
            truncated: false,
        };
        let drawn = draw(&graph, Palette::new(false));
        assert_eq!(drawn.matches("(see above)").count(), 1, "{drawn}");
        assert_eq!(drawn.lines().count(), 5, "{drawn}");
        assert!(drawn.starts_with("top  "), "{drawn}");
        assert!(drawn.contains("├─ left"), "{drawn}");
        assert!(drawn.contains("│  └─ bottom"), "{drawn}");
        assert!(drawn.contains("└─ right"), "{drawn}");
    }
}
