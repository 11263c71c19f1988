//! Colours and state signs. Every sign comes with its word: colour alone never tells anything.

use comfy_table::{Attribute, Cell};
use paceline_core::{ItemState, JobState};

/// A colour of the terminal's own palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    Plain,
    Red,
    Green,
    Yellow,
    Cyan,
    Dim,
    Bold,
}

impl Color {
    const fn code(self) -> &'static str {
        match self {
            Color::Plain => "0",
            Color::Red => "31",
            Color::Green => "32",
            Color::Yellow => "33",
            Color::Cyan => "36",
            Color::Dim => "2",
            Color::Bold => "1",
        }
    }
}

/// Whether there is colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    on: bool,
}

impl Palette {
    pub(crate) const fn new(on: bool) -> Self {
        Palette { on }
    }

    pub(crate) const fn is_on(self) -> bool {
        self.on
    }

    pub(crate) fn paint(self, color: Color, text: &str) -> String {
        if self.on && !text.is_empty() && color != Color::Plain {
            format!("\u{1b}[{}m{text}\u{1b}[0m", color.code())
        } else {
            text.to_owned()
        }
    }

    pub(crate) fn show(self, painted: &Painted) -> String {
        self.paint(painted.color, &painted.text)
    }
}

/// A text with its colour, for a line or for a table's cell.
#[derive(Clone, Debug)]
pub(crate) struct Painted {
    pub(crate) text: String,
    pub(crate) color: Color,
}

impl Painted {
    pub(crate) fn new(text: impl Into<String>, color: Color) -> Self {
        Painted {
            text: text.into(),
            color,
        }
    }
}

impl From<Painted> for Cell {
    fn from(painted: Painted) -> Cell {
        let cell = Cell::new(painted.text);
        match painted.color {
            Color::Plain => cell,
            Color::Red => cell.fg(comfy_table::Color::DarkRed),
            Color::Green => cell.fg(comfy_table::Color::DarkGreen),
            Color::Yellow => cell.fg(comfy_table::Color::DarkYellow),
            Color::Cyan => cell.fg(comfy_table::Color::DarkCyan),
            Color::Dim => cell.add_attribute(Attribute::Dim),
            Color::Bold => cell.add_attribute(Attribute::Bold),
        }
    }
}

impl From<&str> for Painted {
    /// Text without a colour of its own.
    fn from(text: &str) -> Painted {
        Painted::new(text, Color::Plain)
    }
}

impl From<String> for Painted {
    fn from(text: String) -> Painted {
        Painted::new(text, Color::Plain)
    }
}

/// Sign and word of a job's state; `failures` says that some of its items failed.
pub(crate) fn job_state(state: JobState, failures: bool) -> Painted {
    let (sign, color) = match state {
        JobState::Scheduled => ("◷", Color::Cyan),
        JobState::Blocked => ("◌", Color::Yellow),
        JobState::Pending => ("○", Color::Cyan),
        JobState::Running => ("●", Color::Bold),
        JobState::Paused => ("‖", Color::Yellow),
        JobState::Completed if failures => ("✓", Color::Yellow),
        JobState::Completed => ("✓", Color::Green),
        JobState::Failed => ("✗", Color::Red),
        JobState::Cancelled => ("–", Color::Dim),
        JobState::Merged => ("»", Color::Dim),
    };
    Painted::new(format!("{sign} {state}"), color)
}

/// Sign and word of an item's state.
pub(crate) fn item_state(state: ItemState) -> Painted {
    let (sign, color) = match state {
        ItemState::Pending => ("○", Color::Cyan),
        ItemState::Running => ("●", Color::Bold),
        ItemState::Succeeded => ("✓", Color::Green),
        ItemState::Failed => ("✗", Color::Red),
        ItemState::Skipped => ("·", Color::Dim),
        ItemState::Cancelled => ("–", Color::Dim),
    };
    Painted::new(format!("{sign} {state}"), color)
}
