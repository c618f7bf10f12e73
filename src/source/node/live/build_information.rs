//! The build information that Go's linker puts into an executable: one small section, however large the file is.

use crate::source::node::error::SourceError;
use crate::text::system_error;
use elf::ElfStream;
use elf::endian::AnyEndian;
use std::io::{ErrorKind, Read, Seek};

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Offset of the two strings, since Go 1.18.
const STRINGS_OFFSET: usize = 32;
/// The flag for strings that are in the section itself.
const INLINE: u8 = 2;

/// Bytes of a section. Go programs have a few thousand.
const MAX_SECTION: u64 = 1 << 20;

/// The lines on modules and build settings.
pub(crate) fn read(mut file: impl Read + Seek) -> Result<String, SourceError> {
    let failed = |e: elf::ParseError| parse_failure(&e);
    check_header_counts(&mut file)?;
    let mut elf: ElfStream<AnyEndian, _> = ElfStream::open_stream(file).map_err(failed)?;
    // The library reads whole sections, and a file may claim any size.
    let bounded = |size: u64| if size > MAX_SECTION { Err(SourceError::TooLarge(MAX_SECTION)) } else { Ok(()) };
    let names = elf.section_headers().get(usize::from(elf.ehdr.e_shstrndx));
    bounded(names.map_or(u64::MAX, |section| section.sh_size))?;
    let header = *elf.section_header_by_name(".go.buildinfo").map_err(failed)?.ok_or(SourceError::NotFound)?;
    bounded(header.sh_size)?;
    let (section, _) = elf.section_data(&header).map_err(failed)?;
    text_of(section).ok_or_else(|| SourceError::Malformed("its build information has an unknown format".to_owned()))
}

/// Refuses a file whose number of headers is not in its first 64 bytes, where it is at most 65,534. A file without section
/// headers has no build information.
fn check_header_counts(file: &mut (impl Read + Seek)) -> Result<(), SourceError> {
    let mut head = [0; 64];
    let read = file.read_exact(&mut head).and_then(|()| file.rewind());
    read.map_err(|e| parse_failure(&elf::ParseError::IOError(e)))?;
    // The offsets depend on the class; 1 is 32 bits.
    let (programs, sections) = if head[4] == 1 { (44, 48) } else { (56, 60) };
    match (&head[programs..programs + 2], &head[sections..sections + 2]) {
        (_, [0, 0]) => Err(SourceError::NotFound),
        ([0xff, 0xff], _) => Err(SourceError::Malformed("it has too many program headers".to_owned())),
        _ => Ok(()),
    }
}

/// Why a file cannot be parsed, in our words.
fn parse_failure(error: &elf::ParseError) -> SourceError {
    match error {
        elf::ParseError::IOError(error) if error.kind() != ErrorKind::UnexpectedEof => {
            SourceError::Io(system_error(error))
        }
        elf::ParseError::IOError(_) | elf::ParseError::BadMagic(_) => {
            SourceError::Malformed("it is not an ELF executable".to_owned())
        }
        _ => SourceError::Malformed("its ELF headers are inconsistent".to_owned()),
    }
}

/// The second string of the section. The first is Go's version.
pub(crate) fn text_of(section: &[u8]) -> Option<String> {
    let flags = *section.strip_prefix(MAGIC)?.get(1)?;
    if flags & INLINE == 0 {
        return None;
    }
    let (_, rest) = split_string(section.get(STRINGS_OFFSET..)?)?;
    let (text, _) = split_string(rest)?;
    // 16 bytes at each end mark the string for tools that search for it.
    let text = text.get(16..text.len().checked_sub(16)?)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

/// A string after its length, which is encoded in groups of seven bits.
fn split_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
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
        bytes.resize(STRINGS_OFFSET, 0);
        bytes.extend([6]);
        bytes.extend(b"go1.22");
        let marked = [&[b'0'; 16][..], text.as_bytes(), &[b'1'; 16][..]].concat();
        bytes.extend([(marked.len() & 0x7f) as u8 | 0x80, (marked.len() >> 7) as u8]);
        bytes.extend(marked);
        bytes
    }

    #[test]
    fn finds_the_build_lines() {
        let text = format!("path\tk8s.io/kubernetes/cmd/kubelet\n{}", "dep\tx\n".repeat(40));
        assert_eq!(text_of(&section(&text)), Some(text));
    }

    /// A 64-bit executable with two sections: their names, and Go's.
    fn executable(section: &[u8], size: u64, section_count: u16) -> Vec<u8> {
        let names = b"\0.shstrtab\0.go.buildinfo\0";
        let (names_at, section_at) = (64, 64 + names.len());
        let headers_at = section_at + section.len();
        let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0".to_vec();
        file.resize(40, 0);
        file.extend((headers_at as u64).to_le_bytes());
        // The flags, as two numbers of two bytes, then the others.
        for number in [0, 0, 64, 56, 0, 64, section_count, 1] {
            file.extend(u16::to_le_bytes(number));
        }
        file.extend(names);
        file.extend(section);
        for (name, at, size) in [(0_u32, 0, 0), (1, names_at, names.len() as u64), (11, section_at, size)] {
            let mut header = name.to_le_bytes().to_vec();
            header.resize(24, 0);
            header.extend((at as u64).to_le_bytes());
            header.extend(size.to_le_bytes());
            header.resize(64, 0);
            file.extend(header);
        }
        file
    }

    #[test]
    fn refuses_a_section_that_claims_any_size() {
        let section = section("path\tx\n");
        let read_of = |size, count| read(Cursor::new(executable(&section, size, count)));
        assert_eq!(read_of(section.len() as u64, 3).as_deref(), Ok("path\tx\n"));
        assert_eq!(read_of(1 << 40, 3), Err(SourceError::TooLarge(MAX_SECTION)));
        assert_eq!(read_of(section.len() as u64, 0), Err(SourceError::NotFound));
    }

    #[test]
    fn a_truncated_section_has_no_text() {
        let whole = section("path\tx\n");
        for length in 0..whole.len() {
            assert_eq!(text_of(&whole[..length]), None, "{length}");
        }
        assert!(matches!(read(Cursor::new(b"#!/bin/sh\n".to_vec())), Err(SourceError::Malformed(_))));
        assert!(matches!(read(Cursor::new(b"#!/bin/sh\n".repeat(50))), Err(SourceError::Malformed(_))));
    }
}
