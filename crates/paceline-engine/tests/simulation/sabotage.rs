//! Promises that can be made to break, to see that the checks notice: at least one for each
//! invariant of the design, and some for the rules beside them.

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
    /// Jobs do not wait for others.
    ForgetParents,
    /// Nobody sees that jobs do the same work.
    ForgetIdentities,
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
    /// Nodes take more work than they have room for.
    ForgetResources,
    /// Runs of schedules are done twice.
    FireTwice,
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
        (Sabotage::ForgetParents, "6"),
        (Sabotage::MaskRetries, "7"),
        (Sabotage::ForgetIdentities, "8"),
        (Sabotage::ForgetPauses, "9"),
        (Sabotage::HideRevocations, "10"),
        (Sabotage::ForgetLifts, "11"),
        (Sabotage::SwapPriorities, "11"),
        (Sabotage::SwallowEvents, "12"),
        (Sabotage::ForgetThrottles, "rates"),
        (Sabotage::ForgetResources, "resources"),
        (Sabotage::FireTwice, "schedules"),
    ];

    /// The rules that are off at all times; the others are off now and then, so that histories
    /// get as far as something that they are about.
    pub(crate) const fn is_constant(self) -> bool {
        match self {
            Sabotage::ForgetLimits
            | Sabotage::ForgetHolds
            | Sabotage::ForgetParents
            | Sabotage::ForgetIdentities
            | Sabotage::ForgetPauses
            | Sabotage::HideRevocations
            | Sabotage::ForgetLifts
            | Sabotage::SwapPriorities
            | Sabotage::ForgetThrottles
            | Sabotage::ForgetResources => true,
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
