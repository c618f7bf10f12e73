//! What Go's linker notes in an executable: read from one small section, however large the file is.

use super::Trouble;
use elf::ElfStream;
use elf::endian::AnyEndian;
use std::io::{Read, Seek};

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Where the two texts begin, since Go 1.18.
const TEXTS_AT: usize = 32;
/// The flag for texts that stand in the section itself.
const INLINE: u8 = 2;

/// The text of module and build lines.
pub(crate) fn read(file: impl Read + Seek) -> Result<String, Trouble> {
    let no_executable = |e: elf::ParseError| Trouble::Malformed(format!("it is no executable: {e}"));
    let mut elf: ElfStream<AnyEndian, _> = ElfStream::open_stream(file).map_err(no_executable)?;
    let header = *elf.section_header_by_name(".go.buildinfo").map_err(no_executable)?.ok_or(Trouble::Absent)?;
    let (section, _) = elf.section_data(&header).map_err(no_executable)?;
    text_of(section).ok_or_else(|| Trouble::Malformed("its build information has an unknown form".to_owned()))
}

/// The second text of the section; the first is Go's own version.
pub(crate) fn text_of(section: &[u8]) -> Option<String> {
    let flags = *section.strip_prefix(MAGIC)?.get(1)?;
    if flags & INLINE == 0 {
        return None;
    }
    let (_, rest) = split_text(section.get(TEXTS_AT..)?)?;
    let (text, _) = split_text(rest)?;
    // 16 bytes at each end mark the text for tools that search for it.
    let text = text.get(16..text.len().checked_sub(16)?)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

/// A text behind its length, which is written in groups of seven bits.
fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length: usize = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return bytes[index + 1..].split_at_checked(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn section(text: &str) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([8, INLINE]);
        bytes.resize(TEXTS_AT, 0);
        bytes.extend([6]);
        bytes.extend(b"go1.22");
        let marked = [&[b'0'; 16][..], text.as_bytes(), &[b'1'; 16][..]].concat();
        bytes.extend([(marked.len() & 0x7f) as u8 | 0x80, (marked.len() >> 7) as u8]);
        bytes.extend(marked);
        bytes
    }

    #[test]
    fn the_build_lines_are_found() {
        let text = format!("path\tk8s.io/kubernetes/cmd/kubelet\n{}", "dep\tx\n".repeat(40));
        assert_eq!(text_of(&section(&text)), Some(text));
    }

    #[test]
    fn what_is_cut_short_is_no_text() {
        let whole = section("path\tx\n");
        for length in 0..whole.len() {
            assert_eq!(text_of(&whole[..length]), None, "{length}");
        }
        assert!(matches!(read(Cursor::new(b"#!/bin/sh\n".to_vec())), Err(Trouble::Malformed(_))));
    }
}
