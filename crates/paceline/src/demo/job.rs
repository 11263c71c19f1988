//! The demo's job: an unfinished one goes on, otherwise a new one is submitted.

use paceline_core::JobState;
use paceline_protocol::rest::{
    ActionName, ActionsRequest, ControlledView, JobRequest, JobView, ListView,
};

use crate::commands::Context;
use crate::exit::{Context as _, Result};
use crate::submission;

const TASK: &str = "predict_race";
const UNFINISHED: &str = "running,pending,paused,scheduled,blocked";

/// The id of the job to follow.
pub(super) async fn find_or_submit(context: &Context, force: bool) -> Result<String> {
    let query = [("task", TASK), ("state", UNFINISHED), ("limit", "1")];
    let page: ListView<JobView> = context.client.get("/jobs", &query).await?;
    match page.items.into_iter().next() {
        Some(job) => go_on(context, &job).await,
        None => submit(context, force).await,
    }
}

async fn go_on(context: &Context, job: &JobView) -> Result<String> {
    let progress = &job.progress;
    context.output.note(format!(
        "continuing {} from {}/{}",
        job.name, progress.done, progress.total
    ));
    let id = job.id.to_string();
    if job.state.0 == JobState::Paused {
        let resume = ActionsRequest {
            action: ActionName::Resume,
            ids: Some(vec![id.clone()]),
            filter: None,
            dry_run: false,
            reason: None,
            change: None,
        };
        let _: ControlledView = context.client.post("/jobs/actions", &resume).await?;
    }
    Ok(id)
}

async fn submit(context: &Context, force: bool) -> Result<String> {
    let request = JobRequest {
        only_new: (!force).then_some(true),
        force: force.then_some(true),
        ..JobRequest::new(TASK)
    };
    let head = serde_json::to_string(&request).context(|| "cannot write the job".to_owned())?;
    let job = submission::submit(context, &head, None).await?;
    Ok(job.id.to_string())
}
