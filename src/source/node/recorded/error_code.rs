//! Errors as a described node has them: a code, and after a colon what the code alone does not say.

use crate::source::node::error::{Capability, NonRegularFile, SourceError};
use crate::source::node::limits::MAX_FILE_BYTES;

impl SourceError {
    /// The codes that [`SourceError::from_code`] accepts.
    pub(super) const CODES: &'static str = "absent, not-mounted, denied, processes-hidden, not-regular, not-directory, link-to-directory, too-large, changed, malformed, io, timed-out, deadline-exceeded";

    /// The code with its detail: `denied`, `malformed: line 3 has no colon`.
    pub(crate) fn to_code(&self) -> String {
        match self {
            Self::NotFound => "absent".to_owned(),
            Self::NotMounted(directory) => format!("not-mounted: {directory}"),
            Self::PermissionDenied(capability) => format!("denied: {}", capability_name(*capability)),
            Self::ProcessesHidden => "processes-hidden".to_owned(),
            Self::NotRegular(what) => format!("not-regular: {what}"),
            Self::NotDirectory => "not-directory".to_owned(),
            Self::LinkToDirectory => "link-to-directory".to_owned(),
            Self::TooLarge(bytes) => format!("too-large: {bytes}"),
            Self::Changed => "changed".to_owned(),
            Self::Malformed(reason) => format!("malformed: {reason}"),
            Self::Io(reason) => format!("io: {reason}"),
            Self::TimedOut(time) => format!("timed-out: {}", humantime::format_duration(*time)),
            Self::DeadlineExceeded(time) => format!("deadline-exceeded: {}", humantime::format_duration(*time)),
        }
    }

    /// Parses what [`SourceError::to_code`] returns. `path` and `needs` are the details of a code without any.
    pub(super) fn from_code(text: &str, path: &str, needs: Capability) -> Option<Self> {
        let (code, detail) = match text.split_once(':') {
            Some((code, detail)) => (code, Some(detail.trim_start())),
            None => (text, None),
        };
        Some(match (code, detail) {
            ("absent", None) => Self::NotFound,
            ("not-mounted", directory) => Self::NotMounted(directory.unwrap_or(path).to_owned()),
            ("denied", None) => Self::PermissionDenied(needs),
            ("denied", Some(name)) => {
                let all = [Capability::DacReadSearch, Capability::SysPtrace];
                Self::PermissionDenied(all.into_iter().find(|c| capability_name(*c) == name)?)
            }
            ("processes-hidden", None) => Self::ProcessesHidden,
            ("not-regular", Some(what)) => {
                Self::NotRegular(NonRegularFile::ALL.into_iter().find(|known| known.to_string() == what)?)
            }
            ("not-directory", None) => Self::NotDirectory,
            ("link-to-directory", None) => Self::LinkToDirectory,
            ("too-large", None) => Self::TooLarge(MAX_FILE_BYTES),
            ("too-large", Some(bytes)) => Self::TooLarge(bytes.parse().ok()?),
            ("changed", None) => Self::Changed,
            ("malformed", reason) => Self::Malformed(reason.unwrap_or("no reason was recorded").to_owned()),
            ("io", reason) => Self::Io(reason.unwrap_or("input/output error").to_owned()),
            ("timed-out", Some(time)) => Self::TimedOut(humantime::parse_duration(time).ok()?),
            ("deadline-exceeded", Some(time)) => Self::DeadlineExceeded(humantime::parse_duration(time).ok()?),
            _ => return None,
        })
    }
}

const fn capability_name(capability: Capability) -> &'static str {
    match capability {
        Capability::DacReadSearch => "DAC_READ_SEARCH",
        Capability::SysPtrace => "SYS_PTRACE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_error_is_read_as_it_is_written() {
        let all = [
            SourceError::NotFound,
            SourceError::NotMounted("/etc".to_owned()),
            SourceError::PermissionDenied(Capability::DacReadSearch),
            SourceError::ProcessesHidden,
            SourceError::PermissionDenied(Capability::SysPtrace),
            SourceError::NotRegular(NonRegularFile::Socket),
            SourceError::NotDirectory,
            SourceError::TooLarge(17),
            SourceError::Changed,
            SourceError::Malformed("line 3: no".to_owned()),
            SourceError::Io("too many: links".to_owned()),
            SourceError::TimedOut(Duration::from_millis(1500)),
            SourceError::DeadlineExceeded(Duration::from_secs(60)),
        ];
        for error in all {
            let read = SourceError::from_code(&error.to_code(), "/x", Capability::DacReadSearch);
            assert_eq!(read, Some(error.clone()), "{}", error.to_code());
        }
    }

    #[test]
    fn codes_without_detail_have_defaults() {
        let parse = |code| SourceError::from_code(code, "/x", Capability::SysPtrace);
        assert_eq!(parse("not-mounted"), Some(SourceError::NotMounted("/x".to_owned())));
        assert_eq!(parse("denied"), Some(SourceError::PermissionDenied(Capability::SysPtrace)));
        assert_eq!(parse("too-large"), Some(SourceError::TooLarge(MAX_FILE_BYTES)));
        for bad in ["", "deny", "denied: ALL", "absent: x", "not-regular: a file", "timed-out", "timed-out: long"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
