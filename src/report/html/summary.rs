//! How many checks came to what.

use super::order::{Placed, SEVERITIES, STATUSES, heading, severity_name};
use maud::{Markup, html};

/// A table of statuses and severities.
pub(super) fn summary(all: &[Placed<'_>]) -> Markup {
    let severities: Vec<_> =
        SEVERITIES.into_iter().filter(|severity| all.iter().any(|placed| placed.check.severity == *severity)).collect();
    let count = |is_counted: &dyn Fn(&Placed<'_>) -> bool| all.iter().filter(|placed| is_counted(placed)).count();
    html! {
        section aria-labelledby="summary" {
            h2 #summary { "Summary" }
            table.counts {
                thead {
                    tr {
                        th scope="col" { "Status" }
                        @for severity in &severities { th scope="col" { (severity_name(*severity)) } }
                        th scope="col" { "All" }
                    }
                }
                tbody {
                    @for status in STATUSES {
                        @let here = count(&|placed| placed.check.status == status);
                        @if here > 0 {
                            tr {
                                th scope="row" { a href={ "#status-" (status.id()) } { (heading(status)) } }
                                @for severity in &severities {
                                    td {
                                        (count(&|placed| {
                                            placed.check.status == status && placed.check.severity == *severity
                                        }))
                                    }
                                }
                                td { (here) }
                            }
                        }
                    }
                }
                tfoot {
                    tr {
                        th scope="row" { "All" }
                        @for severity in &severities { td { (count(&|placed| placed.check.severity == *severity)) } }
                        td { (all.len()) }
                    }
                }
            }
        }
    }
}
