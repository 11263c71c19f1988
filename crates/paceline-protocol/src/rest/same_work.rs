//! What of a declaration's options tells whether two jobs are the same work.

use std::collections::BTreeSet;

use paceline_core::Json;
use serde::{Deserialize, Serialize};

use crate::problem::FieldError;

/// Unknown fields are ignored here: they are the options of jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameWorkRequest {
    /// The params that identify the work of a job; with an empty list all jobs of the task are one
    /// work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Vec<String>>,
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
        wrong.map(fault).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
