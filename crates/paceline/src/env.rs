//! The environment variables that Paceline reads. A flag wins over its variable, a variable over
//! the configuration file.

/// Address of the node that commands talk to, such as `http://127.0.0.1:7421`.
pub(crate) const SERVER: &str = "PACELINE_SERVER";
/// Token that commands send along, where the node asks for one.
pub(crate) const TOKEN: &str = "PACELINE_TOKEN";
/// Configuration file of `paceline up`.
pub(crate) const CONFIG: &str = "PACELINE_CONFIG";
/// Store of `paceline up`: `sqlite:PATH` or `postgres://…`.
pub(crate) const STORE: &str = "PACELINE_STORE";
/// Address that `paceline up` listens on.
pub(crate) const BIND: &str = "PACELINE_BIND";
/// What the node logs: a level, or directives such as `info,paceline_worker=debug`.
pub(crate) const LOG: &str = "PACELINE_LOG";
/// How the node logs: `human` or `json`.
pub(crate) const LOG_FORMAT: &str = "PACELINE_LOG_FORMAT";
/// The interpreter that stands in for a bare `python` or `python3` in worker commands.
pub(crate) const PYTHON: &str = "PACELINE_PYTHON";
/// Where the Python SDK inside the binary is unpacked; by default the user's cache folder.
pub(crate) const CACHE: &str = "PACELINE_CACHE";
/// Set by make for all that it starts: hints then name its targets.
pub(crate) const MAKE_LEVEL: &str = "MAKELEVEL";

/// The value of a variable that is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(crate) fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
