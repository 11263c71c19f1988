//! How commands end: exit codes, and errors that say what to do next.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// What the exit code of a command means to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The job, the check or the command itself failed.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The node does not answer.
    Unreachable = 3,
    /// Ctrl-C, as shells count it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command did not end with 0.
pub(crate) enum CliError {
    /// Something to tell: what happened and why, and what to do about it.
    Told {
        exit: Exit,
        message: String,
        hint: Option<String>,
    },
    /// A fault in a file, shown with the lines that it is about.
    Diagnosed(miette::Report),
    /// All was said already; only the exit code is left.
    Silent(Exit),
    /// The reader of our output went away (`paceline results … | head`): not an error.
    OutputClosed,
}

pub(crate) type Result<T = (), E = CliError> = std::result::Result<T, E>;

impl CliError {
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::told(Exit::Failed, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::told(Exit::Usage, message)
    }

    pub(crate) fn told(exit: Exit, message: impl Into<String>) -> Self {
        CliError::Told {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        if let CliError::Told { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// Tells the person, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            CliError::Told {
                exit,
                message,
                hint,
            } => {
                eprintln!("error: {message}");
                if let Some(hint) = hint {
                    eprintln!("  help: {hint}");
                }
                exit.into()
            }
            CliError::Diagnosed(report) => {
                eprintln!("{report:?}");
                Exit::Failed.into()
            }
            CliError::Silent(exit) => exit.into(),
            CliError::OutputClosed => ExitCode::SUCCESS,
        }
    }
}

impl fmt::Debug for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CliError::Told {
                exit,
                message,
                hint,
            } => write!(f, "{exit:?}: {message} (help: {hint:?})"),
            CliError::Diagnosed(report) => write!(f, "{report:?}"),
            CliError::Silent(exit) => write!(f, "{exit:?}"),
            CliError::OutputClosed => f.write_str("output closed"),
        }
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            CliError::OutputClosed
        } else {
            CliError::failed(error.to_string())
        }
    }
}

/// Turns any error into a failure that says what was being done.
pub(crate) trait Context<T> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| CliError::failed(format!("{}: {error}", what())))
    }
}
