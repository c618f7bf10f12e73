//! `mode-at-most`: files have no other permission bits than these.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, FileGroup};
use crate::text::quote;
use serde_json::Value as Json;
use std::fmt;

/// No permission bit beyond these is set, nor setuid, setgid and sticky unless they are among them.
#[derive(Debug, Clone)]
pub struct ModeAtMost(u32);

impl Operator for ModeAtMost {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Files)
    }

    fn holds_for_files(&self, files: &FileGroup) -> Result<bool, TypeMismatch> {
        let unknown = || TypeMismatch(format!("the mode of {} is not described", files.first()));
        files.mode.map(|mode| mode & !self.0 == 0).ok_or_else(unknown)
    }
}

impl fmt::Display for ModeAtMost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "permissions are {:03o} or stricter", self.0)
    }
}

impl Operand for ModeAtMost {
    fn read(json: &Json) -> Result<Self, String> {
        let text = String::read(json)?;
        let bits = u32::from_str_radix(text.trim_start_matches("0o"), 8).ok().filter(|bits| *bits <= 0o7777);
        bits.map(Self).ok_or_else(|| format!("{} is not a mode of three or four octal digits", quote(&text)))
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "integer"], "pattern": "^(0o)?[0-7]{1,4}$" })
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{files, read, refuse};

    #[test]
    fn compares_bit_by_bit() {
        let expectation = read("mode-at-most: '640'");
        for mode in [0o640, 0o600, 0o400, 0o440, 0] {
            assert_eq!(expectation.holds_for_files(&files(mode, "root", "root")), Ok(true), "{mode:o}");
        }
        for mode in [0o660, 0o604, 0o641, 0o740, 0o4600, 0o2600, 0o1600] {
            assert_eq!(expectation.holds_for_files(&files(mode, "root", "root")), Ok(false), "{mode:o}");
        }
    }

    #[test]
    fn refuses_other_operands() {
        for operand in ["9", "rw", "'10000'", "''"] {
            refuse(&format!("mode-at-most: {operand}"), "is not a mode");
        }
    }
}
