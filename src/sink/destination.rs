//! A destination for bytes, opened before the audit so that a wrong name costs nothing.

use super::error::SinkError;
use super::file::FileSink;
use crate::report::{Format, Report};
use crate::text::system_error;
use anstream::{AutoStream, ColorChoice};
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd as _;
use std::path::Path;

/// Bytes that are written to stdout at once.
const BUFFER: usize = 32 << 10;

/// Where a report goes.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Standard output.
    Stdout,
    /// A file.
    File(FileSink),
}

impl Destination {
    /// Standard output, or a file that can be written. `-` and `/dev/stdout` are standard output.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, SinkError> {
        match file.filter(|path| *path != Path::new("-") && *path != Path::new("/dev/stdout")) {
            None => Ok(Self::Stdout),
            Some(path) => FileSink::open(path).map(Self::File),
        }
    }

    /// The same destination; a file can be read by its owner only.
    pub(crate) fn private(self) -> Self {
        match self {
            Self::Stdout => Self::Stdout,
            Self::File(file) => Self::File(file.private()),
        }
    }

    /// Whether bytes for both would mix.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stdout, Self::Stdout) => true,
            (Self::File(one), Self::File(another)) => one.is_same(another),
            (Self::Stdout, Self::File(_)) | (Self::File(_), Self::Stdout) => false,
        }
    }

    /// Writes a report in a format. A file is complete or as it was before.
    pub(crate) fn write(&self, report: &Report, format: &dyn Format) -> Result<(), SinkError> {
        self.write_with(format.is_for_people(), &|out| format.render(report, out))
    }

    /// Writes what `render` writes. `styled`: with color where the destination is a terminal.
    pub(crate) fn write_with(
        &self,
        styled: bool,
        render: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), SinkError> {
        match self {
            Self::Stdout => {
                // Without std's line buffer, which writes each line by itself.
                let stdout = io::stdout().as_fd().try_clone_to_owned().map_err(|e| stdout_error(&e))?;
                let mut out = BufWriter::with_capacity(BUFFER, File::from(stdout));
                let is_plain = styled && AutoStream::choice(&io::stdout()) == ColorChoice::Never;
                let rendered = if is_plain {
                    let out: &mut dyn Write = &mut out;
                    render(&mut anstream::StripStream::new(out))
                } else {
                    render(&mut out)
                };
                match rendered.and_then(|()| out.flush()) {
                    // The reader may stop early, as `head` does.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                    other => other.map_err(|e| stdout_error(&e)),
                }
            }
            Self::File(file) => {
                let mut bytes = Vec::new();
                let rendered =
                    if styled { render(&mut anstream::StripStream::new(&mut bytes)) } else { render(&mut bytes) };
                rendered.map_err(|e| file.error(&e))?;
                file.write(&bytes)
            }
        }
    }
}

fn stdout_error(error: &io::Error) -> SinkError {
    SinkError::Stdout(system_error(error))
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(file) => write!(f, "{}", file.name().display()),
        }
    }
}
