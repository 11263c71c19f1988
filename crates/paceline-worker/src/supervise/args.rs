//! What a supervisor is told on its command line.

use std::ffi::OsString;
use std::os::fd::RawFd;

/// `--lifeline N [--data-limit BYTES] -- command…`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invocation {
    /// The read end of the lifeline, inherited from the node.
    pub(super) lifeline: RawFd,
    /// Most bytes of private writable memory of each process below.
    pub(super) data_limit: Option<u64>,
    /// Program and arguments; not empty.
    pub(super) command: Vec<OsString>,
}

/// The arguments are not what a node writes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadArgs {
    #[error("unknown or incomplete argument {0:?}; this command is for paceline's own use")]
    Unknown(OsString),
    #[error("no --lifeline; this command is for paceline's own use")]
    NoLifeline,
    #[error("no command after --")]
    NoCommand,
}

impl Invocation {
    pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, BadArgs> {
        let mut args = args.into_iter();
        let (mut lifeline, mut data_limit) = (None, None);
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--lifeline") => lifeline = Some(number(&arg, args.next())?),
                Some("--data-limit") => data_limit = Some(number(&arg, args.next())?),
                Some("--") => break,
                _ => return Err(BadArgs::Unknown(arg)),
            }
        }
        let command: Vec<OsString> = args.collect();
        if command.is_empty() {
            return Err(BadArgs::NoCommand);
        }
        Ok(Invocation {
            lifeline: lifeline.ok_or(BadArgs::NoLifeline)?,
            data_limit,
            command,
        })
    }
}

fn number<T: std::str::FromStr>(flag: &OsString, value: Option<OsString>) -> Result<T, BadArgs> {
    value
        .and_then(|value| value.to_str()?.parse().ok())
        .ok_or_else(|| BadArgs::Unknown(flag.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Invocation, BadArgs> {
        Invocation::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn takes_what_the_node_writes() {
        let invocation = parse("--lifeline 7 --data-limit 1024 -- a --lifeline b").expect("good");
        assert_eq!(
            (invocation.lifeline, invocation.data_limit),
            (7, Some(1024))
        );
        assert_eq!(
            invocation.command,
            ["a", "--lifeline", "b"].map(OsString::from)
        );
    }

    #[test]
    fn refuses_anything_else() {
        assert_eq!(parse("-- a"), Err(BadArgs::NoLifeline));
        assert_eq!(parse("--lifeline 3 --"), Err(BadArgs::NoCommand));
        assert_eq!(
            parse("--lifeline x -- a"),
            Err(BadArgs::Unknown("--lifeline".into()))
        );
        assert_eq!(parse("sh -c true"), Err(BadArgs::Unknown("sh".into())));
    }
}
