//! Promises that can be made to break, to see that the checks notice: at least one for each
//! invariant of the design, and some for the rules beside them.
//!
//! | invariant | what is switched off |
//! |---|---|
//! | 1 nothing acknowledged is lost | `ForgetSubmissions` |
//! | 2 nothing that succeeded runs again | `ForgetSuccesses` |
//! | 3 one end for each item, counters that count | `LoseItems` |
//! | 4 only who holds the lease reports | `LeaseTwice`, `AcceptLostReports` |
//! | 5 no limit is exceeded | `ForgetLimits`, `ForgetHolds`, `ForgetPausedWork` |
//! | 6 nothing starts before what it waits for | `ForgetParents` |
//! | 7 ends change by retry and restart only | `MaskRetries` |
//! | 8 one waits of each identity, with the newest params | `ForgetIdentities`, `KeepOldParams` |
//! | 9 nothing starts after a pause | `ForgetPauses`, `ForgetHolds` (a task's) |
//! | 10 a cancel reaches the handler | `HideRevocations` |
//! | 11 all that can run is started, in turn | `ForgetLifts`, `SwapPriorities` |
//! | 12 the events give the states | `SwallowEvents` |
//! | rates | `ForgetThrottles` |
//! | breakers | `ForgetBreakers` |
//! | resources | `ForgetResources` |
//! | schedules | `FireTwice` |
//! | batches | `ForgetBatches` |

/// A rule that is switched off between the engine and its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// Submissions are acknowledged and not taken in.
    ForgetSubmissions,
    /// What succeeded is acknowledged and not recorded, so that it runs again.
    ForgetSuccesses,
    /// An item of a submission gets lost.
    LoseItems,
    /// A lease is given to two.
    LeaseTwice,
    /// Reports on leases that are gone count.
    AcceptLostReports,
    /// Limits are acknowledged and do not hold.
    ForgetLimits,
    /// Holds are acknowledged and do not hold.
    ForgetHolds,
    /// A paused job counts for the limits no more, though workers have work of it.
    ForgetPausedWork,
    /// Jobs do not wait for others.
    ForgetParents,
    /// Nobody sees that jobs do the same work.
    ForgetIdentities,
    /// Duplicates are merged, and their params are not taken over.
    KeepOldParams,
    /// A retry or restart leaves no trace of itself.
    MaskRetries,
    /// Pauses are acknowledged and nobody pauses.
    ForgetPauses,
    /// Nobody hears that a lease is gone.
    HideRevocations,
    /// Holds never end.
    ForgetLifts,
    /// The least urgent goes first.
    SwapPriorities,
    /// An end is not told.
    SwallowEvents,
    /// Rates and breakers do not hold.
    ForgetThrottles,
    /// An open breaker holds nothing back.
    ForgetBreakers,
    /// Nodes take more work than they have room for.
    ForgetResources,
    /// Runs of schedules are done twice.
    FireTwice,
    /// Jobs are in no batch.
    ForgetBatches,
}

impl Sabotage {
    /// Each with the number of the invariant that it breaks, or the name of a rule beside them.
    pub(crate) const ALL: &'static [(Sabotage, &'static str)] = &[
        (Sabotage::ForgetSubmissions, "1"),
        (Sabotage::ForgetSuccesses, "2"),
        (Sabotage::LoseItems, "3"),
        (Sabotage::LeaseTwice, "4"),
        (Sabotage::AcceptLostReports, "4"),
        (Sabotage::ForgetLimits, "5"),
        (Sabotage::ForgetHolds, "5"),
        (Sabotage::ForgetPausedWork, "5"),
        (Sabotage::ForgetParents, "6"),
        (Sabotage::MaskRetries, "7"),
        (Sabotage::ForgetIdentities, "8"),
        (Sabotage::KeepOldParams, "8"),
        (Sabotage::ForgetPauses, "9"),
        (Sabotage::ForgetHolds, "9"),
        (Sabotage::HideRevocations, "10"),
        (Sabotage::ForgetLifts, "11"),
        (Sabotage::SwapPriorities, "11"),
        (Sabotage::SwallowEvents, "12"),
        (Sabotage::ForgetThrottles, "rates"),
        (Sabotage::ForgetBreakers, "breakers"),
        (Sabotage::ForgetResources, "resources"),
        (Sabotage::FireTwice, "schedules"),
        (Sabotage::ForgetBatches, "batches"),
    ];

    /// A seed before which it was seldom noticed: looking there would only take time.
    pub(crate) const fn seldom_before(self) -> u64 {
        match self {
            Sabotage::SwallowEvents => 40,
            Sabotage::SwapPriorities => 16,
            Sabotage::ForgetPausedWork => 14,
            _ => 0,
        }
    }

    /// The rules that are off at all times; the others are off now and then, so that histories
    /// get as far as something that they are about.
    pub(crate) const fn is_constant(self) -> bool {
        match self {
            Sabotage::ForgetLimits
            | Sabotage::ForgetHolds
            | Sabotage::ForgetPausedWork
            | Sabotage::ForgetParents
            | Sabotage::ForgetIdentities
            | Sabotage::KeepOldParams
            | Sabotage::ForgetPauses
            | Sabotage::HideRevocations
            | Sabotage::ForgetLifts
            | Sabotage::SwapPriorities
            | Sabotage::ForgetThrottles
            | Sabotage::ForgetBreakers
            | Sabotage::ForgetResources
            | Sabotage::ForgetBatches => true,
            Sabotage::ForgetSubmissions
            | Sabotage::ForgetSuccesses
            | Sabotage::LoseItems
            | Sabotage::LeaseTwice
            | Sabotage::AcceptLostReports
            | Sabotage::MaskRetries
            | Sabotage::SwallowEvents
            | Sabotage::FireTwice => false,
        }
    }
}
