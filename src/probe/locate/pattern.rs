//! The paths that a pattern such as `/var/lib/*/x.conf` matches.

use super::located::{Located, existing};
use crate::model::Observed;
use crate::probe::context::{CollectContext, shown};
use crate::probe::file_ref::is_pattern;
use crate::probe::observed_error::observed_error;
use crate::source::node::{HostPath, SourceError};
use crate::text::glob::Glob;
use std::path::{Path, PathBuf};

/// Paths that one pattern may match.
const MAX_MATCHES: usize = 2000;

/// The paths, component by component.
pub(super) fn expand(context: &CollectContext<'_>, pattern: &str) -> Vec<Located> {
    let mut matches = vec![PathBuf::from("/")];
    let mut errors = Vec::new();
    for name in pattern.split('/').filter(|n| !n.is_empty()) {
        if !is_pattern(name) {
            matches.iter_mut().for_each(|directory| directory.push(name));
            continue;
        }
        let Ok(glob) = Glob::rule(name) else {
            return vec![Err(Observed::Unknown(format!("{pattern} is not a valid pattern")))];
        };
        let mut next = Vec::new();
        for directory in matches {
            match context.list(&HostPath::host(&directory)) {
                Ok(names) => next.extend(names.iter().filter(|n| glob.is_match(n)).map(|n| directory.join(n))),
                Err(SourceError::NotFound | SourceError::NotDirectory) => {}
                Err(error) => errors.push(Err(observed_error(&shown(&directory), &error))),
            }
        }
        if next.len() > MAX_MATCHES {
            return vec![Err(Observed::Unknown(format!("{pattern} matches more than {MAX_MATCHES} paths")))];
        }
        matches = next;
    }
    let exists = |path: &Path| !matches!(context.stat(&HostPath::host(path)), Err(SourceError::NotFound));
    let mut files: Vec<Located> =
        matches.into_iter().filter(|p| exists(p)).map(|p| existing(context, HostPath::host(p))).collect();
    files.extend(errors);
    if files.is_empty() {
        files.push(Err(Observed::Missing(format!("nothing matches {pattern}"))));
    }
    files
}
