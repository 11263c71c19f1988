//! The bodies of the REST API: requests (`…Request`) and what is answered (`…View`, `…Answer`).

mod batch;
mod control;
mod counts;
mod item;
mod job;
mod limits;
mod list;
mod needs_items;
mod node;
mod notify;
mod options;
mod same_work;
mod schedule;
mod status;
mod submit;
mod task;
mod task_history;
mod template;
mod text;
mod throttle;

pub use batch::{BatchProgressView, BatchRequest, BatchState, BatchView};
pub use control::{
    ActionName, ActionsRequest, CancelRequest, ConfirmRequest, ControlledView, FilterRequest,
    JobCountsView, PatchRequest, RefusedView,
};
pub use counts::{MaxFailuresText, WorkerCount};
pub use item::{ErrorGroupView, ItemView, ResultLine};
pub use job::{
    ErrorView, EstimateBasis, EstimateView, GraphView, JobView, LinkView, ProgressView, SampleView,
};
pub use limits::{
    HoldRequest, HoldView, LimitSource, LimitView, LimitsRequest, QueueRequest, QueueView,
    ScopeUseView,
};
pub use list::ListView;
pub use needs_items::NeedsItems;
pub use node::{ClusterNodeView, NodeWorkerView, SystemPointView, SystemSamplesView};
pub use notify::{
    DeliveryView, MarkedView, NoticeView, NoticesView, PreferencesRequest, PreferencesView,
    ReadNoticesRequest, WebhookWish, WishView,
};
pub use options::{OptionsRequest, OptionsView, RetryRequest, RetryView};
pub use same_work::SameWorkRequest;
pub use schedule::{ScheduleRequest, ScheduleState, ScheduleView, TemplateOrJob};
pub use status::{
    AlertView, CleanUpView, LimitsView, LivenessView, MachineView, NodeView, PoolUse,
    ReadinessView, ResourceView, StatusView, StoreView, ThroughputView, WorkerView,
};
pub use submit::{AfterRef, BulkAnswer, BulkRequest, ItemLine, JobRequest, SubmittedView};
pub use task::{TaskStatistics, TaskView};
pub use task_history::{BucketView, ItemsEndedView, JobsEndedView, TaskHistoryView};
pub use template::{TemplateRequest, TemplateView};
pub use text::Text;
pub use throttle::{
    BreakerRequest, BreakerStateName, BreakerView, NeedsView, RateText, RateView, TaskBreakerView,
    ThrottleRequest,
};
