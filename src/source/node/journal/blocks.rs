//! A journal file read by offset: whole blocks, few of them kept, and a limit over all files of a query. What is read may be
//! anything.

use super::MAX_READ_BYTES;
use crate::source::node::{Heartbeat, SourceError};
use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bytes of one block.
const BLOCK: u64 = 1 << 16;
/// Blocks that are kept.
const KEPT: usize = 64;

/// Why a file is not read further.
#[derive(Debug)]
pub(super) enum ReadError {
    /// It is damaged here. What came before counts, as it does for journalctl.
    Damaged,
    /// Going on would cost too much, or is not known how to do.
    SourceError(SourceError),
}

/// Something of a fixed size that is read at offsets.
pub(super) trait ReadAt {
    /// Fills as much of `bytes` as there is.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> std::io::Result<usize>;
}

impl ReadAt for File {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let mut filled = 0;
        while filled < bytes.len() {
            match FileExt::read_at(self, &mut bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(filled)
    }
}

#[cfg(any(test, feature = "internals"))]
impl ReadAt for &[u8] {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|from| self.get(from..)).unwrap_or_default();
        let length = rest.len().min(bytes.len());
        bytes[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

/// What a query has read so far, over all files. Each step is a sign of life.
#[derive(Debug)]
pub(super) struct Spent<'a> {
    bytes: Cell<u64>,
    pulse: &'a Heartbeat,
}

impl<'a> Spent<'a> {
    pub(super) const fn none(pulse: &'a Heartbeat) -> Self {
        Self { bytes: Cell::new(0), pulse }
    }

    fn add(&self, bytes: u64) -> Result<(), ReadError> {
        self.pulse.beat();
        self.bytes.set(self.bytes.get().saturating_add(bytes));
        if self.bytes.get() > MAX_READ_BYTES {
            let problem = format!("the journal takes more than the {MAX_READ_BYTES} bytes that are read of it");
            return Err(ReadError::SourceError(SourceError::Io(problem)));
        }
        Ok(())
    }
}

/// The blocks of one file.
pub(super) struct Blocks<'a> {
    source: &'a dyn ReadAt,
    spent: &'a Spent<'a>,
    kept: HashMap<u64, Vec<u8>>,
    order: VecDeque<u64>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(source: &'a dyn ReadAt, spent: &'a Spent<'a>) -> Self {
        Self { source, spent, kept: HashMap::new(), order: VecDeque::new() }
    }

    /// Fills `bytes` from `offset` on; damaged if the file ends before.
    pub(super) fn fill(&mut self, mut offset: u64, mut bytes: &mut [u8]) -> Result<(), ReadError> {
        // Looking costs as well, so that a file which leads in circles comes to an end.
        self.spent.add(32 + bytes.len() as u64)?;
        while !bytes.is_empty() {
            let block = self.block(offset / BLOCK)?;
            let start = usize::try_from(offset % BLOCK).map_err(|_| ReadError::Damaged)?;
            let part = block.get(start..).filter(|p| !p.is_empty()).ok_or(ReadError::Damaged)?;
            let length = part.len().min(bytes.len());
            let (now, later) = bytes.split_at_mut(length);
            now.copy_from_slice(&part[..length]);
            bytes = later;
            offset = offset.checked_add(length as u64).ok_or(ReadError::Damaged)?;
        }
        Ok(())
    }

    fn block(&mut self, number: u64) -> Result<&[u8], ReadError> {
        if !self.kept.contains_key(&number) {
            self.spent.add(BLOCK)?;
            let mut block = vec![0; 1 << 16];
            let length = self.source.read_at(&mut block, number * BLOCK).map_err(|_| ReadError::Damaged)?;
            block.truncate(length);
            if self.order.len() == KEPT
                && let Some(oldest) = self.order.pop_front()
            {
                self.kept.remove(&oldest);
            }
            self.order.push_back(number);
            self.kept.insert(number, block);
        }
        self.kept.get(&number).map(Vec::as_slice).ok_or(ReadError::Damaged)
    }
}
