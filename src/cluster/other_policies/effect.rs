//! What a policy does to the traffic of the pods that it selects, in one direction.

/// What a policy does. The order is that in which several effects decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// It is not about the direction.
    None,
    /// It lets everything through.
    AllowsAll,
    /// Its form is not understood.
    Unclear,
    /// Something does not get through.
    Restricts,
}

/// The effects on what reaches the pods, and on what they reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effects {
    pub(super) ingress: Effect,
    pub(super) egress: Effect,
}

impl Effects {
    /// The effect in any direction.
    pub(super) fn any(self) -> Effect {
        self.ingress.max(self.egress)
    }
}
