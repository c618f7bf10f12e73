//! Texts that come from the machine: paths, flags, values.

use super::shown::Shown;
use maud::{Markup, html};

/// A text of the machine.
pub(super) fn code(text: &str) -> Markup {
    html! { code { (Shown(text)) } }
}
