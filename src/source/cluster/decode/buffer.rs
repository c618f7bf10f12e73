//! A text that is read piece by piece. What is decoded is forgotten, so that memory does not grow with the text.
//!
//! A library that reads from a stream looks at each byte by itself, which takes four times as long.

use super::item::ItemError;
use memchr::memchr_iter;
use std::io::{self, Read};

/// Bytes that are read at once.
const CHUNK: usize = 512 << 10;
/// Bytes of one value. The API server takes objects of about 3 MiB.
const MAX_VALUE: usize = 256 << 20;

/// A text that is read piece by piece.
pub(super) struct Buffer<R> {
    input: R,
    bytes: Vec<u8>,
    /// Where in `bytes` the text goes on.
    start: usize,
    is_at_end: bool,
    /// Lines of the text that were forgotten.
    lines: usize,
}

impl<R: Read> Buffer<R> {
    pub(super) const fn new(input: R) -> Self {
        Self { input, bytes: Vec::new(), start: 0, is_at_end: false, lines: 0 }
    }

    /// The line that is read, from 1.
    pub(super) fn line(&self) -> usize {
        let read = self.bytes.get(..self.start).unwrap_or_default();
        1 + self.lines + memchr_iter(b'\n', read).count()
    }

    /// The text that is there.
    fn text(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// The next byte that is no white space; `None` at the end.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let blanks = self.text().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.start += blanks;
            if let Some(byte) = self.text().first() {
                return Ok(Some(*byte));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Skips the byte that `peek` returned.
    pub(super) const fn skip(&mut self) {
        self.start += 1;
    }

    /// Decodes what comes next. `decode` gets the text from there on and returns how many bytes it took; it is called again with
    /// more of the text if that is not enough.
    pub(super) fn next<T>(
        &mut self,
        mut decode: impl FnMut(&[u8]) -> Result<(T, usize), ItemError>,
    ) -> io::Result<Result<T, ItemError>> {
        loop {
            let result = decode(self.text());
            match result {
                // A number may go on behind what is there.
                Ok((_, length)) if length == self.text().len() && self.fill()? => {}
                Err(ItemError::Incomplete) if self.fill()? => {}
                Ok((value, length)) => {
                    self.start += length;
                    return Ok(Ok(value));
                }
                Err(error) => return Ok(Err(error)),
            }
            if self.text().len() > MAX_VALUE {
                return Ok(Err(ItemError::Wrong(format!("a value is larger than {} MiB", MAX_VALUE >> 20))));
            }
        }
    }

    /// Reads on; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.is_at_end {
            return Ok(false);
        }
        self.lines += memchr_iter(b'\n', self.bytes.get(..self.start).unwrap_or_default()).count();
        self.bytes.drain(..self.start);
        self.start = 0;
        // A value that does not fit is decoded again with twice as much.
        let wanted = CHUNK.max(self.bytes.len());
        let read = (&mut self.input).take(wanted as u64).read_to_end(&mut self.bytes)?;
        self.is_at_end = read < wanted;
        Ok(read > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cluster::decode::item::Item;

    /// Gives one byte at a time.
    struct Slow<'t>(&'t [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn values_are_decoded_one_after_the_other() {
        let mut buffer = Buffer::new(Slow(b"\n 12  {\"a\":\n 1}"));
        assert_eq!(buffer.peek().expect("a byte"), Some(b'1'));
        let number = buffer.next(|text| Item(text).decode::<u32>()).expect("no error of the input");
        assert_eq!(number, Ok(12));
        assert_eq!(buffer.peek().expect("a byte"), Some(b'{'));
        assert_eq!(buffer.line(), 2);
        let object = buffer.next(|text| Item(text).length().map(|length| ((), length)));
        assert_eq!(object.expect("no error of the input"), Ok(()));
        assert_eq!(buffer.peek().expect("the end"), None);
        assert_eq!(buffer.line(), 3);
    }

    #[test]
    fn a_value_that_is_cut_off_is_incomplete() {
        let mut buffer = Buffer::new(&b"{\"a\": [1, 2"[..]);
        let object = buffer.next(|text| Item(text).length().map(|length| ((), length)));
        assert_eq!(object.expect("no error of the input"), Err(ItemError::Incomplete));
    }
}
