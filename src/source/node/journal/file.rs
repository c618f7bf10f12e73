//! One file of the journal: header, values of fields, and the entries that have them.
//!
//! The format is described in systemd's `journal-def.h`: objects at offsets that are multiples of eight, each with type and
//! size; since version 252 also the compact format with offsets of four bytes. No hashes are computed: the value of a unit
//! is found by a linear search through the values of its field, as many as there are units.

use super::blocks::{Blocks, ReadAt, ReadError, ReadLimit};
use super::fields::{FieldValues, known_field};
use super::limits::{MAX_ENTRIES, MAX_KEPT_BYTES};
use super::merge::{Position, PositionedEntry};
use super::payload::{Compression, decompress, too_long};
use super::query::JournalQuery;
use crate::source::node::error::SourceError;
use crate::source::node::limits::MAX_FILE_BYTES;

/// The part of the header that every version has.
const HEADER_BYTES: usize = 208;
/// Type, flags and size of an object.
const OBJECT_BYTES: u64 = 16;
/// Features that a reader must know: XZ, LZ4, keyed hashes, Zstandard, the compact form.
const KNOWN_FEATURES: u32 = 0b1_1111;
const COMPACT: u32 = 0b1_0000;
const KEYED_HASHES: u32 = 0b100;
/// Bytes that are enough to compare a field's name.
const NAME_BYTES: usize = 32;
/// Items of one entry; systemd writes at most 1,024.
const MAX_ITEMS: u64 = 4096;

/// Why journalctl ignores a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    Truncated,
    Corrupted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum ObjectType {
    Data = 1,
    Field = 2,
    Entry = 3,
    EntryArray = 6,
}

/// An open journal file.
pub(super) struct JournalFile<'a> {
    pub(super) blocks: Blocks<'a>,
    pub(super) compact: bool,
    /// Whether values are found by SipHash with the id of the file.
    pub(super) has_keyed_hashes: bool,
    pub(super) file_id: [u8; 16],
    pub(super) data_table: u64,
    pub(super) data_buckets: u64,
    /// Boot and time of the last entry.
    pub(super) tail_boot: [u8; 16],
    pub(super) tail_monotonic: u64,
    series: [u8; 16],
    entry_array: u64,
    entries: u64,
    fields: u64,
    field_buckets: u64,
}

impl<'a> JournalFile<'a> {
    /// Reads the header. The inner error is for a file that journalctl ignores.
    pub(super) fn open(
        content: &'a dyn ReadAt,
        size: u64,
        limit: &'a ReadLimit<'a>,
    ) -> Result<Result<Self, Flaw>, ReadError> {
        if size < HEADER_BYTES as u64 {
            return Ok(Err(Flaw::Truncated));
        }
        let mut blocks = Blocks::new(content, limit);
        let mut header = [0; HEADER_BYTES];
        if let Err(error) = blocks.fill(0, &mut header) {
            return match error {
                ReadError::Damaged => Ok(Err(Flaw::Truncated)),
                ReadError::Source(_) => Err(error),
            };
        }
        if !header.starts_with(b"LPKSHHRH") {
            return Ok(Err(Flaw::Corrupted));
        }
        let features = u32_at(&header, 12);
        if features & !KNOWN_FEATURES != 0 {
            let problem = format!("a journal file has an unsupported format (features {features:#x})");
            return Err(ReadError::Source(SourceError::Io(problem)));
        }
        let (header_size, arena) = (u64_at(&header, 88), u64_at(&header, 96));
        if header_size < HEADER_BYTES as u64 {
            return Ok(Err(Flaw::Corrupted));
        }
        if header_size.checked_add(arena).is_none_or(|end| end > size) {
            return Ok(Err(Flaw::Truncated));
        }
        Ok(Ok(Self {
            blocks,
            compact: features & COMPACT != 0,
            has_keyed_hashes: features & KEYED_HASHES != 0,
            file_id: bytes_at(&header, 24),
            data_table: u64_at(&header, 104),
            data_buckets: u64_at(&header, 112) / 16,
            tail_boot: bytes_at(&header, 56),
            tail_monotonic: u64_at(&header, 200),
            series: bytes_at(&header, 72),
            fields: u64_at(&header, 120),
            field_buckets: u64_at(&header, 128) / 16,
            entries: u64_at(&header, 152),
            entry_array: u64_at(&header, 176),
        }))
    }

    /// The entries that match a query, in the order of the file, up to where it is damaged. `kept` counts the bytes of the
    /// entries of all files.
    pub(super) fn entries(
        &mut self,
        query: &JournalQuery,
        kept: &mut usize,
    ) -> Result<Vec<PositionedEntry>, SourceError> {
        let mut found = Vec::new();
        let offsets = match self.candidates(query) {
            Ok(offsets) => offsets,
            Err(ReadError::Damaged) => return Ok(found),
            Err(ReadError::Source(error)) => return Err(error),
        };
        for offset in offsets {
            match self.entry(offset, query) {
                Ok(None) => {}
                Ok(Some(one)) => {
                    *kept += one.size();
                    found.push(one);
                    if let Some(last) = query.last
                        && found.len() > last.saturating_mul(2)
                    {
                        let old = found.len() - last;
                        *kept -= found.drain(..old).map(|f| f.size()).sum::<usize>();
                    }
                }
                Err(ReadError::Damaged) => break,
                Err(ReadError::Source(error)) => return Err(error),
            }
            if *kept > MAX_KEPT_BYTES {
                let problem = format!("the matching entries have more than {MAX_KEPT_BYTES} bytes");
                return Err(SourceError::Io(problem));
            }
        }
        Ok(found)
    }

    /// The offsets of the entries that may match, in order.
    fn candidates(&mut self, query: &JournalQuery) -> Result<Vec<u64>, ReadError> {
        let mut offsets = Vec::new();
        if query.units.is_empty() {
            self.array(self.entry_array, self.entries, &mut offsets)?;
        }
        for unit in &query.units {
            for field in ["_SYSTEMD_UNIT", "COREDUMP_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT", "_SYSTEMD_SLICE"] {
                if field != "_SYSTEMD_SLICE" || unit.ends_with(".slice") {
                    self.entries_with(field, unit, &mut offsets)?;
                }
            }
        }
        offsets.sort_unstable();
        offsets.dedup();
        Ok(offsets)
    }

    /// The offsets of the entries in which a field has a value.
    fn entries_with(&mut self, field: &str, value: &str, offsets: &mut Vec<u64>) -> Result<(), ReadError> {
        let Some(mut data) = self.first_value(field)? else {
            return Ok(());
        };
        let wanted = format!("{field}={value}");
        while data != 0 {
            let mut head = [0; 64];
            let (size, flags) = self.object(data, ObjectType::Data)?;
            self.blocks.fill(data, &mut head)?;
            if self.payload(data, size, flags)? == wanted.as_bytes() {
                let (first, array, count) = (u64_at(&head, 40), u64_at(&head, 48), u64_at(&head, 56));
                if count > 0 {
                    offsets.push(first);
                }
                return self.array(array, count.saturating_sub(1), offsets);
            }
            // The list goes from newer to older values, whose offsets are lower.
            let next = u64_at(&head, 32);
            if next >= data {
                return Err(ReadError::Damaged);
            }
            data = next;
        }
        Ok(())
    }

    /// The first in the list of a field's values.
    pub(super) fn first_value(&mut self, field: &str) -> Result<Option<u64>, ReadError> {
        for bucket in 0..self.field_buckets {
            let mut head = [0; 8];
            let at = self.fields.checked_add(bucket * 16).ok_or(ReadError::Damaged)?;
            self.blocks.fill(at, &mut head)?;
            let mut object = u64::from_le_bytes(head);
            while object != 0 {
                let (size, _) = self.object(object, ObjectType::Field)?;
                let mut links = [0; 40];
                self.blocks.fill(object, &mut links)?;
                if self.bytes(object, 40, size, field.len() as u64 + 1)? == field.as_bytes() {
                    return Ok(Some(u64_at(&links, 32)));
                }
                let next = u64_at(&links, 24);
                if next != 0 && next <= object {
                    return Err(ReadError::Damaged);
                }
                object = next;
            }
        }
        Ok(None)
    }

    /// The first `count` offsets of a chain of arrays.
    fn array(&mut self, mut array: u64, mut count: u64, offsets: &mut Vec<u64>) -> Result<(), ReadError> {
        while array != 0 && count > 0 {
            let (capacity, following) = self.array_head(array)?;
            let here = capacity.min(count);
            if offsets.len() as u64 + here > MAX_ENTRIES as u64 {
                let problem = format!("a journal file has more than {MAX_ENTRIES} entries");
                return Err(ReadError::Source(SourceError::Io(problem)));
            }
            for index in 0..here {
                match self.array_item(array, index)? {
                    // The rest is not written yet.
                    0 => return Ok(()),
                    offset => offsets.push(offset),
                }
            }
            count -= here;
            // Arrays are only appended.
            if following != 0 && following <= array {
                return Err(ReadError::Damaged);
            }
            array = following;
        }
        Ok(())
    }

    /// How many offsets an array holds, and the array that follows it.
    pub(super) fn array_head(&mut self, array: u64) -> Result<(u64, u64), ReadError> {
        let width: u64 = if self.compact { 4 } else { 8 };
        let (size, _) = self.object(array, ObjectType::EntryArray)?;
        let mut next = [0; 8];
        self.blocks.fill(array + OBJECT_BYTES, &mut next)?;
        Ok((size.saturating_sub(OBJECT_BYTES + 8) / width, u64::from_le_bytes(next)))
    }

    /// An offset in an array.
    pub(super) fn array_item(&mut self, array: u64, number: u64) -> Result<u64, ReadError> {
        let width: u64 = if self.compact { 4 } else { 8 };
        self.offset(array + OBJECT_BYTES + 8 + number * width)
    }

    /// The entry at an offset, if it matches the query.
    pub(super) fn entry(&mut self, offset: u64, query: &JournalQuery) -> Result<Option<PositionedEntry>, ReadError> {
        let (size, _) = self.object(offset, ObjectType::Entry)?;
        let mut head = [0; 64];
        self.blocks.fill(offset, &mut head)?;
        let width = if self.compact { 4 } else { 16 };
        let items = size.checked_sub(64).ok_or(ReadError::Damaged)? / width;
        if items > MAX_ITEMS {
            return Err(ReadError::Damaged);
        }
        let mut values = FieldValues::default();
        for index in 0..items {
            let data = self.offset(offset + 64 + index * width)?;
            if let Some((field, value)) = self.value(data)? {
                values.push(field, value);
            }
        }
        if !query.units.is_empty() && !query.units.iter().any(|unit| values.belong_to(unit)) {
            return Ok(None);
        }
        let (realtime, boot) = (u64_at(&head, 24), bytes_at(&head, 40));
        let entry = values.into_entry(realtime, boot);
        if !query.matches(&entry) {
            return Ok(None);
        }
        let position = Position {
            series: self.series,
            number: u64_at(&head, 16),
            realtime,
            monotonic: u64_at(&head, 32),
            boot,
            fields_hash: u64_at(&head, 56),
        };
        Ok(Some(PositionedEntry { position, entry }))
    }

    /// A field's name and value, if the field is printed or matched.
    pub(super) fn value(&mut self, data: u64) -> Result<Option<(&'static str, Vec<u8>)>, ReadError> {
        let (size, flags) = self.object(data, ObjectType::Data)?;
        if Compression::of(flags) == Some(Compression::None) {
            let start = self.payload_start();
            let length = size.saturating_sub(start).min(NAME_BYTES as u64);
            if known_field(&self.bytes(data, start, start + length, length)?).is_none() {
                return Ok(None);
            }
        }
        let mut bytes = self.payload(data, size, flags)?;
        Ok(known_field(&bytes).map(|name| (name, bytes.split_off(name.len() + 1))))
    }

    /// The offset of `NAME=value` in its object.
    const fn payload_start(&self) -> u64 {
        if self.compact { 72 } else { 64 }
    }

    /// `NAME=value`.
    pub(super) fn payload(&mut self, data: u64, size: u64, flags: u8) -> Result<Vec<u8>, ReadError> {
        let compression = Compression::of(flags).ok_or(ReadError::Damaged)?;
        let bytes = self.bytes(data, self.payload_start(), size, MAX_FILE_BYTES)?;
        if bytes.len() as u64 == MAX_FILE_BYTES {
            return Err(too_long());
        }
        decompress(compression, bytes)
    }

    /// The bytes of an object of this size from `start` on, at most `limit`.
    fn bytes(&mut self, object: u64, start: u64, size: u64, limit: u64) -> Result<Vec<u8>, ReadError> {
        let length = size.checked_sub(start).ok_or(ReadError::Damaged)?.min(limit);
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| ReadError::Damaged)?];
        self.blocks.fill(object.checked_add(start).ok_or(ReadError::Damaged)?, &mut bytes)?;
        Ok(bytes)
    }

    /// An offset, in the width of this file.
    fn offset(&mut self, at: u64) -> Result<u64, ReadError> {
        let mut bytes = [0; 8];
        let width = if self.compact { 4 } else { 8 };
        self.blocks.fill(at, &mut bytes[..width])?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Size and flags of the object at an offset, which must have this type.
    pub(super) fn object(&mut self, offset: u64, object_type: ObjectType) -> Result<(u64, u8), ReadError> {
        if offset == 0 || !offset.is_multiple_of(8) || offset > u64::MAX / 2 {
            return Err(ReadError::Damaged);
        }
        let mut head = [0; 16];
        self.blocks.fill(offset, &mut head)?;
        let size = u64_at(&head, 8);
        if head[0] != object_type as u8 || !(OBJECT_BYTES..=u64::MAX / 4).contains(&size) {
            return Err(ReadError::Damaged);
        }
        Ok((size, head[1]))
    }
}

pub(super) fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes_at(bytes, at))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes_at(bytes, at))
}
