//! Jobs of what schedules and templates hold, settled by the same code as any submission.

use std::sync::Weak;

use async_trait::async_trait;
use paceline_core::schedule::JobSource;
use paceline_core::{Json, NewJob};
use paceline_engine::{JobMaker, NotMade};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::JobRequest;

use crate::body;
use crate::idempotency::Ids;
use crate::problem::{Refusal, Result};
use crate::settle::{self, Place, Settler};
use crate::state::{AppState, Shared};

/// What the engine asks when a schedule is due. Holds the server weakly, which holds the engine.
pub(crate) struct Maker(pub(crate) Weak<Shared>);

impl std::fmt::Debug for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Maker")
    }
}

#[async_trait]
impl JobMaker for Maker {
    async fn make(&self, source: &JobSource, count: usize) -> Result<Vec<NewJob>, NotMade> {
        let Some(state) = AppState::from_weak(&self.0) else {
            return Err(NotMade::NotYet("the node is stopping".to_owned()));
        };
        make(&state, source, count)
            .await
            .map_err(|refusal| not_made(&refusal))
    }
}

/// A task that nobody has declared may be one of workers that are still starting somewhere.
fn not_made(refusal: &Refusal) -> NotMade {
    let problem = refusal.problem();
    let detail = problem.detail.clone();
    let may_come = problem.status == 503 || problem.code == Code::UnknownTask.as_str();
    if may_come {
        NotMade::NotYet(detail)
    } else {
        NotMade::Never(detail)
    }
}

/// So many jobs of what a schedule submits.
pub(crate) async fn make(
    state: &AppState,
    source: &JobSource,
    count: usize,
) -> Result<Vec<NewJob>> {
    let text = match source {
        JobSource::Own(text) => text.clone(),
        JobSource::Named(name) => template(state, name).await?,
    };
    let request = read(&text)?;
    let mut settler = Settler::new(state, Ids::Random(state.engine.clone())).await?;
    settler.look_again([&*request.task]).await?;
    (0..count)
        .map(|_| settler.settle(request.clone(), Place::Body))
        .collect()
}

async fn template(state: &AppState, name: &str) -> Result<Json> {
    let found = state.engine.store().template(name).await?;
    let found = found.ok_or_else(|| Refusal::no_such_template(name))?;
    Ok(found.job)
}

/// The submission that is kept, which says what but not when.
fn read(text: &Json) -> Result<JobRequest<'_>> {
    let request: JobRequest<'_> = body::json(text.as_str().as_bytes())?;
    if request.run_at.is_some() {
        let message =
            "a template says what runs, not when: leave it out, and give it at the launch";
        return Err(Refusal::field(Code::InvalidField, "run_at", message));
    }
    Ok(request)
}

/// Refuses what could never be a submission. Whether its task and params fit is seen when it is used.
pub(crate) fn check(text: &Json) -> Result<()> {
    settle::check(&read(text)?, Place::Body)
}
