//! The fields of an entry that are printed or matched.

use super::entry::JournalEntry;
use super::short::{is_time, short_text};

/// `MESSAGE_ID` of systemd's entries on core dumps.
const COREDUMP: &[u8] = b"fc2e22bc6ee647b6b90729ab34a250b1";

/// The values of an entry's fields in [`FIELDS`].
#[derive(Default)]
pub(super) struct FieldValues(Vec<(&'static str, Vec<u8>)>);

/// The fields that are printed or matched.
const FIELDS: [&str; 14] = [
    "MESSAGE",
    "_HOSTNAME",
    "SYSLOG_IDENTIFIER",
    "_COMM",
    "_PID",
    "SYSLOG_PID",
    "_SOURCE_REALTIME_TIMESTAMP",
    "_SYSTEMD_UNIT",
    "COREDUMP_UNIT",
    "UNIT",
    "OBJECT_SYSTEMD_UNIT",
    "_SYSTEMD_SLICE",
    "_UID",
    "MESSAGE_ID",
];

impl FieldValues {
    pub(super) fn push(&mut self, field: &'static str, value: Vec<u8>) {
        self.0.push((field, value));
    }

    fn has(&self, field: &str, value: &[u8]) -> bool {
        self.0.iter().any(|(name, known)| *name == field && known == value)
    }

    /// The last value of a field, as journalctl takes it.
    fn last(&self, field: &str) -> Option<&[u8]> {
        self.0.iter().rev().find(|(name, _)| *name == field).map(|(_, value)| value.as_slice())
    }

    /// Whether journalctl counts the entry among those of a unit: written by the unit, or about it by root.
    pub(super) fn belong_to(&self, unit: &str) -> bool {
        let unit = unit.as_bytes();
        self.has("_SYSTEMD_UNIT", unit)
            || (self.has("COREDUMP_UNIT", unit) && self.has("MESSAGE_ID", COREDUMP) && self.has("_UID", b"0"))
            || (self.has("UNIT", unit) && self.has("_PID", b"1"))
            || (self.has("OBJECT_SYSTEMD_UNIT", unit) && self.has("_UID", b"0"))
            || (unit.ends_with(b".slice") && self.has("_SYSTEMD_SLICE", unit))
    }

    pub(super) fn into_entry(self, realtime: u64, boot: [u8; 16]) -> JournalEntry {
        let printable = |field: &str| short_text(self.last(field)?);
        let number = |field: &str| std::str::from_utf8(self.last(field)?).ok()?.parse().ok();
        let source_time =
            self.last("_SOURCE_REALTIME_TIMESTAMP").and_then(|v| std::str::from_utf8(v).ok()?.parse().ok());
        JournalEntry {
            realtime: source_time.filter(|t| is_time(*t)).unwrap_or(realtime),
            boot,
            hostname: printable("_HOSTNAME"),
            identifier: printable("SYSLOG_IDENTIFIER")
                .or_else(|| printable("_COMM"))
                .unwrap_or_else(|| "unknown".to_owned()),
            pid: printable("_PID").or_else(|| printable("SYSLOG_PID")),
            trusted_pid: number("_PID"),
            unit: self.last("_SYSTEMD_UNIT").map(|unit| String::from_utf8_lossy(unit).into_owned()),
            uid: number("_UID"),
            message: self.last("MESSAGE").map(<[u8]>::to_vec),
        }
    }
}

/// The field of a `NAME=value`, if it is one of [`FIELDS`]. The first bytes are enough.
pub(super) fn known_field(bytes: &[u8]) -> Option<&'static str> {
    let has_name = |name: &&str| bytes.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"="));
    FIELDS.into_iter().find(has_name)
}
