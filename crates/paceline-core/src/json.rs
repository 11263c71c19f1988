//! Payloads, params and results: opaque JSON text to every rule.

use std::fmt;
use std::sync::Arc;

/// JSON text that was checked where it came in. Cheap to clone, never parsed by the core.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(Arc<str>);

impl Json {
    /// Wraps text that the caller knows to be valid JSON.
    pub fn from_checked(text: impl Into<Arc<str>>) -> Self {
        Json(text.into())
    }

    pub fn null() -> Self {
        Json("null".into())
    }

    pub fn empty_object() -> Self {
        Json("{}".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
