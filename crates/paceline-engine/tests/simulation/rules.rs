//! Limits and holds as they were acknowledged.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::Time;
use paceline_core::lease::Lease;
use paceline_core::limits::{Hold, LimitName, Limits, Setting};
use paceline_core::scope::Scope;

/// What a hold that ends by itself held is looked at again within.
const LOOKED_AT: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(crate) struct Said {
    configured: BTreeMap<LimitName, Option<u32>>,
    set: BTreeMap<LimitName, Option<u32>>,
    holds: BTreeMap<Scope, Option<Time>>,
    /// When the last holds that end by themselves do.
    ends: BTreeMap<Scope, Time>,
}

impl Said {
    pub(crate) fn configured(&mut self, limits: &Limits) {
        self.configured = limits.settings().into_iter().collect();
    }

    pub(crate) fn set(&mut self, changes: &[(LimitName, Setting)]) {
        for (name, setting) in changes {
            match setting {
                Setting::AtMost(most) => self.set.insert(name.clone(), Some(*most)),
                Setting::NoLimit => self.set.insert(name.clone(), None),
                Setting::Unset => self.set.remove(name),
            };
        }
    }

    pub(crate) fn hold(&mut self, hold: &Hold) {
        self.holds.insert(hold.scope.clone(), hold.until);
        if let Some(until) = hold.until {
            let ends = self.ends.entry(hold.scope.clone()).or_default();
            *ends = until.max(*ends);
        }
    }

    pub(crate) fn lift(&mut self, scope: &Scope) {
        self.holds.remove(scope);
    }

    pub(crate) fn held(&self) -> Vec<Scope> {
        self.holds.keys().cloned().collect()
    }

    pub(crate) fn is_held(&self, scope: &Scope, now: Time) -> bool {
        let hold = self.holds.get(scope);
        hold.is_some_and(|until| until.is_none_or(|until| until > now))
    }

    pub(crate) fn ends_by_itself(&self, scope: &Scope, now: Time) -> bool {
        self.ends
            .get(scope)
            .is_some_and(|ends| *ends + LOOKED_AT > now)
    }

    /// What holds by this name, if anything was said: what was set goes before what is configured.
    fn said(&self, name: &LimitName) -> Option<&Option<u32>> {
        self.set.get(name).or_else(|| self.configured.get(name))
    }

    pub(crate) fn most_of_all(&self) -> Option<usize> {
        number(*self.said(&LimitName::Jobs)?)
    }

    pub(crate) fn most(&self, scope: &Scope) -> Option<usize> {
        let own = self.said(&LimitName::Of(scope.clone()));
        let most = own.or_else(|| self.said(&LimitName::Each(scope.kind)));
        number(*most?)
    }

    /// Of a task on hold no new work is handed out.
    pub(crate) fn leased(&self, lease: &Lease, now: Time) {
        let task = Scope::task(&lease.task);
        assert!(
            !self.is_held(&task, now),
            "9: work of {} was leased though {task} is on hold",
            lease.job
        );
    }
}

fn number(most: Option<u32>) -> Option<usize> {
    most.and_then(|most| usize::try_from(most).ok())
}
