//! The bytes of one field, decompressed.

use super::blocks::ReadError;
use crate::source::node::error::SourceError;
use crate::source::node::limits::MAX_FILE_BYTES;
use std::io::Read;

/// The compression of a field, from the flags of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Xz,
    Lz4,
    Zstd,
}

impl Compression {
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

/// Bytes of a field after decompression.
const MAX_FIELD_BYTES: u64 = MAX_FILE_BYTES;

/// The decompressed bytes.
pub(super) fn decompress(compression: Compression, packed: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    match compression {
        Compression::None => Ok(packed),
        Compression::Xz => Err(entry_error("is compressed with XZ, which is not supported")),
        Compression::Lz4 => {
            let (size, block) = packed.split_first_chunk::<8>().ok_or(ReadError::Damaged)?;
            let size = u64::from_le_bytes(*size);
            // The length is a claim of the file; no memory is allocated for more than the limit.
            let length = usize::try_from(size).ok().filter(|_| size <= MAX_FIELD_BYTES).ok_or_else(too_long)?;
            let mut bytes = vec![0; length];
            let written = lz4_flex::block::decompress_into(block, &mut bytes).map_err(|_| ReadError::Damaged)?;
            if written == length { Ok(bytes) } else { Err(ReadError::Damaged) }
        }
        Compression::Zstd => {
            let decoder =
                ruzstd::decoding::StreamingDecoder::new_with_max_window_size(packed.as_slice(), 2 * MAX_FIELD_BYTES);
            let mut bytes = Vec::new();
            decoder
                .map_err(|_| ReadError::Damaged)?
                .take(MAX_FIELD_BYTES + 1)
                .read_to_end(&mut bytes)
                .map_err(|_| ReadError::Damaged)?;
            if bytes.len() as u64 > MAX_FIELD_BYTES { Err(too_long()) } else { Ok(bytes) }
        }
    }
}

/// The error for a field that is too long.
pub(super) fn too_long() -> ReadError {
    entry_error(&format!("has a field of more than {MAX_FIELD_BYTES} bytes"))
}

fn entry_error(what: &str) -> ReadError {
    ReadError::Source(SourceError::Io(format!("an entry {what}")))
}
