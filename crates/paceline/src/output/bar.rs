//! Progress as a bar of characters, and as one line that says all that there is room for.

use paceline_core::JobState;
use paceline_protocol::rest::{JobView, ProgressView};

use super::human;
use super::screen::text_width;
use super::style::{self, Color, Palette};

/// A remark is worth this much of the line; the reason why a job waits, all of it.
const REMARK: usize = 20;
/// A remark that is cut to less than this says nothing.
const LEAST_REMARK: usize = 10;

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

/// How much of the line is said: the narrower, the less, the least important first.
#[derive(Clone, Copy, Debug)]
struct Form {
    /// Longest name; 0 leaves it out.
    name: usize,
    /// Cells of the bar; 0 leaves it out.
    bar: usize,
    numbers: Numbers,
}

/// The numbers that are said; each adds one to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Numbers {
    Percent,
    Eta,
    Rate,
    /// How many are done of how many.
    Counts,
    /// How many succeeded.
    Succeeded,
}

/// From the widest to the narrowest; the first that fits is taken.
const FORMS: [Form; 10] = [
    form(36, 20, Numbers::Succeeded),
    form(36, 10, Numbers::Succeeded),
    form(20, 10, Numbers::Succeeded),
    form(20, 10, Numbers::Counts),
    form(14, 6, Numbers::Counts),
    form(14, 0, Numbers::Counts),
    form(0, 0, Numbers::Counts),
    form(0, 0, Numbers::Rate),
    form(0, 0, Numbers::Eta),
    form(0, 0, Numbers::Percent),
];

const fn form(name: usize, bar: usize, numbers: Numbers) -> Form {
    Form { name, bar, numbers }
}

/// `predict_race-2026… ━━━━╸··· 350/1500 23% 8.2/s ETA 2:19 ✓348 ✗2 · predicting`, in at most
/// `width` columns.
pub(crate) fn line(job: &JobView, palette: Palette, width: usize) -> String {
    let remark = remark(job);
    let wanted = match &remark {
        Remark::None => 0,
        Remark::Says(text) => text_width(text).min(REMARK) + 3,
        Remark::Waits(text) => text_width(text) + 3,
    };
    let said = |room: usize| {
        let mut forms = FORMS.iter().map(|form| said(job, *form, palette));
        forms.find(|line| text_width(line) <= room)
    };
    // Better no name and bar than half of a reason; better half of a remark than no numbers.
    let line = said(width.saturating_sub(wanted)).or_else(|| said(width));
    let line = line.unwrap_or_default();
    let room = width.saturating_sub(text_width(&line));
    line + &remark.within(room)
}

/// All but the remark.
fn said(job: &JobView, form: Form, palette: Palette) -> String {
    let mut parts = Vec::new();
    if form.name > 0 {
        parts.push(human::shorten(&job.name, form.name));
    }
    if job.state.0 != JobState::Running {
        let failures = job.progress.failed > 0;
        parts.push(palette.show(&style::job_state(job.state.0, failures)));
    }
    if is_planning(job) {
        parts.push("listing its items".to_owned());
    } else if has_share(job) && (job.progress.done > 0 || job.state.0 == JobState::Running) {
        if form.bar > 0 {
            parts.push(cells(job.progress.percent, form.bar, palette));
        }
        parts.extend(numbers(job, form, palette));
    }
    parts.join(" ")
}

/// Whether there is a share of it that is done. Of what ended otherwise than completed there is only
/// one if it had items.
pub(crate) fn has_share(job: &JobView) -> bool {
    let state = job.state.0;
    let has_items = job.kind != "unit" && job.progress.total > 0;
    has_items || state == JobState::Completed || !state.is_terminal()
}

/// The planner has not listed the job's items yet.
pub(crate) fn is_planning(job: &JobView) -> bool {
    job.kind == "planned" && job.progress.total == 0 && job.state.0 == JobState::Running
}

fn numbers(job: &JobView, form: Form, palette: Palette) -> Vec<String> {
    let progress = &job.progress;
    let has_items = job.kind != "unit";
    let says = |numbers: Numbers| form.numbers >= numbers;
    let mut parts = Vec::new();
    if has_items && says(Numbers::Counts) {
        parts.push(format!("{}/{}", progress.done, progress.total));
    }
    parts.push(format!("{:.0}%", progress.percent.floor()));
    if !job.state.0.is_terminal() {
        let rate = progress
            .rate
            .filter(|_| says(Numbers::Rate))
            .map(human::rate);
        parts.extend(rate);
        let eta = progress.eta_seconds.filter(|_| says(Numbers::Eta));
        parts.extend(eta.map(|eta| format!("ETA {}", human::clock(eta))));
    }
    if has_items && says(Numbers::Succeeded) {
        parts.push(outcomes(progress, palette));
    } else if has_items && says(Numbers::Counts) && progress.failed > 0 {
        parts.push(failed(progress, palette));
    }
    parts
}

/// `✓348 ✗2 ·12`: succeeded, failed, skipped; what is zero is left out, but for the first.
pub(crate) fn outcomes(progress: &ProgressView, palette: Palette) -> String {
    let mut parts = vec![palette.paint(Color::Green, &format!("✓{}", progress.succeeded))];
    if progress.failed > 0 {
        parts.push(failed(progress, palette));
    }
    if progress.skipped > 0 {
        parts.push(palette.paint(Color::Dim, &format!("{} skipped", progress.skipped)));
    }
    if progress.cancelled > 0 {
        parts.push(palette.paint(Color::Dim, &format!("{} cancelled", progress.cancelled)));
    }
    parts.join(" ")
}

fn failed(progress: &ProgressView, palette: Palette) -> String {
    palette.paint(Color::Red, &format!("✗{}", progress.failed))
}

/// What stands behind the numbers.
enum Remark {
    None,
    /// What the handler says of itself.
    Says(String),
    /// What the job waits for.
    Waits(String),
}

/// What somebody who sees a line now and then must not miss: the state, and that it is held up.
pub(crate) fn phase(job: &JobView) -> &'static str {
    if waits(job) {
        "waits"
    } else {
        job.state.0.as_str()
    }
}

/// A job with work in hand waits for more only in passing.
fn waits(job: &JobView) -> bool {
    job.progress.running == 0 && !is_planning(job) && !job.waiting_for.is_empty()
}

fn remark(job: &JobView) -> Remark {
    if waits(job) {
        return Remark::Waits(job.waiting_for.join("; "));
    }
    let says = [&job.progress.stage, &job.progress.message];
    let says: Vec<&str> = says.into_iter().flatten().map(String::as_str).collect();
    if job.state.0.is_terminal() || says.is_empty() {
        Remark::None
    } else {
        Remark::Says(says.join(": "))
    }
}

impl Remark {
    /// The remark with what parts it from the numbers; nothing where there is no room for it.
    fn within(&self, room: usize) -> String {
        let (Remark::Says(text) | Remark::Waits(text)) = self else {
            return String::new();
        };
        let room = room.saturating_sub(3);
        if room < text_width(text).min(LEAST_REMARK) {
            return String::new();
        }
        format!(" · {}", human::shorten(text, room))
    }
}

#[cfg(test)]
mod tests;
