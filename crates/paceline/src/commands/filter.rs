//! Conditions on jobs, as flags: shared by the list and the controls.

use paceline_core::{JobState, Time};
use paceline_protocol::rest::FilterRequest;
use paceline_protocol::units::WireTime;

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Which jobs")]
pub(crate) struct FilterArgs {
    /// In this state; several with commas
    #[arg(long, short, value_name = "STATE", value_delimiter = ',')]
    state: Vec<JobState>,
    /// Of this task
    #[arg(long, short, value_name = "TASK")]
    task: Option<String>,
    /// In this queue
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// Of this user
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// With this concurrency key
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Of this batch
    #[arg(long, value_name = "BATCH")]
    batch: Option<String>,
    /// With this label; can be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    label: Vec<(String, String)>,
    /// With this text in id, name, user, key, labels or params
    #[arg(long = "query", short, value_name = "TEXT")]
    q: Option<String>,
    /// Submitted after this time, or less than so long ago: `2026-11-01`, `2h`
    #[arg(long, value_name = "TIME", value_parser = past)]
    created_after: Option<Time>,
    /// Submitted before this time, or more than so long ago
    #[arg(long, value_name = "TIME", value_parser = past)]
    created_before: Option<Time>,
}

impl FilterArgs {
    pub(crate) fn request(&self) -> FilterRequest {
        let joined = |words: Vec<String>| (!words.is_empty()).then(|| words.join(","));
        let labels = self
            .label
            .iter()
            .map(|(name, value)| format!("{name}:{value}"));
        FilterRequest {
            state: joined(self.state.iter().map(ToString::to_string).collect()),
            task: self.task.clone(),
            queue: self.queue.clone(),
            user: self.user.clone(),
            key: self.key.clone(),
            batch: self.batch.clone(),
            label: joined(labels.collect()),
            q: self.q.clone(),
            created_after: self.created_after.map(WireTime),
            created_before: self.created_before.map(WireTime),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.request() == FilterRequest::default()
    }
}

/// `name=value`, as labels and params are written.
pub(crate) fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write it as NAME=VALUE".to_owned()),
    }
}

fn past(text: &str) -> Result<Time, String> {
    super::time::parse(text, super::time::Direction::Past, crate::clock::now())
}
