//! Faults in `paceline.toml`, shown with the line that they are about.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource, Report, SourceCode, SourceSpan};

use super::spelling;
use crate::exit::CliError;

/// The text of a configuration file with its name.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// A fault at `span`, with what to do about it.
    pub(super) fn fault(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> CliError {
        CliError::Diagnosed(Report::new(Fault {
            source: NamedSource::new(self.path.display().to_string(), self.text.to_owned()),
            span: span.into(),
            message: message.into(),
            help,
        }))
    }

    /// What the parser could not read.
    pub(super) fn unreadable(&self, error: &toml::de::Error) -> CliError {
        let message = error.message().to_owned();
        let help = help(&message);
        self.fault(error.span().unwrap_or(0..0), message, help)
    }
}

/// The suggestion for an unknown key: serde's message names it and all the known ones.
fn help(message: &str) -> Option<String> {
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return None;
    }
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (word, known) = words.split_first()?;
    spelling::nearest(word, known).map(|meant| format!("did you mean `{meant}`?"))
}

#[derive(Debug)]
struct Fault {
    source: NamedSource<String>,
    span: SourceSpan,
    message: String,
    help: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some("here".to_owned()), self.span);
        Some(Box::new(std::iter::once(label)))
    }
}
