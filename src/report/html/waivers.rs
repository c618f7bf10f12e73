//! Which failures are accepted, by whom and until when.

use super::order::Placed;
use super::shown::Shown;
use crate::report::Waiver;
use maud::{Markup, html};

/// The waivers of the report, each with the checks that it accepts.
pub(super) fn waivers(all: &[Placed<'_>]) -> Markup {
    let mut known: Vec<(&Waiver, Vec<&Placed<'_>>)> = Vec::new();
    for placed in all {
        let Some(waiver) = &placed.check.waiver else { continue };
        match known.iter_mut().find(|(known, _)| known.id == waiver.id && known.expires == waiver.expires) {
            Some((_, checks)) => checks.push(placed),
            None => known.push((waiver, vec![placed])),
        }
    }
    html! {
        @if !known.is_empty() {
            section aria-labelledby="waivers" {
                h2 #waivers { "Waivers" }
                ul {
                    @for (Waiver { id, reason, owner, expires, .. }, checks) in known {
                        li {
                            strong { (Shown(id)) } " "
                            @if expires == "permanent" { "permanent" } @else { "until " (Shown(expires)) }
                            ", " (Shown(owner)) ": " (Shown(reason)) " Accepts "
                            @for (index, Placed { check, anchor, .. }) in checks.into_iter().enumerate() {
                                @if index > 0 { ", " }
                                a href={ "#" (anchor) } { (Shown(&check.id)) }
                            }
                            "."
                        }
                    }
                }
            }
        }
    }
}
