//! What commands and scripts print.

/// Maximum bytes of one script's output that an audit keeps.
pub const MAX_OUTPUT: usize = 1 << 20;

/// What a script printed, and its exit status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptOutput {
    /// Standard output and standard error, interleaved.
    pub text: String,
    /// Exit status; 0 is success.
    pub status: i32,
}

/// One of a command's two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// What a command printed, in order, and its exit status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CommandOutput {
    pub(super) chunks: Vec<(Stream, String)>,
    pub(super) status: i32,
}

impl CommandOutput {
    /// Text on standard output only.
    pub(super) fn stdout_text(text: impl Into<String>, status: i32) -> Self {
        Self { chunks: vec![(Stream::Stdout, text.into())], status }
    }

    /// Text on both streams. Errors come first: programs write them at once, but their output at the end.
    pub(super) fn with_errors(errors: String, text: String, status: i32) -> Self {
        Self { chunks: vec![(Stream::Stderr, errors), (Stream::Stdout, text)], status }
    }

    /// No text.
    pub(super) const fn silent(status: i32) -> Self {
        Self { chunks: Vec::new(), status }
    }

    pub(super) fn stdout(&self) -> String {
        self.chunks.iter().filter(|(s, _)| *s == Stream::Stdout).map(|(_, t)| t.as_str()).collect()
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = &(Stream, String)> {
        self.chunks.iter().filter(|(s, _)| *s == Stream::Stderr)
    }

    pub(super) fn size(&self) -> usize {
        self.chunks.iter().map(|(_, text)| text.len()).sum()
    }

    /// Adds what the next command printed and takes its status.
    pub(super) fn append(&mut self, other: Self) {
        self.chunks.extend(other.chunks);
        self.status = other.status;
    }

    pub(super) fn into_script_output(self) -> ScriptOutput {
        ScriptOutput { text: self.chunks.into_iter().map(|(_, text)| text).collect(), status: self.status }
    }
}
