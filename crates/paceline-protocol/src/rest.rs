//! The bodies of the REST API: requests (`…Request`) and what is answered (`…View`, `…Answer`).

mod control;
mod item;
mod job;
mod list;
mod options;
mod status;
mod submit;
mod task;
mod text;

pub use control::{
    ActionName, ActionsRequest, CancelRequest, ConfirmRequest, ControlledView, FilterRequest,
    PatchRequest, RefusedView,
};
pub use item::{ErrorGroupView, ItemView, ResultLine};
pub use job::{ErrorView, GraphView, JobView, LinkView, ProgressView, SampleView};
pub use list::ListView;
pub use options::{
    MaxFailuresText, OptionsRequest, OptionsView, RetryRequest, RetryView, WorkerCount,
};
pub use status::{
    AlertView, CleanUpView, LimitsView, LivenessView, MachineView, PoolUse, ReadinessView,
    StatusView, StoreView, ThroughputView, WorkerView,
};
pub use submit::{BulkAnswer, BulkRequest, ItemLine, JobRequest, SubmittedView};
pub use task::{TaskStatistics, TaskView};
pub use text::Text;
