//! What Go's linker notes in an executable: read from one small section, however large the file is.

use super::SourceError;
use elf::ElfStream;
use elf::endian::AnyEndian;
use std::io::{Read, Seek};

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Where the two texts begin, since Go 1.18.
const TEXTS_AT: usize = 32;
/// The flag for texts that stand in the section itself.
const INLINE: u8 = 2;

/// Bytes of a section that is read; those of Go's programs have some thousand.
const MAX_SECTION: u64 = 1 << 20;

/// The text of module and build lines.
pub(crate) fn read(mut file: impl Read + Seek) -> Result<String, SourceError> {
    let no_executable = |e: elf::ParseError| SourceError::Malformed(format!("it is no executable: {e}"));
    count_headers(&mut file)?;
    let mut elf: ElfStream<AnyEndian, _> = ElfStream::open_stream(file).map_err(no_executable)?;
    // The library holds a section as a whole, and a file may say that it has one of any size.
    let bounded = |size: u64| if size > MAX_SECTION { Err(SourceError::TooLarge(MAX_SECTION)) } else { Ok(()) };
    let names = elf.section_headers().get(usize::from(elf.ehdr.e_shstrndx));
    bounded(names.map_or(u64::MAX, |section| section.sh_size))?;
    let header = *elf.section_header_by_name(".go.buildinfo").map_err(no_executable)?.ok_or(SourceError::NotFound)?;
    bounded(header.sh_size)?;
    let (section, _) = elf.section_data(&header).map_err(no_executable)?;
    text_of(section).ok_or_else(|| SourceError::Malformed("its build information has an unknown form".to_owned()))
}

/// Refuses a file whose headers are counted elsewhere than in its first bytes: there may be any number of them. None at all
/// means that there is no such section either.
fn count_headers(file: &mut (impl Read + Seek)) -> Result<(), SourceError> {
    let mut head = [0; 64];
    let read = file.read_exact(&mut head).and_then(|()| file.rewind());
    read.map_err(|e| SourceError::Malformed(format!("it is no executable: {e}")))?;
    // The class, 1 for 32 bits, tells where the numbers of program and section headers stand.
    let (programs, sections) = if head[4] == 1 { (44, 48) } else { (56, 60) };
    match (&head[programs..programs + 2], &head[sections..sections + 2]) {
        (_, [0, 0]) => Err(SourceError::NotFound),
        ([0xff, 0xff], _) => Err(SourceError::Malformed("it has too many program headers".to_owned())),
        _ => Ok(()),
    }
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

    /// An executable of 64 bits with two sections: their names, and Go's.
    fn executable(section: &[u8], size: u64, counted: u16) -> Vec<u8> {
        let names = b"\0.shstrtab\0.go.buildinfo\0";
        let (names_at, section_at) = (64, 64 + names.len());
        let headers_at = section_at + section.len();
        let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0".to_vec();
        file.resize(40, 0);
        file.extend((headers_at as u64).to_le_bytes());
        // The flags have four bytes, the other numbers two.
        for number in [0, 0, 64, 56, 0, 64, counted, 1] {
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
    fn a_section_of_any_size_is_not_held() {
        let section = section("path\tx\n");
        let read_of = |size, counted| read(Cursor::new(executable(&section, size, counted)));
        assert_eq!(read_of(section.len() as u64, 3).as_deref(), Ok("path\tx\n"));
        assert_eq!(read_of(1 << 40, 3), Err(SourceError::TooLarge(MAX_SECTION)));
        assert_eq!(read_of(section.len() as u64, 0), Err(SourceError::NotFound));
    }

    #[test]
    fn what_is_cut_short_is_no_text() {
        let whole = section("path\tx\n");
        for length in 0..whole.len() {
            assert_eq!(text_of(&whole[..length]), None, "{length}");
        }
        assert!(matches!(read(Cursor::new(b"#!/bin/sh\n".to_vec())), Err(SourceError::Malformed(_))));
        assert!(matches!(read(Cursor::new(b"#!/bin/sh\n".repeat(50))), Err(SourceError::Malformed(_))));
    }
}
