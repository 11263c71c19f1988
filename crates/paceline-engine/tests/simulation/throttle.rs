//! What was handed out of throttled tasks: no faster than they allow, nothing past a breaker.

use paceline_core::Time;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::lease::{Lease, LeasedWork};

use crate::tasks::{BREAKER, FLAKY, PAUSE, RATE, RATED};

#[derive(Debug, Default)]
pub(crate) struct HandedOut {
    /// When and how many items of the rated task.
    rated: Vec<(Time, u32)>,
    /// The breaker is open.
    open_until: Option<Time>,
}

impl HandedOut {
    pub(crate) fn told(&mut self, event: &EventRecord) {
        match event.kind {
            EventKind::BreakerOpened => self.open_until = Some(event.at + BREAKER.cool_down),
            EventKind::BreakerHalfOpen | EventKind::BreakerClosed => self.open_until = None,
            _ => {}
        }
    }

    /// `now` is the time as the store was told.
    pub(crate) fn leased(&mut self, lease: &Lease, now: Time) {
        match lease.task.as_str() {
            RATED if !matches!(lease.work, LeasedWork::Plan) => self.rated(items_of(lease), now),
            FLAKY => assert!(
                self.open_until.is_none_or(|until| now >= until),
                "breakers: work of {FLAKY} was leased though its breaker is open"
            ),
            _ => {}
        }
    }

    fn rated(&mut self, items: u32, now: Time) {
        let now = self.rated.last().map_or(now, |(last, _)| now.max(*last));
        if let Some((last, _)) = self.rated.last() {
            let pause = now.since(*last);
            assert!(pause >= PAUSE, "rates: a chunk {pause:?} after another");
        }
        self.rated.push((now, items));
        let within = self.rated.iter();
        let within = within.filter(|(at, _)| now.since(*at) < RATE.period);
        let sum: u32 = within.map(|(_, items)| *items).sum();
        assert!(sum <= RATE.items, "rates: {sum} items in one period");
    }
}

fn items_of(lease: &Lease) -> u32 {
    match &lease.work {
        LeasedWork::Unit => 1,
        LeasedWork::Plan => 0,
        LeasedWork::Chunk(items) => u32::try_from(items.len()).expect("small"),
    }
}
