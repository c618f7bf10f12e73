//! Users and groups of a node. An id without a name stays a number.

use super::error::SourceError;
use std::collections::BTreeMap;

/// Names kept of one table.
const MAX_NAMES: usize = 10_000;

/// The accounts of a node.
pub trait AccountSource {
    /// Its users and groups.
    fn accounts(&self) -> &Accounts;
}

/// Users and groups. The first entry of a name or id counts, as in the C library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    users: Table,
    groups: Table,
    unknown: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Table {
    by_name: BTreeMap<String, u32>,
    by_id: BTreeMap<u32, String>,
    /// Whether entries beyond [`MAX_NAMES`] were dropped.
    truncated: bool,
}

impl Table {
    fn add(&mut self, name: &str, id: u32) {
        self.by_name.entry(name.to_owned()).or_insert(id);
        self.by_id.entry(id).or_insert_with(|| name.to_owned());
    }

    /// Parses `name:password:id:…` lines, the form of both files. Other lines are ignored.
    fn parse(bytes: &[u8]) -> Self {
        let mut table = Self::default();
        for line in String::from_utf8_lossy(bytes).lines() {
            if table.by_name.len() == MAX_NAMES {
                table.truncated = true;
                break;
            }
            let mut fields = line.split(':');
            if let (Some(name), Some(_), Some(Ok(id))) = (fields.next(), fields.next(), fields.next().map(str::parse)) {
                table.add(name, id);
            }
        }
        table
    }
}

impl Accounts {
    /// Parses the contents of a passwd and a group file.
    #[cfg(any(test, feature = "internals"))]
    pub(crate) fn parse(passwd: &[u8], group: &[u8]) -> Self {
        Self::of(Table::parse(passwd), Table::parse(group))
    }

    /// Reads both files one after the other, so that only one is in memory.
    pub(super) fn read(mut read_file: impl FnMut(&str) -> Result<Vec<u8>, SourceError>) -> Self {
        let mut unknown = None;
        let mut table = |path: &str| match read_file(path) {
            Ok(bytes) => Table::parse(&bytes),
            Err(error) => {
                unknown.get_or_insert_with(|| format!("{path} {error}"));
                Table::default()
            }
        };
        let (users, groups) = (table("/etc/passwd"), table("/etc/group"));
        Self::of(users, groups).with_unknown(unknown)
    }

    fn of(users: Table, groups: Table) -> Self {
        let truncated = users.truncated || groups.truncated;
        let unknown = truncated.then(|| format!("the table of accounts has more than {MAX_NAMES} names"));
        Self { users, groups, unknown }
    }

    /// Sets why accounts may be missing, if there is a reason.
    #[must_use]
    pub fn with_unknown(self, unknown: Option<String>) -> Self {
        Self { unknown: unknown.or(self.unknown), ..self }
    }

    /// Why accounts of the node may be missing here.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// Adds a user.
    pub fn add_user(&mut self, name: &str, id: u32) {
        self.users.add(name, id);
    }

    /// Adds a group.
    pub fn add_group(&mut self, name: &str, id: u32) {
        self.groups.add(name, id);
    }

    /// The id of a user. `root` is always 0.
    pub fn user(&self, name: &str) -> Option<u32> {
        id_of(&self.users, name)
    }

    /// The id of a group. `root` is always 0.
    pub fn group(&self, name: &str) -> Option<u32> {
        id_of(&self.groups, name)
    }

    /// Every name of a user, the first of the table first, and the id as text last.
    pub fn user_names(&self, id: u32) -> Vec<String> {
        names_of(&self.users, id)
    }

    /// Every name of a group, the first of the table first, and the id as text last.
    pub fn group_names(&self, id: u32) -> Vec<String> {
        names_of(&self.groups, id)
    }

    /// Whether the name of a user contains a text.
    pub fn has_user_name_with(&self, text: &str) -> bool {
        "root".contains(text) || self.users.by_name.keys().any(|name| name.contains(text))
    }

    /// The first name of a user, if there is one.
    pub fn known_user(&self, id: u32) -> Option<String> {
        self.user_names(id).into_iter().next().filter(|name| id == 0 || self.users.by_id.get(&id) == Some(name))
    }

    /// The first name of a group, if there is one.
    pub fn known_group(&self, id: u32) -> Option<String> {
        self.group_names(id).into_iter().next().filter(|name| id == 0 || self.groups.by_id.get(&id) == Some(name))
    }

    /// The first name of a user, or the id as text.
    pub fn user_name(&self, id: u32) -> String {
        self.user_names(id).swap_remove(0)
    }
}

fn id_of(table: &Table, name: &str) -> Option<u32> {
    if name == "root" {
        return Some(0);
    }
    name.parse().ok().or_else(|| table.by_name.get(name).copied())
}

fn names_of(table: &Table, id: u32) -> Vec<String> {
    // A table could call another id `root`, or give a name that reads as another id.
    let is_valid = |name: &&String| (id == 0 || *name != "root") && name.parse::<u32>().is_err();
    let first = if id == 0 { Some("root".to_owned()) } else { table.by_id.get(&id).filter(is_valid).cloned() };
    let others =
        table.by_name.iter().filter(|(_, other)| **other == id).map(|(name, _)| name).filter(is_valid).cloned();
    let mut names: Vec<String> = Vec::new();
    for name in first.into_iter().chain(others).chain([id.to_string()]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_table_is_reported() {
        let table: String = (0..=MAX_NAMES).map(|n| format!("user{n}:x:{}::/:\n", n + 1000)).collect();
        let accounts = Accounts::parse(table.as_bytes(), b"").with_unknown(None);
        assert_eq!(accounts.user("user0"), Some(1000));
        assert!(accounts.unknown().is_some_and(|why| why.contains("more than")));
    }

    #[test]
    fn root_is_always_id_zero() {
        let accounts = Accounts::parse(b"root:x:1:1::/:/bin/sh\netcd:x:101:102::/:\nbroken\n:x:y:\n", b"etcd:x:102:\n");
        assert_eq!(accounts.user("root"), Some(0));
        assert_eq!(accounts.user("etcd"), Some(101));
        assert_eq!(accounts.user("1501"), Some(1501));
        assert_eq!(accounts.user("nobody"), None);
        assert_eq!(accounts.group_names(102), ["etcd", "102"]);
        assert_eq!(accounts.user_name(7), "7");
        assert_eq!(accounts.user_name(0), "root");
        let forged = Accounts::parse(b"root:x:7:7::/:\nadmin:x:0:0::/:\n", b"");
        assert_eq!(forged.user_names(7), ["7"]);
        assert_eq!(forged.user_names(0), ["root", "admin", "0"]);
        let numbered = Accounts::parse(b"0:x:7:7::/:\n7:x:7:7::/:\ndaemon:x:7:7::/:\n", b"");
        assert_eq!(numbered.user_names(7), ["daemon", "7"]);
        assert_eq!(numbered.known_user(7), None);
    }
}
