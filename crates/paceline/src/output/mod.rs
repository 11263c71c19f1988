//! How commands speak: data to stdout, all else to stderr; colour only on a terminal.

pub(crate) mod bar;
pub(crate) mod fit;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod live;
pub(crate) mod screen;
pub(crate) mod style;
pub(crate) mod table;

use std::io::{self, IsTerminal, Write};

use crate::exit::Result;
use style::Palette;

/// Where and how a command prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// Data as JSON instead of tables.
    pub(crate) json: bool,
    /// Colours for stdout.
    pub(crate) palette: Palette,
    /// Colours for stderr.
    pub(crate) err_palette: Palette,
    /// A person sits at the terminal: questions may be asked, bars drawn.
    pub(crate) interactive: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let plain = crate::env::var("NO_COLOR").is_some();
        Output {
            json,
            palette: Palette::new(!plain && io::stdout().is_terminal()),
            err_palette: Palette::new(!plain && io::stderr().is_terminal()),
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
        }
    }

    /// One line of data on stdout.
    #[expect(
        clippy::unused_self,
        reason = "all printing goes through the one who knows how"
    )]
    pub(crate) fn line(self, text: impl AsRef<str>) -> Result {
        let mut out = io::stdout().lock();
        out.write_all(text.as_ref().as_bytes())?;
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(())
    }

    /// A remark for the person, on stderr.
    #[expect(
        clippy::unused_self,
        reason = "all printing goes through the one who knows how"
    )]
    pub(crate) fn note(self, text: impl AsRef<str>) {
        eprintln!("{}", text.as_ref());
    }
}
