//! Reads a journal file by offset: in blocks, with a small cache, and with a limit over all files of a query. The content is
//! not trusted.

use super::limits::MAX_READ_BYTES;
use crate::source::node::error::SourceError;
use crate::source::node::heartbeat::Heartbeat;
use std::cell::Cell;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bytes of a block.
const BLOCK_BYTES: u64 = 1 << 14;
/// Blocks in the cache. A block has one place in it, by its number.
const CACHED_BLOCKS: u64 = 256;

/// Why reading a file stops.
#[derive(Debug)]
pub(super) enum ReadError {
    /// It is damaged here. What was read before counts, as for journalctl.
    Damaged,
    /// A limit was exceeded, or the format is not supported.
    Source(SourceError),
}

/// Content that is read at offsets.
pub(super) trait ReadAt {
    /// Fills `bytes` up to the end of the content; returns how many were filled.
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

/// Counts what a query reads of all files. Each read is a heartbeat.
#[derive(Debug)]
pub(super) struct ReadLimit<'a> {
    bytes: Cell<u64>,
    heartbeat: &'a Heartbeat,
}

impl<'a> ReadLimit<'a> {
    pub(super) const fn new(heartbeat: &'a Heartbeat) -> Self {
        Self { bytes: Cell::new(0), heartbeat }
    }

    fn add(&self, bytes: u64) -> Result<(), ReadError> {
        self.heartbeat.beat();
        self.bytes.set(self.bytes.get().saturating_add(bytes));
        if self.bytes.get() > MAX_READ_BYTES {
            let problem = format!("the query has to read more than {MAX_READ_BYTES} bytes of the journal");
            return Err(ReadError::Source(SourceError::Io(problem)));
        }
        Ok(())
    }
}

/// The blocks of one file.
pub(super) struct Blocks<'a> {
    content: &'a dyn ReadAt,
    limit: &'a ReadLimit<'a>,
    /// The numbers of the cached blocks, and their bytes.
    cached: Vec<Option<(u64, Vec<u8>)>>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(content: &'a dyn ReadAt, limit: &'a ReadLimit<'a>) -> Self {
        Self { content, limit, cached: (0..CACHED_BLOCKS).map(|_| None).collect() }
    }

    /// Fills `bytes` from `offset` on. The file is damaged if it ends before.
    pub(super) fn fill(&mut self, mut offset: u64, mut bytes: &mut [u8]) -> Result<(), ReadError> {
        // Reads from the cache count as well, so that a file whose offsets form a cycle comes to an end.
        self.limit.add(32 + bytes.len() as u64)?;
        while !bytes.is_empty() {
            let block = self.block(offset / BLOCK_BYTES)?;
            let start = usize::try_from(offset % BLOCK_BYTES).map_err(|_| ReadError::Damaged)?;
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
        let place = usize::try_from(number % CACHED_BLOCKS).map_err(|_| ReadError::Damaged)?;
        let cached = self.cached.get_mut(place).ok_or(ReadError::Damaged)?;
        if cached.as_ref().is_none_or(|(held, _)| *held != number) {
            self.limit.add(BLOCK_BYTES)?;
            let mut block = cached.take().map_or_else(Vec::new, |(_, block)| block);
            block.resize(BLOCK_BYTES as usize, 0);
            let length = self.content.read_at(&mut block, number * BLOCK_BYTES).map_err(|_| ReadError::Damaged)?;
            block.truncate(length);
            *cached = Some((number, block));
        }
        cached.as_ref().map(|(_, block)| block.as_slice()).ok_or(ReadError::Damaged)
    }
}
