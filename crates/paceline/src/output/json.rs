//! JSON for programs: one object on one line, or one object a line for streams.

use serde::Serialize;

use super::Output;
use crate::exit::{Context, Result};

impl Output {
    /// Prints one value as one line of JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> Result {
        let text = serde_json::to_string(value).context(|| "cannot write JSON".to_owned())?;
        self.line(text)
    }
}
