//! What of a declaration's options the node itself enforces: breakers, rates, needs.

use paceline_core::Json;
use paceline_core::resources::Resources;
use paceline_core::throttle::ThrottlePolicy;
use paceline_protocol::rest::ThrottleRequest;

/// Reads it out of the options; what makes no sense is said and left out, for it must not stop the
/// task.
pub(crate) fn enforced(task: &str, options: &Json) -> (ThrottlePolicy, Resources) {
    let request = match ThrottleRequest::of(options) {
        Ok(request) => request,
        Err(error) => {
            tracing::warn!(task, %error, "declared options are unreadable and ignored");
            return Default::default();
        }
    };
    if let Some(fault) = request.faults().first() {
        let (field, why) = (&fault.field, &fault.message);
        tracing::warn!(task, field, why, "breaker, rate and needs are ignored");
        return Default::default();
    }
    (request.policy(), request.needs())
}
