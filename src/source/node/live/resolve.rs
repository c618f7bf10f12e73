//! Opens paths inside a root directory: symlinks and `..` never lead out of it.

use crate::source::node::path::{MAX_LINKS, components};
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// Opens `path`, which is taken as absolute, below `root`. One system call where the kernel has openat2.
pub(super) fn open_in_root(root: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlags::CLOEXEC;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    loop {
        match rustix::fs::openat2(root, path, flags, Mode::empty(), resolve) {
            Err(Errno::NOSYS | Errno::PERM) => return open_by_component(root, path, flags),
            Err(Errno::AGAIN | Errno::INTR) => {}
            other => return other,
        }
    }
}

/// [`open_in_root`] for kernels before 5.6 and sandboxes that refuse openat2.
fn open_by_component(root: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let path_only = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut parents: Vec<OwnedFd> = Vec::new();
    let mut pending: Vec<OsString> = components(path).map(OsStr::to_os_string).collect();
    let mut links = 0;
    while let Some(name) = pending.pop() {
        if name == ".." {
            parents.pop();
            continue;
        }
        let here = parents.last().map_or(root, AsFd::as_fd);
        let next = rustix::fs::openat(here, &name, path_only, Mode::empty())?;
        let kind = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&next)?.st_mode);
        let is_result = pending.is_empty() && flags.contains(OFlags::NOFOLLOW);
        if kind == rustix::fs::FileType::Symlink && !is_result {
            links += 1;
            if links > MAX_LINKS {
                return Err(Errno::LOOP);
            }
            let target = PathBuf::from(OsString::from_vec(rustix::fs::readlinkat(&next, "", Vec::new())?.into_bytes()));
            if target.is_absolute() {
                parents.clear();
            }
            pending.extend(components(&target).map(OsStr::to_os_string));
        } else if pending.is_empty() && !flags.contains(OFlags::PATH) {
            return rustix::fs::openat(here, &name, flags | OFlags::NOFOLLOW, Mode::empty());
        } else {
            parents.push(next);
        }
    }
    match parents.pop() {
        Some(fd) if flags.contains(OFlags::PATH) => Ok(fd),
        Some(fd) => rustix::fs::openat(&fd, ".", flags, Mode::empty()),
        None => rustix::fs::openat(root, ".", flags, Mode::empty()),
    }
}

/// The path that a missing `path` resolves to: its symlinks followed as far as they exist, then the names that do not.
pub(super) fn resolve_missing(root: BorrowedFd<'_>, path: &Path) -> PathBuf {
    let mut resolved = PathBuf::from("/");
    let mut pending: Vec<OsString> = components(path).map(OsStr::to_os_string).collect();
    let mut links = 0;
    while let Some(name) = pending.pop() {
        if name == ".." {
            resolved.pop();
            continue;
        }
        let next = resolved.join(&name);
        let below = next.strip_prefix("/").unwrap_or(&next);
        match rustix::fs::readlinkat(root, below, Vec::new()) {
            Ok(target) if links < MAX_LINKS => {
                links += 1;
                let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                if target.is_absolute() {
                    resolved = PathBuf::from("/");
                }
                pending.extend(components(&target).map(OsStr::to_os_string));
            }
            // Not a symlink, or missing.
            Ok(_) | Err(_) => resolved = next,
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    type Open = fn(BorrowedFd<'_>, &Path, OFlags) -> Result<OwnedFd, Errno>;

    #[test]
    fn both_implementations_stay_inside_the_root() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path();
        std::fs::create_dir_all(root.join("etc/kubernetes")).expect("directories");
        std::fs::write(root.join("etc/kubernetes/a"), "inside").expect("a file");
        symlink("/etc/kubernetes/a", root.join("absolute")).expect("a symlink");
        symlink("../../../../etc/kubernetes/a", root.join("etc/upward")).expect("a symlink");
        symlink("/etc", root.join("directory")).expect("a symlink");
        symlink("loop", root.join("loop")).expect("a symlink");
        symlink("/proc/self/root/etc/passwd", root.join("magic")).expect("a symlink");
        let fd = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).expect("the root");
        let cases = [
            ("/etc/kubernetes/a", Ok(())),
            ("/absolute", Ok(())),
            ("/etc/upward", Ok(())),
            ("/directory/kubernetes/a", Ok(())),
            ("/../../etc/kubernetes/../kubernetes/a", Ok(())),
            ("/loop", Err(Errno::LOOP)),
            ("/magic", Err(Errno::NOENT)),
            ("/etc/none", Err(Errno::NOENT)),
            ("/absolute/x", Err(Errno::NOTDIR)),
        ];
        for (name, open) in [("openat2", open_in_root as Open), ("by component", open_by_component as Open)] {
            for (path, expected) in cases {
                for flags in [OFlags::PATH, OFlags::RDONLY] {
                    let got = open(fd.as_fd(), Path::new(path), flags).map(drop);
                    assert_eq!(got, expected, "{name} {path}");
                }
            }
        }
    }

    #[test]
    fn symlinks_of_a_missing_path_are_followed() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path();
        std::fs::create_dir_all(root.join("etc")).expect("a directory");
        symlink("/opt/kubernetes", root.join("etc/kubernetes")).expect("a symlink");
        symlink("../../run/x", root.join("etc/up")).expect("a symlink");
        symlink("loop", root.join("loop")).expect("a symlink");
        let fd = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).expect("the root");
        let cases = [
            ("/etc/kubernetes/pki/ca.crt", "/opt/kubernetes/pki/ca.crt"),
            ("/etc/up", "/run/x"),
            ("/etc/none/../x", "/etc/x"),
            ("/loop", "/loop"),
        ];
        for (path, expected) in cases {
            assert_eq!(resolve_missing(fd.as_fd(), Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
