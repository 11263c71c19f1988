//! What of a declaration's options tells whether two jobs are the same work.

use std::collections::BTreeSet;
use std::time::Duration;

use paceline_core::Json;
use serde::{Deserialize, Serialize};

use crate::problem::FieldError;
use crate::units::WireDuration;

/// Unknown fields are ignored here: they are the options of jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameWorkRequest {
    /// The params that identify the work of a job; with an empty list all jobs of the task are one
    /// work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Vec<String>>,
    /// Of the task's code: another version answers nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How old a result may be that answers an identical job, unless the submission says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_for: Option<WireDuration>,
}

impl SameWorkRequest {
    /// Reads the options of a declaration.
    pub fn of(options: &Json) -> serde_json::Result<Self> {
        serde_json::from_str(options.as_str())
    }

    /// Values that are well-formed but make no sense.
    pub fn faults(&self) -> Vec<FieldError> {
        let mut seen = BTreeSet::new();
        let names = self.identity.iter().flatten();
        let wrong = names.filter(|name| name.is_empty() || !seen.insert(name.as_str()));
        let fault = |name: &String| {
            let message = format!("`{name}`: give the names of params, each once");
            FieldError::new("identity", message)
        };
        let mut faults: Vec<_> = wrong.map(fault).collect();
        if self.cache_for == Some(WireDuration(Duration::ZERO)) {
            let message = "give more than nothing, or leave it out";
            faults.push(FieldError::new("cache_for", message));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_that_holds_nothing_is_a_fault() {
        let options = Json::from_checked(r#"{"version":"2","cache_for":"0s"}"#);
        let declared = SameWorkRequest::of(&options).expect("reads");
        assert_eq!(declared.version.as_deref(), Some("2"));
        assert_eq!(declared.faults()[0].field, "cache_for");
    }

    #[test]
    fn names_stand_among_other_options() {
        let options = Json::from_checked(r#"{"chunk_size":5,"identity":["sku","method"]}"#);
        let declared = SameWorkRequest::of(&options).expect("reads");
        assert_eq!(
            declared.identity,
            Some(vec!["sku".to_owned(), "method".to_owned()])
        );
        assert!(declared.faults().is_empty());
        let twice = Json::from_checked(r#"{"identity":["sku","sku",""]}"#);
        let faults = SameWorkRequest::of(&twice).expect("reads").faults();
        assert_eq!(faults.len(), 2);
        assert_eq!(faults[0].field, "identity");
    }
}
