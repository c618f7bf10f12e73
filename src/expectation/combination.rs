//! `all-of`, `any-of`: several expectations of the same value.

use super::operand::{BadParameter, FromRaw, Parameters, join};
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, FileGroup, Value};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Expectations as a definition file has them.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(inline))]
pub(crate) struct RawList<R>(#[cfg_attr(test, schemars(length(min = 1)))] Vec<R>);

/// All of these hold. The list is not empty.
#[derive(Debug, Clone)]
pub struct AllOf<E>(Vec<E>);

/// At least one of these holds. The list is not empty.
#[derive(Debug, Clone)]
pub struct AnyOf<E>(Vec<E>);

impl<E: Operator> Operator for AllOf<E> {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        common_kind(&self.0)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        Ok(results(&self.0, |inner| inner.holds(value))?.into_iter().all(|holds| holds))
    }

    fn holds_for_files(&self, files: &FileGroup) -> Result<bool, TypeMismatch> {
        Ok(results(&self.0, |inner| inner.holds_for_files(files))?.into_iter().all(|holds| holds))
    }

    fn holds_unset(&self) -> bool {
        self.0.iter().all(Operator::holds_unset)
    }
}

impl<E: Operator> Operator for AnyOf<E> {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        common_kind(&self.0)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        Ok(results(&self.0, |inner| inner.holds(value))?.into_iter().any(|holds| holds))
    }

    fn holds_for_files(&self, files: &FileGroup) -> Result<bool, TypeMismatch> {
        Ok(results(&self.0, |inner| inner.holds_for_files(files))?.into_iter().any(|holds| holds))
    }

    fn holds_unset(&self) -> bool {
        self.0.iter().any(Operator::holds_unset)
    }
}

fn common_kind<E: Operator>(inner: &[E]) -> Option<EvidenceKind> {
    let mut kinds = inner.iter().map(Operator::evidence_kind);
    let first = kinds.next()?;
    if kinds.all(|other| other == first) { first } else { None }
}

/// Compares with every expectation, so that a mismatch is found even where the others decide.
fn results<E: Operator>(
    inner: &[E],
    holds: impl Fn(&E) -> Result<bool, TypeMismatch>,
) -> Result<Vec<bool>, TypeMismatch> {
    inner.iter().map(holds).collect()
}

impl<E: fmt::Display> fmt::Display for AllOf<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(&self.0, " and "))
    }
}

impl<E: fmt::Display> fmt::Display for AnyOf<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(&self.0, " or "))
    }
}

impl<E: FromRaw> FromRaw for AllOf<E> {
    type Raw = RawList<E::Raw>;

    fn from_raw(raw: &Self::Raw, parameters: &Parameters<'_>) -> Result<Self, BadParameter> {
        fill(raw, parameters).map(Self)
    }
}

impl<E: FromRaw> FromRaw for AnyOf<E> {
    type Raw = RawList<E::Raw>;

    fn from_raw(raw: &Self::Raw, parameters: &Parameters<'_>) -> Result<Self, BadParameter> {
        fill(raw, parameters).map(Self)
    }
}

fn fill<E: FromRaw>(RawList(raw): &RawList<E::Raw>, parameters: &Parameters<'_>) -> Result<Vec<E>, BadParameter> {
    raw.iter().map(|inner| E::from_raw(inner, parameters)).collect()
}

impl<'de, R: Deserialize<'de>> Deserialize<'de> for RawList<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Vec::deserialize(deserializer)? {
            empty if empty.is_empty() => Err(serde::de::Error::custom("the list must not be empty")),
            list => Ok(Self(list)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{files, read, refuse, verify};
    use crate::model::{EvidenceKind, Value};

    #[test]
    fn compares() {
        verify(&[
            ("all-of: [{at-least: 1}, {at-most: 3}]", Value::Number(2), true),
            ("all-of: [{at-least: 1}, {at-most: 3}]", Value::Number(4), false),
            ("any-of: [{equals: 1}, {equals: 3}]", Value::Number(3), true),
            ("any-of: [{equals: 1}, {equals: 3}]", Value::Number(2), false),
        ]);
        let expectation = read("all-of: [{mode-at-most: '640'}, {owned-by: root:root}]");
        assert_eq!(expectation.evidence_kind(), Some(EvidenceKind::Files));
        assert_eq!(expectation.holds_for_files(&files(0o600, "root", "root")), Ok(true));
        assert_eq!(expectation.holds_for_files(&files(0o600, "etcd", "root")), Ok(false));
    }

    #[test]
    fn refuses_an_empty_list() {
        refuse("all-of: []", "the list must not be empty");
        refuse("any-of: []", "the list must not be empty");
    }

    #[test]
    fn files_and_values_are_not_combined() {
        assert_eq!(read("any-of: [{mode-at-most: '640'}, {set: true}]").evidence_kind(), None);
        assert_eq!(read("all-of: [{equals: 1}, {set: true}]").evidence_kind(), Some(EvidenceKind::Value));
    }

    #[test]
    fn a_mismatch_decides() {
        let value = Value::Bool(true);
        assert!(read("any-of: [{equals: true}, {at-least: 30}]").holds(&value).is_err());
        assert!(read("all-of: [{equals: false}, {at-least: 30}]").holds(&value).is_err());
    }

    #[test]
    fn holds_unset_like_its_parts() {
        let cases = [
            ("any-of: [{unset: true}, {equals: 1}]", true),
            ("any-of: [{set: true}, {equals: 1}]", false),
            ("all-of: [{unset: true}, {equals: 1}]", false),
            ("all-of: [{unset: true}]", true),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).holds_unset(), expected, "{text}");
        }
    }
}
