//! One entry of the journal.

/// The fields of an entry that are printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalEntry {
    /// When it was written, in microseconds since 1970.
    pub realtime: u64,
    /// The id of the boot in which it was written.
    pub boot: [u8; 16],
    /// The node's name, if it is printable.
    pub hostname: Option<String>,
    /// The program that wrote it.
    pub identifier: String,
    /// The process that wrote it.
    pub pid: Option<String>,
    /// The same as journald says it, whatever the entry itself claims.
    pub trusted_pid: Option<u32>,
    /// The unit of that process.
    pub unit: Option<String>,
    /// The user of that process.
    pub uid: Option<u32>,
    /// The message.
    pub message: Option<Vec<u8>>,
}
