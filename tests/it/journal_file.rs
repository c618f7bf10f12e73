//! Journal files that systemd itself writes, of entries that a test describes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes the entries of an export stream to a journal file.
const WRITER: &str = "/lib/systemd/systemd-journal-remote";

/// An entry, with the fields that journald sets itself.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The id of the boot, 32 digits.
    pub(crate) boot: String,
    /// Microseconds since that boot.
    pub(crate) monotonic: u64,
    pub(crate) unit: String,
    pub(crate) pid: u32,
    pub(crate) uid: u32,
    /// The name that the writer chose.
    pub(crate) identifier: String,
    pub(crate) message: String,
}

/// Whether journal files can be written here, which CI must be able to.
pub(crate) fn can_write() -> bool {
    if Path::new(WRITER).exists() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "{WRITER} is needed: apt-get install systemd-journal-remote");
    println!("skipped: {WRITER} is not installed (apt-get install systemd-journal-remote)");
    false
}

/// Writes a journal file with these entries, in this order.
pub(crate) fn write(path: &Path, entries: &[Entry]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let mut writer = Command::new(WRITER)
        .arg(format!("--output={}", path.display()))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect(WRITER);
    let stream: Vec<u8> = entries.iter().flat_map(exported).collect();
    writer.stdin.take().expect("an input").write_all(&stream).expect("the entries are taken");
    let output = writer.wait_with_output().expect(WRITER);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && path.exists(), "{WRITER}: {said}");
}

/// An entry in systemd's export format.
fn exported(entry: &Entry) -> Vec<u8> {
    // The time of day does not matter, but journald's grows.
    let realtime = 1_770_000_000_000_000 + entry.monotonic;
    let Entry { boot, monotonic, unit, pid, uid, identifier, message } = entry;
    let mut bytes = format!(
        "__REALTIME_TIMESTAMP={realtime}\n__MONOTONIC_TIMESTAMP={monotonic}\n_BOOT_ID={boot}\n_SYSTEMD_UNIT={unit}\n\
         _PID={pid}\n_UID={uid}\nSYSLOG_IDENTIFIER={identifier}\nMESSAGE\n"
    )
    .into_bytes();
    // With its length in front, a message may have line breaks.
    bytes.extend((message.len() as u64).to_le_bytes());
    bytes.extend(message.as_bytes());
    bytes.extend(b"\n\n");
    bytes
}
