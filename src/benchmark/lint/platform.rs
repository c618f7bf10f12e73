//! Checks a platform.

use super::file::LintedFile;
use crate::node::Platform;
use crate::text::glob::Glob;
use crate::text::quote;
use crate::yaml::recovery;

/// Checks a platform. `rules` are the ids of all rules; a pattern that fits none of them is a warning.
pub(super) fn lint(file: &mut LintedFile, rules: &[&str]) {
    let recovered = recovery::read::<Platform>(&file.file, &file.root);
    file.report(recovered.errors);
    let Some(platform) = recovered.value else {
        return;
    };
    for pattern in platform.not_applicable.keys() {
        let node = file.root.follow(&["not-applicable".to_owned(), pattern.clone()]);
        let position = node.position;
        match Glob::rule(pattern) {
            Err(error) => file.error(position, format!("{}: {error}", quote(pattern))),
            Ok(glob) if rules.iter().any(|rule| glob.is_match(rule)) => {}
            Ok(_) => file.warning(position, format!("no rule fits {}", quote(pattern))),
        }
    }
}
