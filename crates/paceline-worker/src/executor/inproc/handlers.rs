//! The handlers that an app registers.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;

use paceline_core::task::Task;
use paceline_core::{Failure, Json, Time};

use super::call::Call;
use super::catch::{self, CallFuture, Caught};
use crate::declared::enforced;

type Handler = Box<dyn Fn(Call) -> CallFuture + Send + Sync>;

/// Tasks whose handlers run in this process.
///
/// ```
/// use paceline_core::Json;
/// use paceline_worker::Handlers;
///
/// let handlers = Handlers::new("app", 2).task("greet", |call| async move {
///     call.stage("greeting");
///     Ok(Json::from_checked(format!("{{\"hello\":{}}}", call.payload())))
/// });
/// # let _ = handlers;
/// ```
pub struct Handlers {
    pub(super) name: String,
    pub(super) slots: u32,
    tasks: HashMap<String, Registered>,
}

struct Registered {
    handler: Handler,
    options: Json,
}

impl Handlers {
    /// No handlers yet. `name` is shown as the workers' pool; `slots` calls run at once.
    pub fn new(name: impl Into<String>, slots: u32) -> Self {
        Handlers {
            name: name.into(),
            slots: slots.max(1),
            tasks: HashMap::new(),
        }
    }

    /// Adds a task. Its handler is called once per item, or once per single-unit job.
    #[must_use]
    pub fn task<F, R>(self, name: impl Into<String>, handler: F) -> Self
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Json, Failure>> + Send + 'static,
    {
        self.task_with(name, Json::empty_object(), handler)
    }

    /// Adds a task with the options that its declaration sets: a JSON object in wire form.
    #[must_use]
    pub fn task_with<F, R>(mut self, name: impl Into<String>, options: Json, handler: F) -> Self
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Json, Failure>> + Send + 'static,
    {
        let handler: Handler = Box::new(move |call| Box::pin(handler(call)));
        self.tasks
            .insert(name.into(), Registered { handler, options });
        self
    }

    /// Names of all tasks.
    pub(super) fn names(&self) -> Vec<String> {
        self.tasks.keys().cloned().collect()
    }

    pub(super) fn declarations(&self, now: Time) -> Vec<Task> {
        let tasks = self.tasks.iter().map(|(name, registered)| {
            let (throttle, needs) = enforced(name, &registered.options);
            Task {
                name: name.clone(),
                options: registered.options.clone(),
                params_schema: None,
                has_planner: false,
                throttle,
                needs,
                declared_by: self.name.clone(),
                declared_at: now,
            }
        });
        tasks.collect()
    }

    /// `None` for a task that is not among these.
    pub(super) fn call(&self, task: &str, call: Call) -> Option<Caught> {
        let registered = self.tasks.get(task)?;
        Some(catch::start(|| (registered.handler)(call)))
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers")
            .field("name", &self.name)
            .field("slots", &self.slots)
            .field("tasks", &self.tasks.keys())
            .finish()
    }
}
