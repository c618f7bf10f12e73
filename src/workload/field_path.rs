//! The place of a field in the template of a pod.

use std::fmt;

/// Keys and positions from the template of a pod down: `spec.containers[0].securityContext.privileged`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// A path of these keys, with dots between them.
    pub fn of(keys: &str) -> Self {
        Self::default().then(keys)
    }

    /// The path of fields below it, with dots between their keys.
    #[must_use]
    pub fn then(&self, keys: &str) -> Self {
        Self(self.0.iter().cloned().chain(keys.split('.').map(str::to_owned)).collect())
    }

    /// The path of a key below it, which may have dots in it.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        Self(self.0.iter().cloned().chain([key.to_owned()]).collect())
    }

    /// The path of an element of the list that it names, from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.key(&index.to_string())
    }

    /// The steps: keys, and positions as numbers.
    pub fn steps(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            if step.bytes().all(|byte| byte.is_ascii_digit()) && !step.is_empty() {
                write!(f, "[{step}]")?;
            } else if step.contains(['.', '/']) {
                write!(f, "[\"{step}\"]")?;
            } else if position == 0 {
                f.write_str(step)?;
            } else {
                write!(f, ".{step}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_kubectl_explains_fields() {
        let container = FieldPath::of("spec.containers").index(0);
        assert_eq!(
            container.then("securityContext.privileged").to_string(),
            "spec.containers[0].securityContext.privileged"
        );
        let annotation = FieldPath::of("metadata.annotations").key("seccomp.security.alpha.kubernetes.io/pod");
        assert_eq!(annotation.to_string(), r#"metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"]"#);
        assert_eq!(container.steps(), ["spec", "containers", "0"]);
    }
}
