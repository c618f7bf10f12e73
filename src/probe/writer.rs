//! Who, besides root, can write to a directory and so decides what is in it.

use super::context::shown;
use crate::model::{Access, Replaceable};
use crate::source::node::{Accounts, Stat};
use std::path::Path;

const WRITE_BY_OTHERS: u32 = 0o002;
const WRITE_BY_GROUP: u32 = 0o020;
/// In such a directory only the owner of an entry, and that of the directory, can replace it.
const STICKY: u32 = 0o1000;
const ROOT: u32 = 0;

/// Somebody who can write to a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// Every user.
    Anyone,
    /// The owner, who can also change the mode.
    Owner(u32),
    /// The members of the group.
    Group(u32),
}

impl Writer {
    /// Who can replace an entry of a directory, besides root and the owner of the entry, who can change it anyway.
    pub(super) fn of_entries(directory: &Stat, owner_of_entry: Option<u32>) -> Option<Self> {
        let is_sticky = directory.mode.is_some_and(|mode| mode & STICKY != 0);
        let by_mode = Self::by_mode(directory).filter(|_| !is_sticky);
        let owner = directory.uid.filter(|uid| *uid != ROOT && Some(*uid) != owner_of_entry).map(Self::Owner);
        if by_mode == Some(Self::Anyone) { by_mode } else { owner.or(by_mode) }
    }

    /// Who can add an entry to a directory. There the sticky bit is no protection.
    pub(super) fn of_additions(directory: &Stat) -> Option<Self> {
        let by_mode = Self::by_mode(directory);
        let owner = directory.uid.filter(|uid| *uid != ROOT).map(Self::Owner);
        if by_mode == Some(Self::Anyone) { by_mode } else { owner.or(by_mode) }
    }

    /// Who can put another link in place of one: in a sticky directory its owner. Elsewhere who can write to the directory,
    /// which is on the way itself.
    pub(super) fn of_link(link: &Stat, directory: Option<&Stat>, owner_of_file: Option<u32>) -> Option<Self> {
        let mode = directory?.mode.filter(|mode| mode & STICKY != 0)?;
        let is_shared = mode & (WRITE_BY_OTHERS | WRITE_BY_GROUP) != 0;
        link.uid.filter(|uid| is_shared && *uid != ROOT && Some(*uid) != owner_of_file).map(Self::Owner)
    }

    fn by_mode(directory: &Stat) -> Option<Self> {
        let mode = directory.mode?;
        if mode & WRITE_BY_OTHERS != 0 {
            return Some(Self::Anyone);
        }
        directory.gid.filter(|gid| mode & WRITE_BY_GROUP != 0 && *gid != ROOT).map(Self::Group)
    }

    /// Why the writer can replace a file: `path` is the directory, or the link, on the way to it.
    pub(super) fn replacing(self, file: &str, path: &Path, stat: &Stat, accounts: &Accounts) -> Replaceable {
        let name = shown(path);
        let because = match self {
            Self::Anyone => format!("because {name} has permissions {}", permissions(stat)),
            Self::Owner(_) => format!("because {name} belongs to that user"),
            Self::Group(_) => format!("because {name} belongs to that group and has permissions {}", permissions(stat)),
        };
        self.replaceable(format!("{} can replace {file}, {because}", self.name(accounts)), name)
    }

    /// Why the writer can replace the files in a directory.
    pub(super) fn replacing_files_in(self, directory: &str, stat: &Stat, accounts: &Accounts) -> Replaceable {
        let reason = format!("{} can replace the files in {directory}, {}", self.name(accounts), self.detail(stat));
        self.replaceable(reason, directory.to_owned())
    }

    /// Why the writer can add a file to a directory all of whose files take effect.
    pub(super) fn adding_to(self, directory: &str, stat: &Stat, accounts: &Accounts) -> Replaceable {
        let reason = format!("{} can add a file to {directory}, {}", self.name(accounts), self.detail(stat));
        self.replaceable(reason, directory.to_owned())
    }

    fn replaceable(self, reason: String, directory: String) -> Replaceable {
        let access = match self {
            Self::Anyone => Access::Others,
            Self::Owner(_) => Access::Owner,
            Self::Group(_) => Access::Group,
        };
        Replaceable { reason, directory, access }
    }

    fn detail(self, stat: &Stat) -> String {
        match self {
            Self::Anyone => format!("which has permissions {}", permissions(stat)),
            Self::Owner(_) => "which belongs to that user".to_owned(),
            Self::Group(_) => format!("which belongs to that group and has permissions {}", permissions(stat)),
        }
    }

    fn name(self, accounts: &Accounts) -> String {
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Owner(uid) => format!("user {}", accounts.user_name(uid)),
            Self::Group(gid) => format!("group {}", accounts.group_names(gid).swap_remove(0)),
        }
    }
}

fn permissions(stat: &Stat) -> String {
    stat.mode.map_or_else(|| "unknown".to_owned(), |mode| format!("{mode:03o}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::FileKind;

    fn directory(mode: u32, uid: u32, gid: u32) -> Stat {
        Stat { kind: FileKind::Directory, mode: Some(mode), uid: Some(uid), gid: Some(gid) }
    }

    #[test]
    fn who_can_replace_an_entry() {
        let cases = [
            (directory(0o755, 0, 0), Some(0), None),
            (directory(0o775, 0, 0), Some(0), None),
            (directory(0o777, 0, 0), Some(0), Some(Writer::Anyone)),
            (directory(0o1777, 0, 0), Some(0), None),
            (directory(0o775, 0, 999), Some(0), Some(Writer::Group(999))),
            (directory(0o1775, 0, 999), Some(0), None),
            (directory(0o755, 0, 999), Some(0), None),
            (directory(0o755, 1000, 1000), Some(0), Some(Writer::Owner(1000))),
            // The owner can change the mode, and the sticky bit does not hold for the owner.
            (directory(0o1555, 1000, 1000), Some(0), Some(Writer::Owner(1000))),
            (directory(0o777, 1000, 1000), Some(0), Some(Writer::Anyone)),
            (directory(0o700, 112, 119), Some(112), None),
            (directory(0o700, 112, 119), Some(113), Some(Writer::Owner(112))),
            (directory(0o700, 112, 119), None, Some(Writer::Owner(112))),
            (directory(0o770, 112, 119), Some(112), Some(Writer::Group(119))),
        ];
        for (directory, owner, expected) in cases {
            assert_eq!(Writer::of_entries(&directory, owner), expected, "{directory:?} {owner:?}");
        }
        let not_described = Stat { kind: FileKind::Directory, mode: None, uid: None, gid: None };
        assert_eq!(Writer::of_entries(&not_described, Some(0)), None);
        let mode_not_described = Stat { uid: Some(7), ..not_described };
        assert_eq!(Writer::of_entries(&mode_not_described, Some(0)), Some(Writer::Owner(7)));
    }

    #[test]
    fn who_can_add_an_entry() {
        let cases = [
            (directory(0o755, 0, 0), None),
            (directory(0o1777, 0, 0), Some(Writer::Anyone)),
            (directory(0o1775, 0, 999), Some(Writer::Group(999))),
            (directory(0o2775, 0, 0), None),
            (directory(0o755, 1000, 0), Some(Writer::Owner(1000))),
        ];
        for (directory, expected) in cases {
            assert_eq!(Writer::of_additions(&directory), expected, "{directory:?}");
        }
    }

    #[test]
    fn who_can_replace_a_link() {
        let link = |uid| Stat { kind: FileKind::Special, mode: Some(0o777), uid: Some(uid), gid: Some(uid) };
        let cases = [
            (link(1000), directory(0o1777, 0, 0), Some(0), Some(Writer::Owner(1000))),
            (link(1000), directory(0o1777, 0, 0), Some(1000), None),
            (link(0), directory(0o1777, 0, 0), Some(0), None),
            // What is said of the directory is enough.
            (link(1000), directory(0o777, 0, 0), Some(0), None),
            (link(1000), directory(0o1755, 0, 0), Some(0), None),
        ];
        for (link, directory, owner, expected) in cases {
            assert_eq!(Writer::of_link(&link, Some(&directory), owner), expected, "{link:?} {directory:?}");
        }
    }
}
