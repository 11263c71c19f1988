//! Handlers for measuring: what is left when the work itself takes no time.

use std::num::NonZeroUsize;

use paceline_core::Json;
use paceline_worker::Handlers;

use crate::clock;

/// `bench_noop` does nothing, and returns when it began: microseconds since 1970.
pub(super) fn bench_handlers() -> Handlers {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let slots = u32::try_from(cores).unwrap_or(u32::MAX);
    Handlers::new("bench", slots).task("bench_noop", |_| async {
        let began = clock::now().as_microsecond();
        Ok(Json::from_checked(began.to_string()))
    })
}
