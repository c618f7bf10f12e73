//! All checks, status by status.

use super::check::check;
use super::order::{Placed, STATUSES, heading};
use crate::model::Status;
use maud::{Markup, html};

/// How many failures are open from the beginning.
const MOST_OPEN: usize = 20;

/// The checks.
pub(super) fn checks(all: &[Placed<'_>]) -> Markup {
    html! {
        section #checks aria-labelledby="checks-heading" {
            h2 #checks-heading { "Checks" }
            @if all.is_empty() { p { "The report has no checks." } }
            @for status in STATUSES { (with_status(all, status)) }
            p #nothing hidden { "No check is like this." }
        }
    }
}

fn with_status(all: &[Placed<'_>], status: Status) -> Markup {
    let here: Vec<&Placed<'_>> = all.iter().filter(|placed| placed.check.status == status).collect();
    html! {
        @if !here.is_empty() {
            section.group aria-labelledby={ "status-" (status.id()) } {
                h3 id={ "status-" (status.id()) } { (heading(status)) " (" (here.len()) ")" }
                @for (index, placed) in here.iter().enumerate() {
                    (check(placed, status == Status::Fail && index < MOST_OPEN))
                }
            }
        }
    }
}
