//! `nodeproof convert`: turns a report of `--format report` into other formats.

use super::delivery::Delivery;
use super::flags::OutputFlags;
use crate::commands::Failure;
use crate::report::Report;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of a report that are read. One of a node has less than one megabyte.
const MAX_BYTES: u64 = 1 << 30;

/// Reads the report and writes it in the formats of the flags; exit code 0.
pub(crate) fn convert(file: &Path, flags: &OutputFlags) -> Result<u8, Failure> {
    let delivery = Delivery::open(flags, &|name| std::env::var(name).ok())?;
    let report = Report::from_json(&read(file)?);
    let report = report.map_err(|e| Failure::File(format!("{}:{e}", file.display())))?;
    delivery.write(&report)?;
    Ok(0)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |reason: String| Failure::Other(anyhow::anyhow!("{} cannot be read: {reason}", file.display()));
    let bytes = if file == Path::new("-") { read_all(io::stdin()) } else { open(file).and_then(read_all) };
    let bytes = bytes.map_err(|e| failed(crate::text::system_error(&e)))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(failed(format!("it is larger than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

#[expect(clippy::disallowed_methods, reason = "the report is the user's own file")]
fn open(file: &Path) -> io::Result<File> {
    File::open(file)
}

fn read_all(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
