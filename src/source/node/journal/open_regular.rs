//! What reading the journal needs beside the files' names: open files, and a heartbeat for long reads.

use crate::source::node::error::SourceError;
use crate::source::node::files::FileSource;
use crate::source::node::heartbeat::HasHeartbeat;
use crate::source::node::path::HostPath;
use std::fs::File;

/// A source whose regular files can be opened.
pub(crate) trait OpenRegular: FileSource + HasHeartbeat {
    /// Opens a regular file for reading, and nothing else.
    fn open_regular(&self, path: &HostPath) -> Result<File, SourceError>;
}
