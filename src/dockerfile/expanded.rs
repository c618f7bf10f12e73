//! Arguments with their variables replaced.

use std::fmt;

/// An argument with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expanded {
    /// As the file has it.
    pub(crate) written: String,
    /// The value, or why the file does not say it.
    pub(crate) value: Result<String, Unknown>,
    /// Arguments with which `--build-arg` may change it.
    pub(crate) build_args: Vec<String>,
}

/// Why a value is not in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// The argument has no default.
    NoDefault(String),
    /// Nothing in the file sets the variable.
    NotSet(String),
    /// The environment of the base image may have it.
    OfBase(String),
    /// It depends on the platform of the build.
    Platform(String),
    /// `ARG` and `ENV` of the same name have different values.
    Ambiguous(String),
    /// It is too long or too deep, or its form is not evaluated.
    Form,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDefault(name) => write!(f, "ARG {name} has no default; give it with --build-arg {name}=VALUE"),
            Self::NotSet(name) => write!(f, "nothing in the file sets {name}"),
            Self::OfBase(name) => write!(f, "nothing in the file sets {name}, and the base image may"),
            Self::Platform(name) => write!(f, "{name} depends on the platform of the build"),
            Self::Ambiguous(name) => {
                write!(f, "ARG {name} follows ENV {name}: by the documentation ENV counts, with BuildKit ARG")
            }
            Self::Form => {
                f.write_str("its quotes and variables are too deep, too long, or in a form that is not evaluated")
            }
        }
    }
}

impl Expanded {
    /// A value without variables.
    pub(crate) fn literal(text: impl Into<String>) -> Self {
        let written = text.into();
        Self { value: Ok(written.clone()), written, build_args: Vec::new() }
    }

    /// A value that the file does not say.
    pub(crate) fn unknown(written: &str, unknown: Unknown) -> Self {
        Self { written: written.to_owned(), value: Err(unknown), build_args: Vec::new() }
    }

    /// The value, where it is known.
    pub(crate) fn known(&self) -> Option<&str> {
        self.value.as_deref().ok()
    }

    /// The value, or what the file has in its place.
    pub(crate) fn shown(&self) -> &str {
        self.known().unwrap_or(&self.written)
    }
}
