//! The sources from which the settings of a component can be read.

use indexmap::IndexMap;
use serde::Deserialize;

/// A source of the settings of a component. Each gives the same: arguments as on a command line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum SettingsSource {
    /// The arguments of the component's own process.
    Process,
    /// The line that the program which contains the component writes to the journal when it starts it: this text, then the
    /// arguments. `late`: the component starts after the API server serves, so that others can have written such a line before.
    Journal {
        /// The text before the arguments, such as `Running kubelet`.
        line: String,
        /// Whether it starts after the API server serves.
        #[serde(default)]
        late: bool,
    },
    /// A file with one argument a line, which a flag of the process names.
    ArgsFile {
        /// The flag, without dashes.
        flag: String,
        /// Where the file is if the flag is not given.
        path: String,
        /// The directory that variables in the file stand for.
        #[serde(default)]
        variables: IndexMap<String, String>,
    },
    /// A part of a YAML document, which a flag of the process names.
    Document(DocumentPart),
    /// A configuration file that the component is started with, inside another program.
    ConfigFile {
        /// The flag of the component for such a file, without dashes.
        flag: String,
        /// The file.
        path: String,
        /// The flag of the API server that says whether the component runs here.
        apiserver_flag: String,
        /// Its value if the component runs here.
        here: String,
    },
}

/// The part of a document that holds arguments.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DocumentPart {
    /// The flag of the process that names the document, without dashes.
    pub flag: String,
    /// The key that holds the arguments, each with a list of values, with dots between its parts.
    pub arguments: String,
    /// Further arguments, each with the key that holds its value.
    #[serde(default)]
    pub keys: IndexMap<String, String>,
}

impl SettingsSource {
    pub(super) fn path_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::ArgsFile { path, .. } | Self::ConfigFile { path, .. } => Some(path),
            Self::Process | Self::Journal { .. } | Self::Document(_) => None,
        }
    }
}
