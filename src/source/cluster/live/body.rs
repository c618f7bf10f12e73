//! The body of a successful response, read within limits.

use super::failure::Peer;
use super::http_text::{failure_in, is_json, media_type, not_json};
use super::request_error::RequestError;
use std::io::{self, BufRead as _, BufReader, Read};
use ureq::http::Response;
use ureq::{Body, BodyReader};

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 64 << 10;
/// Bytes of a body that may be the `Status` of an error.
const MAX_STATUS_BYTES: usize = 64 << 10;

/// A JSON document. An error of the connection is kept, since a decoder would replace it with its own.
pub(super) struct JsonBody<'c> {
    reader: BufReader<Bounded<'c>>,
}

struct Bounded<'c> {
    body: BodyReader<'static>,
    left: u64,
    read: u64,
    peer: &'c Peer,
    error: Option<RequestError>,
}

impl<'c> JsonBody<'c> {
    /// Refuses what is not JSON by its media type or its first character.
    pub(super) fn open(response: Response<Body>, max_bytes: u64, peer: &'c Peer) -> Result<Self, RequestError> {
        let media_type = media_type(response.headers());
        let body = response.into_body().into_reader();
        let bounded = Bounded { body, left: max_bytes, read: 0, peer, error: None };
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, bounded);
        let start = match reader.fill_buf() {
            Ok(start) => start.to_vec(),
            Err(_) => return Err(Self { reader }.connection_error("it cannot be read")),
        };
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
        if !is_json(media_type.as_deref()) || first.is_some_and(|byte| !matches!(byte, b'{' | b'[')) {
            return Err(RequestError::Broken(not_json(media_type.as_deref(), &start)));
        }
        if start.is_empty() {
            return Err(RequestError::Broken("the response is empty".to_owned()));
        }
        Ok(Self { reader })
    }

    /// Bytes that were received.
    pub(super) fn bytes_read(&self) -> u64 {
        self.reader.get_ref().read
    }

    /// The error of the connection, else that of the decoder.
    pub(super) fn connection_error(self, decoder: &str) -> RequestError {
        self.reader.into_inner().error.unwrap_or_else(|| RequestError::Broken(decoder.to_owned()))
    }

    /// Reads what follows the document, which must be white space.
    pub(super) fn finish(mut self) -> Result<(), RequestError> {
        loop {
            match self.reader.fill_buf() {
                Ok([]) => return Ok(()),
                Ok(rest) if rest.iter().all(u8::is_ascii_whitespace) => {
                    let length = rest.len();
                    self.reader.consume(length);
                }
                Ok(_) => return Err(RequestError::Broken("something follows the JSON document".to_owned())),
                Err(_) => return Err(self.connection_error("it cannot be read")),
            }
        }
    }

    /// The whole document, if it is one and no `Status` of an error.
    pub(super) fn read_all(mut self) -> Result<Vec<u8>, RequestError> {
        let mut bytes = Vec::new();
        if self.reader.read_to_end(&mut bytes).is_err() {
            return Err(self.connection_error("it cannot be read"));
        }
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
            return Err(RequestError::Broken(not_a_document(&error)));
        }
        if bytes.len() <= MAX_STATUS_BYTES
            && let Some((code, reason)) = failure_in(&bytes)
        {
            return Err(RequestError::of_status(code, reason));
        }
        Ok(bytes)
    }
}

fn not_a_document(error: &serde_json::Error) -> String {
    if error.is_eof() {
        "the JSON document ends too early".to_owned()
    } else {
        format!("not a JSON document (line {}, column {})", error.line(), error.column())
    }
}

impl Read for JsonBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.error.is_some() {
            return Err(io::Error::other("the response cannot be read"));
        }
        match self.body.read(buffer) {
            Ok(read) if read as u64 > self.left => {
                let limit = self.read + self.left;
                self.error = Some(RequestError::Broken(format!("the response is larger than {limit} bytes")));
                Err(io::Error::other("the response is too large"))
            }
            Ok(read) => {
                self.left -= read as u64;
                self.read += read as u64;
                Ok(read)
            }
            Err(error) => {
                let error = ureq::Error::from(error);
                self.error = Some(self.peer.body_error(&error));
                Err(io::Error::other("the response cannot be read"))
            }
        }
    }
}
