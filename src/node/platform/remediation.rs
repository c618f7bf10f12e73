//! What a platform advises in place of a rule's own remediation.

use crate::model::Component;
use crate::text::glob::Glob;
use indexmap::IndexMap;
use serde::Deserialize;

/// Texts of a platform, for each kind of subject. Placeholders: `{flag}` is the flag with its value, `{expected}` what must
/// hold, `{paths}` the files that failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct PlatformAdvice {
    /// For settings of components.
    pub settings: Vec<SettingAdvice>,
    /// For files that the platform writes itself.
    pub files: Vec<FileAdvice>,
    /// For rules, by id or pattern.
    pub rules: IndexMap<String, String>,
    /// For everything else whose own text names files of another platform.
    pub other: Option<String>,
}

/// What to do about settings of these components.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettingAdvice {
    /// All components if there are none.
    #[serde(default)]
    pub components: Vec<Component>,
    /// What to do.
    pub text: String,
}

/// What to do about files that the platform writes at each start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FileAdvice {
    /// The beginnings of their paths.
    pub below: Vec<String>,
    /// What to do.
    pub text: String,
}

impl PlatformAdvice {
    /// The advice on settings of a component.
    pub fn of_setting(&self, component: Component) -> Option<&str> {
        let fits = |advice: &&SettingAdvice| advice.components.is_empty() || advice.components.contains(&component);
        self.settings.iter().find(fits).map(|advice| advice.text.as_str())
    }

    /// The advice on a file.
    pub fn of_file(&self, path: &str) -> Option<&str> {
        let fits = |advice: &&FileAdvice| advice.below.iter().any(|below| path.starts_with(below.as_str()));
        self.files.iter().find(fits).map(|advice| advice.text.as_str())
    }

    /// The advice on a rule.
    pub fn of_rule(&self, rule: &str) -> Option<&str> {
        let fits = |pattern: &str| Glob::rule(pattern).is_ok_and(|glob| glob.is_match(rule));
        self.rules.iter().find(|(pattern, _)| fits(pattern)).map(|(_, text)| text.as_str())
    }

    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let files = self.files.iter_mut().flat_map(|advice| advice.below.iter_mut().chain([&mut advice.text]));
        self.settings
            .iter_mut()
            .map(|advice| &mut advice.text)
            .chain(files)
            .chain(self.rules.values_mut())
            .chain(&mut self.other)
    }
}
