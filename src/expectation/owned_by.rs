//! `owned-by`: files belong to one of these pairs of user and group.

use super::operand::{Operand, join};
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, FileGroup};
use crate::text::quote;
use serde_json::Value as Json;
use std::fmt;

/// The files belong to one of these owners.
#[derive(Debug, Clone)]
pub struct OwnedBy(Vec<Owner>);

/// A user and a group, by name or id.
#[derive(Debug, Clone)]
struct Owner {
    user: String,
    group: String,
}

impl Operator for OwnedBy {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Files)
    }

    fn holds_for_files(&self, files: &FileGroup) -> Result<bool, TypeMismatch> {
        if self.0.iter().any(|owner| owner.owns(files)) {
            return Ok(true);
        }
        if !self.0.iter().any(|owner| owner.may_own(files)) {
            return Ok(false);
        }
        Err(TypeMismatch(match &files.names_unknown {
            Some(reason) if is_described(files) => format!("cannot resolve owner {}: {reason}", files.owner()),
            Some(_) | None => format!("the owner of {} is not described", files.first()),
        }))
    }
}

impl Owner {
    fn owns(&self, files: &FileGroup) -> bool {
        files.users.contains(&self.user) && files.groups.contains(&self.group)
    }

    /// Whether it can be the owner of files whose owner is not described or whose names are incomplete. Root and a number need
    /// no table of accounts.
    fn may_own(&self, files: &FileGroup) -> bool {
        let may_be = |name: &String, known: &[String]| {
            let has_other_names = files.names_unknown.is_some() && known.len() == 1;
            known.is_empty()
                || known.contains(name)
                || (has_other_names && name != "root" && name.parse::<u32>().is_err())
        };
        may_be(&self.user, &files.users) && may_be(&self.group, &files.groups)
    }
}

fn is_described(files: &FileGroup) -> bool {
    !files.users.is_empty() && !files.groups.is_empty()
}

impl fmt::Display for OwnedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is owned by {}", join(&self.0, " or "))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.group)
    }
}

impl Operand for OwnedBy {
    fn read(json: &Json) -> Result<Self, String> {
        Vec::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        Vec::<Owner>::schema()
    }
}

impl Operand for Owner {
    fn read(json: &Json) -> Result<Self, String> {
        let text = String::read(json)?;
        match text.split_once(':') {
            Some((user, group)) if !user.is_empty() && !group.is_empty() => {
                Ok(Self { user: user.to_owned(), group: group.to_owned() })
            }
            Some(_) | None => Err(format!("{} is not USER:GROUP", quote(&text))),
        }
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": "string", "pattern": "^[^:]+:[^:]+$" })
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{files, read, refuse};
    use crate::model::FileGroup;

    #[test]
    fn compares_names_and_ids() {
        let cases = [
            ("owned-by: [root:root, etcd:etcd]", "root,0", "root,0", true),
            ("owned-by: [root:root, etcd:etcd]", "etcd", "etcd", true),
            ("owned-by: [root:root, etcd:etcd]", "root", "etcd", false),
            ("owned-by: 0:0", "root,0", "root,0", true),
            ("owned-by: root:root", "rooty", "root", false),
        ];
        for (text, users, groups, expected) in cases {
            assert_eq!(
                read(text).holds_for_files(&files(0o600, users, groups)),
                Ok(expected),
                "{text} {users}:{groups}"
            );
        }
    }

    #[test]
    fn unresolved_names_are_undetermined_only_where_they_matter() {
        let unresolved = |users, groups| FileGroup {
            names_unknown: Some("/etc/passwd is not mounted".to_owned()),
            ..files(0o600, users, groups)
        };
        let error = read("owned-by: [root:root, etcd:etcd]").holds_for_files(&unresolved("112", "119")).unwrap_err();
        assert_eq!(error.0, "cannot resolve owner 112:119: /etc/passwd is not mounted");
        let cases = [
            ("owned-by: root:root", "112", "119", false),
            ("owned-by: etcd:etcd", "root,0", "119", false),
            ("owned-by: [root:root, etcd:etcd]", "root,0", "root,0", true),
            ("owned-by: 113:119", "112", "119", false),
        ];
        for (text, users, groups, expected) in cases {
            assert_eq!(read(text).holds_for_files(&unresolved(users, groups)), Ok(expected), "{text} {users}:{groups}");
        }
    }

    #[test]
    fn an_owner_that_is_not_described_is_undetermined_unless_the_rest_decides() {
        let group_only = |groups| FileGroup { users: vec![], path: "/a".to_owned(), ..files(0o600, "", groups) };
        let error = read("owned-by: root:root").holds_for_files(&group_only("root,0")).unwrap_err();
        assert_eq!(error.0, "the owner of /a is not described");
        assert_eq!(read("owned-by: root:root").holds_for_files(&group_only("etcd,119")), Ok(false));
        let neither = FileGroup { groups: vec![], ..group_only("") };
        assert!(read("owned-by: [root:root, etcd:etcd]").holds_for_files(&neither).is_err());
    }

    #[test]
    fn refuses_other_operands() {
        for operand in ["root", "':root'", "'root:'", "[]"] {
            assert!(
                serde_saphyr::from_str::<crate::expectation::RawExpectation>(&format!("owned-by: {operand}")).is_err()
            );
        }
        refuse("owned-by: root", "`root` is not USER:GROUP");
    }
}
