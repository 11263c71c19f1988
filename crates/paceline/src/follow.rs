//! Following a job to its end: asks the node, shows progress, and waits out a node that goes away.
//!
//! The job never depends on who watches it: leaving is always harmless.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use paceline_protocol::rest::{ErrorGroupView, JobView, ListView};
use reqwest::Method;

use crate::client::{Client, Refusal};
use crate::commands::Context;
use crate::commands::job::errors;
use crate::exit::{CliError, Exit, Result};
use crate::output::live::Live;
use crate::output::style::{self, Palette};
use crate::output::{bar, human};
use paceline_core::JobState;

/// Pause between two looks at a job that goes on; its end is told at once.
const LOOK: Duration = Duration::from_millis(250);
/// Pause between two tries while the node is away.
pub(crate) const RETRY: Duration = Duration::from_millis(250);
/// A node that is away for longer than this is given up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(10);

/// Who wants to know of each change.
pub(crate) enum Show {
    /// A person: a live line on stderr.
    Bar,
    /// A program: the job as JSON on stdout, whenever it changed.
    Json,
    /// Nobody until the end.
    Nothing,
}

/// Follows the job until it has ended. Ctrl-C leaves it running and says how to come back.
pub(crate) async fn to_the_end(context: &Context, id: &str, show: Show) -> Result<JobView> {
    match until_left(context, id, show).await? {
        Some(job) => Ok(job),
        None => Err(left(context, id).await),
    }
}

/// Follows the job until it has ended; `None` when Ctrl-C was first.
pub(crate) async fn until_left(context: &Context, id: &str, show: Show) -> Result<Option<JobView>> {
    let mut follower = Follower {
        context,
        id,
        show,
        live: Live::new(context.output.err_palette),
        last: None,
        away: None,
    };
    tokio::select! {
        ended = follower.run() => {
            follower.live.clear();
            ended.map(Some)
        }
        _ = tokio::signal::ctrl_c() => {
            follower.live.clear();
            Ok(None)
        }
    }
}

async fn left(context: &Context, id: &str) -> CliError {
    // The name is easier to type; without an answer the id does as well.
    let job = look(&context.client, id, Duration::ZERO).await;
    let job = job.map_or_else(|_| id.to_owned(), |job| job.name);
    eprintln!("stopped watching; the job goes on");
    eprintln!("  paceline watch {job}     shows it again");
    eprintln!("  paceline cancel {job}    stops it");
    CliError::Silent(Exit::Interrupted)
}

struct Follower<'a> {
    context: &'a Context,
    id: &'a str,
    show: Show,
    live: Live,
    last: Option<JobView>,
    /// Since when the node has not answered.
    away: Option<Instant>,
}

impl Follower<'_> {
    async fn run(&mut self) -> Result<JobView> {
        loop {
            let before = Instant::now();
            match look(&self.context.client, self.id, LOOK).await {
                Ok(job) => {
                    self.seen(&job)?;
                    if job.state.0.is_terminal() {
                        return Ok(job);
                    }
                    self.last = Some(job);
                    // A node that answers before its time must not be asked in a tight loop.
                    tokio::time::sleep(LOOK.saturating_sub(before.elapsed())).await;
                }
                Err(refusal) if may_come_back(&refusal) => {
                    self.wait_for_the_node().await?;
                }
                Err(refusal) => return Err(self.context.client.told(refusal)),
            }
        }
    }

    fn seen(&mut self, job: &JobView) -> Result {
        let now = Instant::now();
        if self.away.take().is_some() {
            self.context.output.note("the node is back");
        }
        match self.show {
            // Its end is told by who asked, in more words.
            Show::Bar if job.state.0.is_terminal() => {}
            Show::Bar => {
                let line = bar::line(job, self.live.palette(), self.live.width());
                self.live.show(line, bar::phase(job), now);
            }
            Show::Json if self.last.as_ref() != Some(job) => self.context.output.json(job)?,
            Show::Json | Show::Nothing => {}
        }
        Ok(())
    }

    async fn wait_for_the_node(&mut self) -> Result {
        let now = Instant::now();
        let since = *self.away.get_or_insert(now);
        if now.duration_since(since) > PATIENCE {
            let refusal = Refusal::Unreachable(format!("for {}", human::duration(PATIENCE)));
            return Err(self.context.client.told(refusal));
        }
        let line = "the node is away; waiting for it (the job goes on where it was)".to_owned();
        self.live.show(line, "away", now);
        tokio::time::sleep(RETRY).await;
        Ok(())
    }
}

/// Who follows a job has spoken to its node before, so one that does not answer is restarting.
pub(crate) fn may_come_back(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Unreachable(_) => true,
        Refusal::Problem(problem) => problem.status == 503,
        Refusal::Foreign(_) => false,
    }
}

/// The job once it has ended, or as it is after `patience`.
async fn look(client: &Client, id: &str, patience: Duration) -> Result<JobView, Refusal> {
    let timeout = format!("{}ms", patience.as_millis());
    let request = client
        .request(Method::GET, &format!("/jobs/{id}/wait"))
        .query(&[("timeout", timeout)])
        .timeout(patience + Duration::from_secs(10));
    client.try_send(request).await
}

/// Tells how the job ended, on stderr, and what can be done about failures.
pub(crate) async fn tell_the_end(context: &Context, job: &JobView) -> Result {
    let palette = context.output.err_palette;
    context.output.note(summary(job, palette));
    if let Some(error) = &job.error {
        context
            .output
            .note(format!("  {}: {}", error.kind, error.message));
    }
    if job.progress.failed > 0 && job.kind != "unit" {
        let path = format!("/jobs/{}/errors", job.id);
        let groups: ListView<ErrorGroupView> = context.client.get(&path, &()).await?;
        context.output.note(errors(&groups.items, palette));
        context
            .output
            .note(format!("  paceline items {} --state failed", job.name));
        context
            .output
            .note(format!("  paceline retry {}", job.name));
    }
    Ok(())
}

fn summary(job: &JobView, palette: Palette) -> String {
    let progress = &job.progress;
    let state = palette.show(&style::job_state(job.state.0, progress.failed > 0));
    let took = job.duration_seconds.unwrap_or_default();
    let time = human::duration(Duration::try_from_secs_f64(took).unwrap_or_default());
    if job.kind == "unit" {
        return format!("{state}  {}  in {time}", job.name);
    }
    let ran = progress.succeeded + progress.failed;
    let rate = if took > 0.0 && ran > 0 {
        format!(", {}", human::rate(f64::from(ran) / took))
    } else {
        String::new()
    };
    if progress.total == 0 {
        return format!("{state}  {}  in {time}", job.name);
    }
    let items = human::plural(u64::from(progress.total), "item");
    format!(
        "{state}  {}  {items} in {time}{rate}  {}",
        job.name,
        bar::outcomes(progress, palette)
    )
}

/// The exit of a command that waited for the job.
pub(crate) fn outcome(job: &JobView) -> Result {
    match job.state.0 {
        JobState::Completed | JobState::Merged => Ok(()),
        JobState::Failed | JobState::Cancelled => Err(CliError::Silent(Exit::Failed)),
        JobState::Scheduled
        | JobState::Blocked
        | JobState::Pending
        | JobState::Running
        | JobState::Paused => Err(CliError::from(io::Error::other("the job has not ended"))),
    }
}
