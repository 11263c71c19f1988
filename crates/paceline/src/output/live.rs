//! A line that changes in place on a terminal, and plain lines now and then elsewhere.

use std::io::{self, IsTerminal};
use std::time::Duration;

use tokio::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::screen;
use super::style::Palette;

/// Pause between two plain lines that only count up.
const PLAIN_PAUSE: Duration = Duration::from_secs(5);

/// Shows one changing line on stderr.
#[derive(Debug)]
pub(crate) struct Live {
    /// `None` where stderr is no terminal.
    bar: Option<ProgressBar>,
    palette: Palette,
    shown: Option<(Instant, String)>,
}

impl Live {
    pub(crate) fn new(palette: Palette) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(20));
            // The template is a constant: it cannot fail.
            if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        Live {
            bar,
            palette,
            shown: None,
        }
    }

    /// The colours that fit where the line goes.
    pub(crate) fn palette(&self) -> Palette {
        self.palette
    }

    /// Columns that a line may have now: a terminal can be resized.
    pub(crate) fn width(&self) -> usize {
        let width = self.bar.as_ref().and_then(|_| screen::err_width());
        // Some terminals begin a new line when the last column is written to.
        width.map_or(usize::MAX, |width| width.saturating_sub(1))
    }

    /// Shows the line; `phase` is what a reader of plain lines must not miss (a state, a fault).
    pub(crate) fn show(&mut self, line: String, phase: &str, now: Instant) {
        if let Some(bar) = &self.bar {
            bar.set_message(line);
            bar.tick();
            return;
        }
        let news = match &self.shown {
            None => true,
            Some((at, shown)) => shown != phase || now.duration_since(*at) >= PLAIN_PAUSE,
        };
        if news {
            eprintln!("{line}");
            self.shown = Some((now, phase.to_owned()));
        }
    }

    /// Takes the line away; what comes next is printed in its place.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
