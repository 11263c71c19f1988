//! Many small calls in one transaction: calls that wait are taken together, answered together, and
//! one that fails does not fail the others.

use std::sync::Arc;

use paceline_core::store::StoreError;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::error::{Result, repeat};

/// Most calls in one transaction: bounds how long the first one waits for the last.
const GROUP: usize = 256;
/// Groups that are at work at once: while one commits, the next is made ready.
const TASKS: usize = 2;

type Answer<A> = oneshot::Sender<Result<A, StoreError>>;

/// A queue of calls of one kind.
#[derive(Debug)]
pub(crate) struct Gather<C, A> {
    queue: mpsc::UnboundedSender<(C, Answer<A>)>,
}

impl<C: Clone + Send + Sync + 'static, A: Send + 'static> Gather<C, A> {
    /// `run` runs some calls in one transaction and answers each; it fails when the transaction
    /// does.
    pub(crate) fn start<Run, Running>(run: Run) -> Self
    where
        Run: Fn(Vec<C>) -> Running + Clone + Send + Sync + 'static,
        Running: Future<Output = Result<Vec<Result<A, StoreError>>>> + Send,
    {
        let (queue, calls) = mpsc::unbounded_channel();
        let calls = Arc::new(Mutex::new(calls));
        for _ in 0..TASKS {
            let (calls, run) = (calls.clone(), run.clone());
            tokio::spawn(async move {
                while let Some(group) = take(&calls).await {
                    serve(group, &run).await;
                }
            });
        }
        Gather { queue }
    }

    pub(crate) async fn call(&self, call: C) -> Result<A, StoreError> {
        let gone = || StoreError::Unavailable("the store is closed".into());
        let (answer, outcome) = oneshot::channel();
        self.queue.send((call, answer)).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }
}

type Calls<C, A> = Mutex<mpsc::UnboundedReceiver<(C, Answer<A>)>>;

/// What is queued; `None` when the store is closed.
async fn take<C, A>(calls: &Calls<C, A>) -> Option<Vec<(C, Answer<A>)>> {
    let mut group = Vec::new();
    let count = calls.lock().await.recv_many(&mut group, GROUP).await;
    (count > 0).then_some(group)
}

async fn serve<C, A, Running>(group: Vec<(C, Answer<A>)>, run: &impl Fn(Vec<C>) -> Running)
where
    C: Clone,
    Running: Future<Output = Result<Vec<Result<A, StoreError>>>>,
{
    let (calls, waiting): (Vec<C>, Vec<Answer<A>>) = group.into_iter().unzip();
    match run(calls.clone()).await {
        Ok(answers) => {
            for (waiting, answer) in waiting.into_iter().zip(answers) {
                // A caller that went away does not want to know.
                let _ = waiting.send(answer);
            }
        }
        Err(error) => {
            let failure = StoreError::from(error);
            for (call, waiting) in calls.into_iter().zip(waiting) {
                let _ = waiting.send(alone(call, &failure, run).await);
            }
        }
    }
}

/// The answer to one call of a group that failed: it is tried by itself, unless nothing can be
/// written now.
async fn alone<C, A, Running>(
    call: C,
    failure: &StoreError,
    run: &impl Fn(Vec<C>) -> Running,
) -> Result<A, StoreError>
where
    Running: Future<Output = Result<Vec<Result<A, StoreError>>>>,
{
    if matches!(failure, StoreError::Unavailable(_) | StoreError::Full) {
        return Err(repeat(failure));
    }
    let mut answers = run(vec![call]).await?;
    let answer = answers.pop();
    answer.unwrap_or_else(|| Err(StoreError::Unavailable("the call was not run".into())))
}
