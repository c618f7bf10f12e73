//! How a trouble is written in a description: a word, and behind a colon what the word alone does not say.

use super::{Capability, MAX_FILE_BYTES, SourceError};

/// What is no file is one of these.
const NOT_REGULAR: [&str; 5] = ["a directory", "a FIFO", "a socket", "a device", "something else"];

impl SourceError {
    /// The words that [`SourceError::from_written`] takes.
    pub(super) const WORDS: &'static str = "absent, not-mounted, denied, not-regular, not-directory, too-large, changed, malformed, io, silent, not-reached";

    /// As a description has it: `denied`, `malformed: line 3 has no colon`.
    pub fn written(&self) -> String {
        match self {
            Self::NotFound => "absent".to_owned(),
            Self::NotMounted(folder) => format!("not-mounted: {folder}"),
            Self::PermissionDenied(capability) => format!("denied: {}", name_of(*capability)),
            Self::NotRegular(what) => format!("not-regular: {what}"),
            Self::NotDirectory => "not-directory".to_owned(),
            Self::TooLarge(bytes) => format!("too-large: {bytes}"),
            Self::Changed => "changed".to_owned(),
            Self::Malformed(reason) => format!("malformed: {reason}"),
            Self::Io(reason) => format!("io: {reason}"),
            Self::TimedOut(time) => format!("silent: {}", humantime::format_duration(*time)),
            Self::DeadlineExceeded(time) => format!("not-reached: {}", humantime::format_duration(*time)),
        }
    }

    /// Reads what [`SourceError::written`] writes. `path` and `lifts` are meant where the word stands alone.
    pub(super) fn from_written(text: &str, path: &str, lifts: Capability) -> Option<Self> {
        let (word, rest) = match text.split_once(':') {
            Some((word, rest)) => (word, Some(rest.trim_start())),
            None => (text, None),
        };
        Some(match (word, rest) {
            ("absent", None) => Self::NotFound,
            ("not-mounted", folder) => Self::NotMounted(folder.unwrap_or(path).to_owned()),
            ("denied", None) => Self::PermissionDenied(lifts),
            ("denied", Some(name)) => {
                let all = [Capability::DacReadSearch, Capability::SysPtrace];
                Self::PermissionDenied(all.into_iter().find(|c| name_of(*c) == name)?)
            }
            ("not-regular", Some(what)) => Self::NotRegular(NOT_REGULAR.into_iter().find(|known| *known == what)?),
            ("not-directory", None) => Self::NotDirectory,
            ("too-large", None) => Self::TooLarge(MAX_FILE_BYTES),
            ("too-large", Some(bytes)) => Self::TooLarge(bytes.parse().ok()?),
            ("changed", None) => Self::Changed,
            ("malformed", reason) => Self::Malformed(reason.unwrap_or("it was found so").to_owned()),
            ("io", reason) => Self::Io(reason.unwrap_or("input/output error").to_owned()),
            ("silent", Some(time)) => Self::TimedOut(humantime::parse_duration(time).ok()?),
            ("not-reached", Some(time)) => Self::DeadlineExceeded(humantime::parse_duration(time).ok()?),
            _ => return None,
        })
    }
}

const fn name_of(capability: Capability) -> &'static str {
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
    fn every_trouble_is_read_as_it_is_written() {
        let all = [
            SourceError::NotFound,
            SourceError::NotMounted("/etc".to_owned()),
            SourceError::PermissionDenied(Capability::DacReadSearch),
            SourceError::PermissionDenied(Capability::SysPtrace),
            SourceError::NotRegular("a socket"),
            SourceError::NotDirectory,
            SourceError::TooLarge(17),
            SourceError::Changed,
            SourceError::Malformed("line 3: no".to_owned()),
            SourceError::Io("too many: links".to_owned()),
            SourceError::TimedOut(Duration::from_millis(1500)),
            SourceError::DeadlineExceeded(Duration::from_secs(60)),
        ];
        for trouble in all {
            let read = SourceError::from_written(&trouble.written(), "/x", Capability::DacReadSearch);
            assert_eq!(read, Some(trouble.clone()), "{}", trouble.written());
        }
        let alone = |word| SourceError::from_written(word, "/x", Capability::SysPtrace);
        assert_eq!(alone("not-mounted"), Some(SourceError::NotMounted("/x".to_owned())));
        assert_eq!(alone("denied"), Some(SourceError::PermissionDenied(Capability::SysPtrace)));
        assert_eq!(alone("too-large"), Some(SourceError::TooLarge(MAX_FILE_BYTES)));
        for bad in ["", "deny", "denied: ALL", "absent: x", "not-regular: a file", "silent", "silent: long"] {
            assert_eq!(alone(bad), None, "{bad}");
        }
    }
}
