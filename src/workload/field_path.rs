//! The place of a field in the template of a pod.

use std::borrow::Cow;
use std::fmt;

/// Positions in lists, which need no memory of their own.
const POSITIONS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Keys and positions from the template of a pod down: `spec.containers[0].securityContext.privileged`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Cow<'static, str>>);

impl FieldPath {
    /// A path of these keys, with dots between them.
    pub fn of(keys: &'static str) -> Self {
        // The longest paths have some ten steps.
        Self(Vec::with_capacity(8)).then(keys)
    }

    /// The path of fields below it, with dots between their keys.
    #[must_use]
    pub fn then(mut self, keys: &'static str) -> Self {
        self.0.extend(keys.split('.').map(Cow::Borrowed));
        self
    }

    /// The path of a key below it, which may have dots in it.
    #[must_use]
    pub fn key(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(key.into());
        self
    }

    /// The path of an element of the list that it names, from 0.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        match POSITIONS.get(index) {
            Some(position) => self.key(*position),
            None => self.key(index.to_string()),
        }
    }

    /// The steps: keys, and positions as numbers.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

/// Writes steps as one path: `spec.containers[0].image`.
pub fn write_path<'s>(steps: impl IntoIterator<Item = &'s str>, out: &mut impl fmt::Write) -> fmt::Result {
    for (position, step) in steps.into_iter().enumerate() {
        if step.bytes().all(|byte| byte.is_ascii_digit()) && !step.is_empty() {
            write!(out, "[{step}]")?;
        } else if step.contains(['.', '/']) {
            write!(out, "[\"{step}\"]")?;
        } else {
            if position > 0 {
                out.write_char('.')?;
            }
            out.write_str(step)?;
        }
    }
    Ok(())
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(self.steps(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_kubectl_explains_fields() {
        let container = FieldPath::of("spec.containers").index(0);
        assert_eq!(
            container.clone().then("securityContext.privileged").to_string(),
            "spec.containers[0].securityContext.privileged"
        );
        let annotation = FieldPath::of("metadata.annotations").key("seccomp.security.alpha.kubernetes.io/pod");
        assert_eq!(annotation.to_string(), r#"metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"]"#);
        assert_eq!(container.steps().collect::<Vec<_>>(), ["spec", "containers", "0"]);
    }
}
