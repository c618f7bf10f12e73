//! The way to a file: who can put another file in its place, and who can reach it at all.

use super::context::{CollectContext, shown};
use super::writer::Writer;
use crate::model::Replaceable;
use crate::source::node::{FileKind, HostPath, PathRoot, Stat};
use std::path::{Component, Path, PathBuf};

const ENTER_BY_GROUP_OR_OTHERS: u32 = 0o011;

/// The link in a volume of a ConfigMap or Secret to its current content. The kubelet makes such a volume writable for everyone,
/// below a directory that only root can enter.
const LINK_OF_VOLUME: &str = "..data";

/// What the directories on the way to a file mean for it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Why somebody else can replace the file.
    pub(super) replaceable: Option<Replaceable>,
    /// Why only root can reach the file.
    pub(super) closed: Option<String>,
    /// Why it is not known who can replace the file.
    pub(super) unknown: Option<String>,
}

impl Way {
    /// Both ways lead to the file.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            replaceable: self.replaceable.or(other.replaceable),
            closed: self.closed.or(other.closed),
            unknown: self.unknown.or(other.unknown),
        }
    }
}

/// Reads the directories on the way to a file with this metadata, links followed. What is not described or not mounted says
/// nothing: the file itself could be read through them.
pub(super) fn way_to(context: &CollectContext<'_>, file: &HostPath, stat: &Stat) -> Way {
    let mut way = Way::default();
    let name = shown(&file.path);
    let steps = match context.files.directories_to(file) {
        Ok(steps) => steps,
        Err(error) => {
            let reason = format!("who can replace {name} is not known: a directory on the way to it {error}");
            return Way { unknown: Some(reason), ..way };
        }
    };
    // Who has another way to the target of a link does not need the directories before the link.
    let last_link = steps.iter().rposition(|(_, step)| step.kind == FileKind::Special);
    let target = last_link.and_then(|index| target_of(context, file, &steps.get(index)?.0));
    for (index, (path, step)) in steps.iter().enumerate() {
        let writer = match step.kind {
            FileKind::Directory if is_volume(file, path, &steps) => None,
            FileKind::Directory => Writer::of_entries(step, stat.uid),
            FileKind::File | FileKind::Special => Writer::of_link(step, directory_of(path, &steps), stat.uid),
        };
        if let (None, Some(writer)) = (&way.replaceable, writer) {
            way.replaceable = Some(writer.replacing(&name, path, step, context.source.accounts()));
        }
        let leads_to_target = target.as_ref().is_some_and(|target| target != path && target.starts_with(path));
        let is_needed = leads_to_target || last_link.is_none_or(|link| index > link);
        let is_closed =
            |mode: &u32| is_needed && step.kind == FileKind::Directory && mode & ENTER_BY_GROUP_OR_OTHERS == 0;
        if let (None, Some(0), Some(mode)) = (&way.closed, step.uid, step.mode.filter(is_closed)) {
            way.closed = Some(format!("only root reaches it, because {} has permissions {mode:03o}", shown(path)));
        }
    }
    way
}

/// Where a link leads, without `.` and `..`. Its directory is reached without links.
fn target_of(context: &CollectContext<'_>, file: &HostPath, link: &Path) -> Option<PathBuf> {
    let target = link.parent()?.join(context.link_target(&file.with_path(link))?);
    let mut plain = PathBuf::new();
    for part in target.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) | Component::Normal(_) => plain.push(part),
        }
    }
    Some(plain)
}

/// Whether a directory on the way to a file in a container is a volume of a ConfigMap or Secret.
fn is_volume(file: &HostPath, directory: &Path, steps: &[(PathBuf, Stat)]) -> bool {
    let link = directory.join(LINK_OF_VOLUME);
    matches!(file.root, PathRoot::Process(_))
        && steps.iter().any(|(path, step)| *path == link && step.kind == FileKind::Special)
}

fn directory_of<'s>(link: &Path, steps: &'s [(PathBuf, Stat)]) -> Option<&'s Stat> {
    let directory = link.parent()?;
    steps.iter().find(|(path, _)| path == directory).map(|(_, stat)| stat)
}
