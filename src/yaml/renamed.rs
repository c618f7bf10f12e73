//! Keys of definition files that had another name in an earlier version. A file that still has them is refused with the new name.

/// Old and new names.
const RENAMED: [(&str, &str); 2] = [("why", "rationale"), ("fix", "remediation")];

/// The new name of a key, if the type that is read has it.
pub(super) fn renamed_to(key: &str, known: &[&str]) -> Option<&'static str> {
    let (_, new) = RENAMED.into_iter().find(|(old, _)| *old == key)?;
    known.contains(&new).then_some(new)
}
