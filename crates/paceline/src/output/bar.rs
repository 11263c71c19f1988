//! Progress as a bar of characters, and as one line that says all of it.

use paceline_core::JobState;
use paceline_protocol::rest::{JobView, ProgressView};

use super::human;
use super::style::{self, Color, Palette};

/// A bar of `width` cells for 0 to 100 percent, in half cells.
pub(crate) fn cells(percent: f64, width: usize, palette: Palette) -> String {
    let halves = halves(percent, width);
    let mut filled = "━".repeat(halves / 2);
    if halves % 2 == 1 {
        filled.push('╸');
    }
    let empty = width - halves.div_ceil(2);
    // Without colour the empty part would look full.
    let rest = if palette.is_on() { "━" } else { "·" }.repeat(empty);
    palette.paint(Color::Cyan, &filled) + &palette.paint(Color::Dim, &rest)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "between 0 and twice the width"
)]
fn halves(percent: f64, width: usize) -> usize {
    let whole = (width * 2) as f64;
    (percent.clamp(0.0, 100.0) / 100.0 * whole).floor() as usize
}

/// `predict_race-2026… ━━━━╸··· 350/1500 23% 8.2/s ETA 2:19 ✓348 ✗2 · predicting`
pub(crate) fn line(job: &JobView, palette: Palette) -> String {
    let mut parts = vec![human::shorten(&job.name, 36)];
    if job.state.0 != JobState::Running {
        let failures = job.progress.failed > 0;
        parts.push(palette.show(&style::job_state(job.state.0, failures)));
    }
    if is_planning(job) {
        parts.push("listing its items".to_owned());
    } else if job.progress.done > 0 || job.state.0 == JobState::Running {
        parts.push(cells(job.progress.percent, 20, palette));
        parts.extend(numbers(job, palette));
    }
    let remark = remark(job);
    if !remark.is_empty() {
        parts.push(format!("· {remark}"));
    }
    parts.join(" ")
}

/// The planner has not listed the job's items yet.
pub(crate) fn is_planning(job: &JobView) -> bool {
    job.kind == "planned" && job.progress.total == 0 && job.state.0 == JobState::Running
}

fn numbers(job: &JobView, palette: Palette) -> Vec<String> {
    let progress = &job.progress;
    let mut parts = Vec::new();
    if job.kind != "unit" {
        parts.push(format!("{}/{}", progress.done, progress.total));
    }
    parts.push(format!("{:.0}%", progress.percent.floor()));
    if !job.state.0.is_terminal() {
        parts.extend(progress.rate.map(human::rate));
        let eta = progress.eta_seconds.map(human::clock);
        parts.extend(eta.map(|eta| format!("ETA {eta}")));
    }
    if job.kind != "unit" {
        parts.push(outcomes(progress, palette));
    }
    parts
}

/// `✓348 ✗2 ·12`: succeeded, failed, skipped; what is zero is left out, but for the first.
pub(crate) fn outcomes(progress: &ProgressView, palette: Palette) -> String {
    let mut parts = vec![palette.paint(Color::Green, &format!("✓{}", progress.succeeded))];
    if progress.failed > 0 {
        parts.push(palette.paint(Color::Red, &format!("✗{}", progress.failed)));
    }
    if progress.skipped > 0 {
        parts.push(palette.paint(Color::Dim, &format!("{} skipped", progress.skipped)));
    }
    if progress.cancelled > 0 {
        parts.push(palette.paint(Color::Dim, &format!("{} cancelled", progress.cancelled)));
    }
    parts.join(" ")
}

/// What the handler says, or what the job waits for.
fn remark(job: &JobView) -> String {
    // A job with work in hand waits for more only in passing.
    let waits = job.progress.running == 0 && !is_planning(job);
    if waits && !job.waiting_for.is_empty() {
        return job.waiting_for.join("; ");
    }
    let says = [&job.progress.stage, &job.progress.message];
    let says: Vec<&str> = says.into_iter().flatten().map(String::as_str).collect();
    if job.state.0.is_terminal() {
        String::new()
    } else {
        says.join(": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_half_cells_and_is_full_only_at_the_end() {
        let plain = Palette::new(false);
        assert_eq!(cells(0.0, 4, plain), "····");
        assert_eq!(cells(23.0, 4, plain), "╸···");
        assert_eq!(cells(99.9, 4, plain), "━━━╸");
        assert_eq!(cells(100.0, 4, plain), "━━━━");
    }
}
