//! A file that was found, or why it was not.

use crate::model::{Component, Observed};
use crate::probe::context::CollectContext;
use crate::source::node::HostPath;

/// A file, or why it was not found.
pub(super) type Located = Result<HostPath, Observed>;

/// A file, if it exists.
pub(super) fn existing(context: &CollectContext<'_>, path: HostPath) -> Located {
    match context.stat(&path) {
        Ok(_) => Ok(path),
        Err(error) => Err(context.observed_error(&path, &error)),
    }
}

/// A file that a running component uses. If it is missing, it is elsewhere, and nothing is known of it.
pub(super) fn existing_of_component(context: &CollectContext<'_>, component: Component, path: HostPath) -> Located {
    existing(context, path).map_err(|observed| {
        observed.missing_is_unknown(|reason| format!("{reason}, although {} uses it", component.program()))
    })
}
