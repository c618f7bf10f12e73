//! Finds entries of a journal file by its own index: the table of values, and the entries in which a value is, which are in the
//! order of time.

use super::blocks::ReadError;
use super::file::{JournalFile, ObjectType, bytes_at, u64_at};
use super::merge::{Position, PositionedEntry};
use super::process_log::ProcessStart;
use memchr::memmem;
use std::collections::HashSet;
use std::hash::Hasher as _;

/// Arrays of the entries of one value. Each is twice as long as the one before.
const MAX_ARRAYS: usize = 64;
/// Values with the same hash, of which the table is made to have few.
const MAX_CHAIN: usize = 10_000;
/// Items of one entry; systemd writes at most 1,024.
const MAX_ITEMS: u64 = 4096;

/// The entries in which a value is.
pub(super) struct EntryList {
    /// The value.
    pub(super) data: u64,
    first: u64,
    /// Offset and length of the arrays of the others.
    arrays: Vec<(u64, u64)>,
    pub(super) count: u64,
}

/// Where an entry is, and what it refers to.
pub(super) struct IndexedEntry {
    pub(super) boot: [u8; 16],
    pub(super) monotonic: u64,
    items: Vec<u64>,
}

impl IndexedEntry {
    pub(super) fn has(&self, data: u64) -> bool {
        self.items.contains(&data)
    }
}

/// Texts that are looked for in the messages of one file.
pub(super) struct TextSearch<'t> {
    texts: Vec<memmem::Finder<'t>>,
    /// Values that are no messages. Many entries share them.
    other_values: HashSet<u64>,
}

impl<'t> TextSearch<'t> {
    pub(super) fn new(texts: &'t [String]) -> Self {
        Self { texts: texts.iter().map(memmem::Finder::new).collect(), other_values: HashSet::new() }
    }
}

impl JournalFile<'_> {
    /// The entries in which a field has a value, if there are any.
    pub(super) fn list(&mut self, field: &str, value: &str) -> Result<Option<EntryList>, ReadError> {
        let wanted = format!("{field}={value}");
        let data =
            if self.has_keyed_hashes { self.by_hash(wanted.as_bytes())? } else { self.by_field(field, &wanted)? };
        let Some(data) = data else { return Ok(None) };
        let mut head = [0; 64];
        self.blocks.fill(data, &mut head)?;
        let (first, mut array, count) = (u64_at(&head, 40), u64_at(&head, 48), u64_at(&head, 56));
        if count == 0 {
            return Ok(None);
        }
        let (mut arrays, mut left) = (Vec::new(), count - 1);
        while array != 0 && left > 0 && arrays.len() < MAX_ARRAYS {
            let (capacity, next) = self.array_head(array)?;
            let here = capacity.min(left);
            arrays.push((array, here));
            left -= here;
            if next != 0 && next <= array || capacity == 0 {
                return Err(ReadError::Damaged);
            }
            array = next;
        }
        Ok(Some(EntryList { data, first, arrays, count: count - left }))
    }

    fn by_hash(&mut self, wanted: &[u8]) -> Result<Option<u64>, ReadError> {
        let buckets = self.data_buckets;
        if buckets == 0 {
            return Ok(None);
        }
        let hash = keyed_hash(self.file_id, wanted);
        let mut head = [0; 8];
        let at = self.data_table.checked_add((hash % buckets) * 16).ok_or(ReadError::Damaged)?;
        self.blocks.fill(at, &mut head)?;
        let mut data = u64::from_le_bytes(head);
        for _ in 0..MAX_CHAIN {
            if data == 0 {
                return Ok(None);
            }
            let (size, flags) = self.object(data, ObjectType::Data)?;
            let mut head = [0; 64];
            self.blocks.fill(data, &mut head)?;
            if u64_at(&head, 16) == hash && self.payload(data, size, flags)? == wanted {
                return Ok(Some(data));
            }
            let next = u64_at(&head, 24);
            if next != 0 && next <= data {
                return Err(ReadError::Damaged);
            }
            data = next;
        }
        Err(ReadError::Damaged)
    }

    /// Linear, for files of systemd before 246.
    fn by_field(&mut self, field: &str, wanted: &str) -> Result<Option<u64>, ReadError> {
        let Some(mut data) = self.first_value(field)? else { return Ok(None) };
        while data != 0 {
            let (size, flags) = self.object(data, ObjectType::Data)?;
            let mut head = [0; 64];
            self.blocks.fill(data, &mut head)?;
            if self.payload(data, size, flags)? == wanted.as_bytes() {
                return Ok(Some(data));
            }
            let next = u64_at(&head, 32);
            if next >= data {
                return Err(ReadError::Damaged);
            }
            data = next;
        }
        Ok(None)
    }

    /// The offset of an entry of a list, by its number.
    fn entry_offset(&mut self, list: &EntryList, number: u64) -> Result<u64, ReadError> {
        let Some(mut number) = number.checked_sub(1) else { return Ok(list.first) };
        for (array, length) in &list.arrays {
            if number < *length {
                return self.array_item(*array, number);
            }
            number -= length;
        }
        Err(ReadError::Damaged)
    }

    /// An entry of a list, by its number.
    pub(super) fn indexed(&mut self, list: &EntryList, number: u64) -> Result<IndexedEntry, ReadError> {
        let offset = self.entry_offset(list, number)?;
        let (size, _) = self.object(offset, ObjectType::Entry)?;
        let width: u64 = if self.compact { 4 } else { 16 };
        let count = size.checked_sub(64).ok_or(ReadError::Damaged)? / width;
        if count > MAX_ITEMS {
            return Err(ReadError::Damaged);
        }
        let length = usize::try_from(64 + count * width).map_err(|_| ReadError::Damaged)?;
        let mut bytes = vec![0; length];
        self.blocks.fill(offset, &mut bytes)?;
        let item = |at: usize| {
            if width == 4 { u64::from(u32::from_le_bytes(bytes_at(&bytes, at))) } else { u64_at(&bytes, at) }
        };
        let step = usize::try_from(width).unwrap_or(16);
        Ok(IndexedEntry {
            monotonic: u64_at(&bytes, 32),
            boot: bytes_at(&bytes, 40),
            items: (64..length).step_by(step).map(item).collect(),
        })
    }

    /// The number of the first entry of a list that is of this boot and not before the start.
    pub(super) fn first_after(&mut self, list: &EntryList, start: ProcessStart) -> Result<u64, ReadError> {
        let (mut low, mut high) = (0, list.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.indexed(list, middle)?;
            if entry.boot == start.boot && entry.monotonic >= start.monotonic {
                high = middle
            } else {
                low = middle + 1
            }
        }
        Ok(low)
    }

    /// Whether the message of an entry has one of the texts.
    pub(super) fn message_has(&mut self, entry: &IndexedEntry, search: &mut TextSearch<'_>) -> Result<bool, ReadError> {
        // The items are in the order of the file, and the message of an entry is mostly one of its newest values.
        for data in entry.items.iter().rev() {
            if search.other_values.contains(data) {
                continue;
            }
            match self.value(*data)? {
                Some(("MESSAGE", message)) => return Ok(search.texts.iter().any(|text| text.find(&message).is_some())),
                Some(_) | None => drop(search.other_values.insert(*data)),
            }
        }
        Ok(false)
    }

    /// When the oldest entry of a boot was written.
    pub(super) fn oldest_of_boot(&mut self, boot: [u8; 16]) -> Result<Option<u64>, ReadError> {
        let id: String = boot.iter().map(|byte| format!("{byte:02x}")).collect();
        let Some(list) = self.list("_BOOT_ID", &id)? else { return Ok(None) };
        Ok(Some(self.indexed(&list, 0)?.monotonic))
    }

    pub(super) fn positioned(&mut self, list: &EntryList, number: u64) -> Result<PositionedEntry, ReadError> {
        let offset = self.entry_offset(list, number)?;
        let entry = self.entry(offset, &super::JournalQuery::default())?;
        entry.ok_or(ReadError::Damaged)
    }
}

/// When an entry was written, and in which boot.
pub(super) const fn time_of(position: &Position) -> ([u8; 16], u64) {
    (position.boot, position.monotonic)
}

/// SipHash-2-4 with the id of the file, as journald has it since version 246.
#[allow(
    deprecated,
    reason = "the algorithm is fixed by the file format; the standard library's hasher of today may change"
)]
fn keyed_hash(file_id: [u8; 16], bytes: &[u8]) -> u64 {
    let (low, high) = (u64::from_le_bytes(bytes_at(&file_id, 0)), u64::from_le_bytes(bytes_at(&file_id, 8)));
    let mut hasher = std::hash::SipHasher::new_with_keys(low, high);
    hasher.write(bytes);
    hasher.finish()
}
