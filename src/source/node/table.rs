//! The mount table: tells paths that come from the audited machine apart from the container's own.

use std::path::{Path, PathBuf};

/// File systems that hold a container's own root.
const LAYERED: [&str; 4] = ["overlay", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs"];
/// Files that the runtime writes for each container and mounts one by one, over those of a mounted `/etc` too.
const WRITTEN_FOR_CONTAINER: [&str; 4] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/dev/termination-log"];

/// What a process's `mountinfo` says, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MountTable {
    mounts: Vec<Mount>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mount {
    id: u64,
    at: PathBuf,
    kind: String,
}

impl MountTable {
    /// Reads the kernel's text: `id parent major:minor root mountpoint options … - type source superoptions`.
    pub(crate) fn parse(text: &str) -> Self {
        let mounts = text
            .lines()
            .filter_map(|line| {
                let (left, right) = line.split_once(" - ")?;
                let mut fields = left.split(' ');
                Some(Mount {
                    id: fields.next()?.parse().ok()?,
                    at: unescape(fields.nth(3)?).into(),
                    kind: right.split(' ').next()?.to_owned(),
                })
            })
            .collect();
        Self { mounts }
    }

    /// Whether the root is a layered file system, as a container's is.
    pub(crate) fn layered_root(&self) -> bool {
        self.mount_of(Path::new("/")).is_some_and(|m| LAYERED.contains(&m.kind.as_str()))
    }

    /// The number of the mount at `/`: the same for processes that share their root, and for no others.
    pub(crate) fn root_id(&self) -> Option<u64> {
        self.mount_of(Path::new("/")).map(|m| m.id)
    }

    /// Whether a path is the container's own: it lies on its root file system and on nothing mounted into that, or the
    /// runtime wrote it for the container.
    pub(crate) fn is_own(&self, path: &Path) -> bool {
        self.mount_of(path).is_none_or(|m| m.at == Path::new("/") || is_written_for_container(&m.at))
    }

    /// The mount that a path lies on: the deepest one, of several at one point the last.
    fn mount_of(&self, path: &Path) -> Option<&Mount> {
        self.mounts.iter().filter(|m| path.starts_with(&m.at)).max_by_key(|m| m.at.components().count())
    }

    /// The folder to mount so that a path of the machine can be seen: its first component. `/` where that is mounted and
    /// does not show it.
    pub(crate) fn folder_to_mount(&self, path: &Path) -> String {
        if self.mount_of(path).is_some_and(|m| is_written_for_container(&m.at)) {
            return "/".to_owned();
        }
        let mut parts = path.components();
        parts.next();
        parts.next().map_or_else(|| "/".to_owned(), |c| format!("/{}", c.as_os_str().to_string_lossy()))
    }
}

fn is_written_for_container(at: &Path) -> bool {
    WRITTEN_FOR_CONTAINER.iter().any(|file| at == Path::new(file))
}

/// Undoes the kernel's escapes: blank, tab, newline and backslash as `\040` and so on.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 4).and_then(|c| u8::from_str_radix(c, 8).ok());
        if let Some(byte) = code {
            out.push(char::from(byte));
            rest = &rest[at + 4..];
        } else {
            out.push('\\');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTAINER: &str = "\
500 400 0:50 / / ro,relatime - overlay overlay rw,lowerdir=/a,upperdir=/b
501 500 0:51 / /proc rw - proc proc rw
502 500 8:1 /etc /etc ro,relatime - ext4 /dev/sda1 rw
503 502 8:1 /x /etc/with\\040blank ro - ext4 /dev/sda1 rw
504 502 8:1 /var/lib/docker/containers/1/hosts /etc/hosts rw - ext4 /dev/sda1 rw
";

    #[test]
    fn a_path_on_no_mount_is_the_containers_own() {
        let table = MountTable::parse(CONTAINER);
        assert!(table.layered_root());
        assert!(!table.is_own(Path::new("/etc/kubernetes/pki")));
        assert!(!table.is_own(Path::new("/etc/with blank/x")));
        assert!(table.is_own(Path::new("/var/lib/kubelet/config.yaml")));
        assert!(table.is_own(Path::new("/etcd")));
        assert_eq!(table.folder_to_mount(Path::new("/var/lib/kubelet")), "/var");
        assert_eq!(table.folder_to_mount(Path::new("/")), "/");
    }

    #[test]
    fn a_file_that_the_runtime_wrote_is_the_containers_own_below_a_mount_too() {
        let table = MountTable::parse(CONTAINER);
        assert!(table.is_own(Path::new("/etc/hosts")));
        assert!(!table.is_own(Path::new("/etc/hosts.allow")));
        assert_eq!(table.folder_to_mount(Path::new("/etc/hosts")), "/");
        assert_eq!(table.root_id(), Some(500));
    }

    #[test]
    fn an_ordinary_root_is_not_layered() {
        let table = MountTable::parse("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
        assert!(!table.layered_root());
        assert!(!MountTable::parse("").layered_root());
    }
}
