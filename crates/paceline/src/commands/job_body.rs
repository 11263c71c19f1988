//! What a schedule or a template submits, from flags.

use serde_json::{Map, Value};

use super::filter::label;
use super::params;
use crate::exit::Result;

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "The job")]
pub(crate) struct JobArgs {
    /// The task that the job is of
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// A param; the value is JSON (`count=50`, `all=true`) or else text; can be given several times
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = label)]
    param: Vec<(String, String)>,
    /// All params as a JSON object, or @FILE with one
    #[arg(long, value_name = "JSON")]
    params: Option<String>,
    /// Another field of the job as the API names it: `priority=high`, `batch=nightly`,
    /// `retry={"attempts":5}`; can be given several times
    #[arg(long, value_name = "FIELD=VALUE", value_parser = label)]
    set: Vec<(String, String)>,
    /// The whole job as a JSON object, or @FILE with one; the other flags go over it
    #[arg(long, value_name = "JSON")]
    job: Option<String>,
}

impl JobArgs {
    pub(crate) fn is_empty(&self) -> bool {
        let JobArgs {
            task,
            param,
            params,
            set,
            job,
        } = self;
        let texts = [task, params, job];
        texts.iter().all(|text| text.is_none()) && param.is_empty() && set.is_empty()
    }

    /// The fields that are given, over those that are known.
    pub(crate) fn over(&self, known: Map<String, Value>) -> Result<Map<String, Value>> {
        let mut fields = match &self.job {
            Some(text) => params::object("--job", text)?,
            None => known,
        };
        if let Some(task) = &self.task {
            fields.insert("task".to_owned(), Value::from(task.as_str()));
        }
        let mut params = match (&self.params, fields.remove("params")) {
            (Some(text), _) => Some(params::object("--params", text)?),
            (None, Some(Value::Object(params))) => Some(params),
            (None, _) => None,
        };
        for (name, text) in &self.param {
            let params = params.get_or_insert_default();
            params.insert(name.clone(), params::value(text));
        }
        if let Some(params) = params {
            fields.insert("params".to_owned(), Value::Object(params));
        }
        for (name, text) in &self.set {
            fields.insert(name.clone(), params::value(text));
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_go_over_what_is_known() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let args = JobArgs {
            param: vec![pair("b", "2")],
            set: vec![pair("priority", "high"), pair("workers", "3")],
            ..JobArgs::default()
        };
        let Value::Object(known) = json!({"task": "x", "params": {"a": 1}, "priority": "low"})
        else {
            panic!("an object");
        };
        let fields = args.over(known).expect("fields");
        assert_eq!(
            Value::Object(fields),
            json!({"task": "x", "params": {"a": 1, "b": 2}, "priority": "high", "workers": 3})
        );
        assert!(!args.is_empty());
        assert!(JobArgs::default().is_empty());
    }
}
