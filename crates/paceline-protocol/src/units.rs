//! Quantities as people write them on the wire: durations, sizes and instants.
//!
//! Owns their text forms, reading and writing. The API, `paceline.toml`, the command line and
//! the options that workers declare all read them here, so `"30s"` means the same everywhere.

mod duration;
mod size;
mod time;

pub use duration::{WireDuration, parse_duration};
pub use size::{WireSize, parse_size};
pub use time::{WireTime, parse_time};

/// The text is no quantity of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{got}` is not {what}; write {like}")]
pub struct InvalidQuantity {
    pub got: String,
    /// `a duration`, `a size`, `a time`.
    pub what: &'static str,
    /// Examples, with the units known.
    pub like: &'static str,
}

/// Splits `1.5 GiB` into the number and the unit; `None` when it does not look like that.
fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let number = number.trim_end();
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = plain.then(|| number.parse().ok())??;
    Some((number, unit))
}
