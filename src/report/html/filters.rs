//! What the reader can choose from. Hidden until the script, which does it, shows it.

use super::order::{Placed, SEVERITIES, STATUSES, severity_name};
use super::shown::Shown;
use crate::report::Report;
use maud::{Markup, html};

/// The filters.
pub(super) fn filters(report: &Report, all: &[Placed<'_>]) -> Markup {
    let statuses = STATUSES.iter().filter(|status| all.iter().any(|placed| placed.check.status == **status));
    let severities = SEVERITIES.iter().filter(|severity| all.iter().any(|placed| placed.check.severity == **severity));
    let groups = report.sections().flat_map(|section| section.groups).enumerate();
    html! {
        form #filters role="search" aria-label="Filter the checks" hidden {
            fieldset {
                legend { "Status" }
                @for status in statuses { (choice("status", status.id())) }
            }
            fieldset {
                legend { "Severity" }
                @for severity in severities { (choice("severity", severity_name(*severity))) }
            }
            div.choice {
                label for="group" { "Section" }
                select #group {
                    option value="" { "All sections" }
                    @for (index, view) in groups {
                        @if !view.checks.is_empty() {
                            option value=(index) { (Shown(&view.group.id)) " " (Shown(&view.group.title)) }
                        }
                    }
                }
            }
            div.choice {
                label for="text" { "Text" }
                input #text type="search" autocomplete="off" spellcheck="false";
            }
            p.buttons {
                button #open type="button" { "Open all" }
                button #close type="button" { "Close all" }
                button type="reset" { "Reset" }
                output #shown for="group text" {}
            }
        }
    }
}

fn choice(name: &str, value: &str) -> Markup {
    html! {
        label { input type="checkbox" name=(name) value=(value) checked; " " (value) }
    }
}
