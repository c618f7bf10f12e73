//! The page as a whole.

use super::checks::checks;
use super::facts::{facts, notices, title};
use super::filters::filters;
use super::order::placed;
use super::policy::{SCRIPT, STYLE, policy};
use super::shown::Shown;
use super::summary::summary;
use super::waivers::waivers;
use crate::report::Report;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The page of a report. What only one kind of subject has, such as the nodes of a fleet, is a section of its own behind the
/// summary.
pub(super) fn page(report: &Report) -> Markup {
    let all = placed(report);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (Shown(&title(report))) }
                "\n"
                style { (PreEscaped(STYLE)) }
            }
            "\n"
            body {
                a.skip href="#checks" { "Skip to the checks" }
                (facts(report))
                main {
                    (summary(&all))
                    (notices(report))
                    (waivers(&all))
                    (filters(report, &all))
                    "\n"
                    (checks(&all))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
        "\n"
    }
}
