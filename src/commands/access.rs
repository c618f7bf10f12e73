//! `nodeproof cluster --show-access`: who holds the powers by which a cluster is taken over.

use super::cluster_input::ClusterInput;
use super::flags::OutputFlags;
use super::{json, write_answer};
use crate::commands::Failure;
use crate::policy::{Power, access_table};
use crate::text::sanitize;
use std::fmt::Write as _;

/// Prints each power with its holders and the ways to it.
pub(super) fn show(input: &ClusterInput, output: &OutputFlags) -> Result<(), Failure> {
    let table = access_table(&input.facts());
    if let Some(file) = output.json_answer() {
        return write_answer(&json(&table)?, file.as_deref(), false);
    }
    let mut text = String::new();
    for power in Power::ALL {
        let Some(subjects) = table.get(power.id()) else { continue };
        let _ = writeln!(text, "{} ({})", power.id(), power.describe());
        if subjects.is_empty() {
            text.push_str("  nobody\n");
        }
        for (subject, ways) in subjects {
            let _ = writeln!(text, "  {}", sanitize::line(subject));
            for way in ways {
                let _ = writeln!(text, "    {}", sanitize::line(way));
            }
        }
    }
    text.push_str("By RBAC. A group stands for its members; system:masters may do everything, bound or not.\n");
    write_answer(text.as_bytes(), output.outputfile.as_deref(), false)
}
