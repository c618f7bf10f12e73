//! The mount table of a process: which paths come from the node, and which are the container's own.

use std::path::{Path, PathBuf};

/// File systems of container roots.
const LAYERED: [&str; 4] = ["overlay", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs"];
/// Files that a runtime writes for each container and mounts one by one, even over those of a mounted `/etc`.
const RUNTIME_FILES: [&str; 4] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/dev/termination-log"];

/// The mounts of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MountTable {
    mounts: Vec<Mount>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mount {
    id: u64,
    point: PathBuf,
    file_system: String,
}

impl MountTable {
    /// Parses `/proc/PID/mountinfo`: `id parent major:minor root mountpoint options … - type source superoptions`.
    pub(crate) fn parse(text: &str) -> Self {
        let mounts = text
            .lines()
            .filter_map(|line| {
                let (left, right) = line.split_once(" - ")?;
                let mut fields = left.split(' ');
                Some(Mount {
                    id: fields.next()?.parse().ok()?,
                    point: unescape(fields.nth(3)?).into(),
                    file_system: right.split(' ').next()?.to_owned(),
                })
            })
            .collect();
        Self { mounts }
    }

    /// Whether the root is a layered file system, as in a container.
    pub(crate) fn layered_root(&self) -> bool {
        self.mount_of(Path::new("/")).is_some_and(|m| LAYERED.contains(&m.file_system.as_str()))
    }

    /// The id of the mount at `/`. Only processes with the same root have the same id.
    pub(crate) fn root_id(&self) -> Option<u64> {
        self.mount_of(Path::new("/")).map(|m| m.id)
    }

    /// Whether a path is the container's own: on its root file system, or written by the runtime.
    pub(crate) fn is_own(&self, path: &Path) -> bool {
        self.mount_of(path).is_none_or(|m| m.point == Path::new("/") || is_runtime_file(&m.point))
    }

    /// The mount that a path is on: the deepest one, and of several at one mount point the last.
    fn mount_of(&self, path: &Path) -> Option<&Mount> {
        self.mounts.iter().filter(|m| path.starts_with(&m.point)).max_by_key(|m| m.point.components().count())
    }

    /// The directory of the node to mount so that a path can be seen: its first component, or `/` for a file that the
    /// runtime would write over again.
    pub(crate) fn directory_to_mount(&self, path: &Path) -> String {
        if self.mount_of(path).is_some_and(|m| is_runtime_file(&m.point)) {
            return "/".to_owned();
        }
        let mut parts = path.components();
        parts.next();
        parts.next().map_or_else(|| "/".to_owned(), |c| format!("/{}", c.as_os_str().to_string_lossy()))
    }
}

fn is_runtime_file(mount_point: &Path) -> bool {
    RUNTIME_FILES.iter().any(|file| mount_point == Path::new(file))
}

/// Undoes the kernel's escapes: space, tab, newline and backslash as `\040` and so on.
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
503 502 8:1 /x /etc/with\\040space ro - ext4 /dev/sda1 rw
504 502 8:1 /var/lib/docker/containers/1/hosts /etc/hosts rw - ext4 /dev/sda1 rw
";

    #[test]
    fn a_path_on_no_mount_is_the_containers_own() {
        let table = MountTable::parse(CONTAINER);
        assert!(table.layered_root());
        assert!(!table.is_own(Path::new("/etc/kubernetes/pki")));
        assert!(!table.is_own(Path::new("/etc/with space/x")));
        assert!(table.is_own(Path::new("/var/lib/kubelet/config.yaml")));
        assert!(table.is_own(Path::new("/etcd")));
        assert_eq!(table.directory_to_mount(Path::new("/var/lib/kubelet")), "/var");
        assert_eq!(table.directory_to_mount(Path::new("/")), "/");
    }

    #[test]
    fn a_runtime_file_is_the_containers_own_even_below_a_mount() {
        let table = MountTable::parse(CONTAINER);
        assert!(table.is_own(Path::new("/etc/hosts")));
        assert!(!table.is_own(Path::new("/etc/hosts.allow")));
        assert_eq!(table.directory_to_mount(Path::new("/etc/hosts")), "/");
        assert_eq!(table.root_id(), Some(500));
    }

    #[test]
    fn an_ordinary_root_is_not_layered() {
        let table = MountTable::parse("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
        assert!(!table.layered_root());
        assert!(!MountTable::parse("").layered_root());
    }
}
