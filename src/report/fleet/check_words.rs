//! What a check came to on many nodes, in a sentence.

use super::drift::{RoleDrift, applies};
use super::merger::Slot;
use super::order::by_number;
use super::outcome::Outcome;
use crate::model::Status;

/// The most names in a sentence.
const MOST_NAMES: usize = 10;

/// `48 nodes alike (pass), 2 differ: worker-7 (fail), worker-19 (fail): REASON`; nothing if there is nothing to say.
/// `worst`: the outcome that the check has its status from. `name`: the name of a node.
pub(super) fn sentence(
    slot: &Slot,
    drifts: &[RoleDrift<'_>],
    worst: Option<&Outcome>,
    name: &dyn Fn(usize) -> String,
) -> Option<String> {
    let elsewhere: usize = Status::WORST_FIRST
        .iter()
        .zip(&slot.by_status)
        .filter(|(status, _)| !applies(**status))
        .map(|(_, nodes)| nodes.len())
        .sum();
    let is_uniform = matches!(drifts, [drift] if drift.differing.is_empty());
    let is_pass = matches!(drifts, [RoleDrift { usual: Some((_, Status::Pass)), .. }]);
    if is_uniform && is_pass && elsewhere == 0 {
        return None;
    }
    let mut parts: Vec<String> = drifts.iter().map(|drift| role(slot, drift, drifts.len() > 1, name)).collect();
    if elsewhere > 0 {
        parts.push(format!("not applicable to {}", nodes(elsewhere)));
    }
    let reason = worst.and_then(|worst| worst.reason.as_deref()).filter(|reason| !reason.is_empty());
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    Some(format!("{}{reason}", parts.join("; ")))
}

fn role(slot: &Slot, drift: &RoleDrift<'_>, several: bool, name: &dyn Fn(usize) -> String) -> String {
    let label = if several { format!("{}: ", drift.roles.join(", ")) } else { String::new() };
    let alike = match (drift.usual, drift.alike) {
        (Some((_, status)), 1) => format!("1 node ({status})"),
        (Some((_, status)), count) => format!("{count} nodes alike ({status})"),
        (None, _) => "no two nodes are known to be alike".to_owned(),
    };
    let count = drift.differing.len();
    if count == 0 {
        return format!("{label}{alike}");
    }
    let mut differing: Vec<(usize, String)> = Vec::new();
    for (place, of_status) in slot.by_status.iter().enumerate() {
        differing
            .extend(drift.differing.iter().filter(|node| of_status.contains(*node)).map(|node| (place, name(node))));
    }
    differing.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| by_number(&a.1, &b.1)));
    let shown = differing.iter().take(MOST_NAMES);
    let shown: Vec<String> = shown.map(|(place, name)| format!("{name} ({})", Status::WORST_FIRST[*place])).collect();
    let more = if count > MOST_NAMES { format!(" and {} more", count - MOST_NAMES) } else { String::new() };
    let verb = if count == 1 { "differs" } else { "differ" };
    format!("{label}{alike}, {count} {verb}: {}{more}", shown.join(", "))
}

/// `1 node`, `2 nodes`.
pub(super) fn nodes(count: usize) -> String {
    if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") }
}

/// The first few of some names, and how many more there are.
pub(super) fn names(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
