//! The bytes of one field, unpacked where they are compressed: Zstandard and LZ4, by libraries without unsafe code of ours.

use super::blocks::ReadError;
use crate::source::node::{MAX_FILE_BYTES, SourceError};
use std::io::Read;

/// How a field is compressed, by the flags of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Xz,
    Lz4,
    Zstd,
}

impl Packing {
    pub(super) const fn of(flags: u8) -> Option<Self> {
        match flags {
            0 => Some(Self::None),
            1 => Some(Self::Xz),
            2 => Some(Self::Lz4),
            4 => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The longest field that is unpacked.
const LIMIT: u64 = MAX_FILE_BYTES;

/// What `packed` holds.
pub(super) fn unpack(packing: Packing, packed: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    match packing {
        Packing::None => Ok(packed),
        Packing::Xz => Err(trouble("is compressed with XZ, which is not read")),
        Packing::Lz4 => {
            let (size, block) = packed.split_first_chunk::<8>().ok_or(ReadError::Damaged)?;
            let size = u64::from_le_bytes(*size);
            // What is longer was said to be so by the file; no memory is taken on its word.
            let length = usize::try_from(size).ok().filter(|_| size <= LIMIT).ok_or_else(too_long)?;
            let mut bytes = vec![0; length];
            let unpacked = lz4_flex::block::decompress_into(block, &mut bytes).map_err(|_| ReadError::Damaged)?;
            if unpacked == length { Ok(bytes) } else { Err(ReadError::Damaged) }
        }
        Packing::Zstd => {
            let decoder = ruzstd::decoding::StreamingDecoder::new_with_max_window_size(packed.as_slice(), 2 * LIMIT);
            let mut bytes = Vec::new();
            decoder
                .map_err(|_| ReadError::Damaged)?
                .take(LIMIT + 1)
                .read_to_end(&mut bytes)
                .map_err(|_| ReadError::Damaged)?;
            if bytes.len() as u64 > LIMIT { Err(too_long()) } else { Ok(bytes) }
        }
    }
}

/// What a field says that is too long.
pub(super) fn too_long() -> ReadError {
    trouble(&format!("has a field of more than the {LIMIT} bytes that are read"))
}

fn trouble(what: &str) -> ReadError {
    ReadError::SourceError(SourceError::Io(format!("an entry {what}")))
}
