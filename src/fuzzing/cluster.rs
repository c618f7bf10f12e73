//! The objects of a cluster, and the file that says how to reach it.

#[cfg(feature = "cluster")]
use crate::source::cluster::kubeconfig_problems;
use crate::source::cluster::{ListState, ObjectKind, ObjectLists, Recorded, lists_in_bytes};

/// A secret of the seeds: no message may quote it.
const SECRET: &str = "hunter2";

/// Saved lists, as JSON if they begin with a brace, else as YAML: notices have no control characters, and a snapshot of the lists has
/// as many objects of each kind and the same lists are complete.
pub fn cluster_lists(data: &[u8]) {
    let lists = lists_in_bytes(data, true);
    for notice in &lists.notices {
        assert!(!notice.contains(char::is_control), "{notice:?}");
    }
    let written =
        lists.to_json(&Recorded::default()).unwrap_or_else(|error| panic!("lists are not written as JSON: {error}"));
    let again = lists_in_bytes(&written, false);
    for kind in ObjectKind::ALL {
        assert_eq!(summary(&again, kind), summary(&lists, kind), "{kind}: {}", String::from_utf8_lossy(&written));
    }
}

/// How the list of a kind ended, and how many objects it has.
fn summary(lists: &ObjectLists, kind: ObjectKind) -> (&'static str, usize) {
    let state = match lists.state(kind) {
        ListState::Complete => "complete",
        ListState::Refused(_) => "refused",
        ListState::Unknown(_) => "unknown",
        ListState::NotAtHand => "not at hand",
        ListState::Broken(_) => "broken",
    };
    (state, lists.count(kind))
}

/// A kubeconfig: it is read, or refused with reasons that quote no credential and have no control characters.
pub fn kubeconfig(data: &[u8]) {
    #[cfg(feature = "cluster")]
    for problem in kubeconfig_problems(String::from_utf8_lossy(data).into_owned()) {
        let text = problem.to_string();
        assert!(!text.contains(SECRET) && !text.contains(char::is_control), "{text:?}");
    }
    // A build that cannot ask a server reads none.
    let _ = (data, SECRET);
}
