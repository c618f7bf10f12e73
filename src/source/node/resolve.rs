//! Opens a path inside a root: symlinks and `..` never lead out of it. One system call where the kernel has openat2,
//! else component by component. Opening never blocks and has no effect on what is opened.

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

/// Symlinks that one path may go through, as the kernel has it.
const MAX_LINKS: usize = 40;

/// Opens `path` (taken as absolute) below `root` with `flags`.
pub(super) fn open_in_root(root: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlags::CLOEXEC;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    loop {
        match rustix::fs::openat2(root, path, flags, Mode::empty(), resolve) {
            Err(Errno::NOSYS | Errno::PERM) => return step_by_step(root, path, flags),
            Err(Errno::AGAIN | Errno::INTR) => {}
            other => return other,
        }
    }
}

/// What [`open_in_root`] does, for kernels before 5.6 and sandboxes that refuse openat2.
fn step_by_step(root: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let look = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut above: Vec<OwnedFd> = Vec::new();
    let mut todo: Vec<OsString> = components(path);
    let mut links = 0;
    while let Some(name) = todo.pop() {
        if name == ".." {
            above.pop();
            continue;
        }
        let here = above.last().map_or(root, AsFd::as_fd);
        let next = rustix::fs::openat(here, &name, look, Mode::empty())?;
        let kind = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&next)?.st_mode);
        let wanted_itself = todo.is_empty() && flags.contains(OFlags::NOFOLLOW);
        if kind == rustix::fs::FileType::Symlink && !wanted_itself {
            links += 1;
            if links > MAX_LINKS {
                return Err(Errno::LOOP);
            }
            let target = PathBuf::from(OsString::from_vec(rustix::fs::readlinkat(&next, "", Vec::new())?.into_bytes()));
            if target.is_absolute() {
                above.clear();
            }
            todo.extend(components(&target));
        } else if todo.is_empty() && !flags.contains(OFlags::PATH) {
            return rustix::fs::openat(here, &name, flags | OFlags::NOFOLLOW, Mode::empty());
        } else {
            above.push(next);
        }
    }
    match above.pop() {
        Some(fd) if flags.contains(OFlags::PATH) => Ok(fd),
        Some(fd) => rustix::fs::openat(&fd, ".", flags, Mode::empty()),
        None => rustix::fs::openat(root, ".", flags, Mode::empty()),
    }
}

/// Where a path that leads nowhere leads: its links followed, as far as they can be, with the names that are not there.
pub(super) fn landing(root: BorrowedFd<'_>, path: &Path) -> PathBuf {
    let mut at = PathBuf::from("/");
    let mut todo = components(path);
    let mut links = 0;
    while let Some(name) = todo.pop() {
        if name == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&name);
        let below = next.strip_prefix("/").unwrap_or(&next);
        match rustix::fs::readlinkat(root, below, Vec::new()) {
            Ok(target) if links < MAX_LINKS => {
                links += 1;
                let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                todo.extend(components(&target));
            }
            // No link, or not there.
            _ => at = next,
        }
    }
    at
}

/// The names of a path, last first, so that the next one can be popped.
fn components(path: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> = path
        .components()
        .filter_map(|c| match c {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect();
    names.reverse();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    type Open = fn(BorrowedFd<'_>, &Path, OFlags) -> Result<OwnedFd, Errno>;

    #[test]
    fn both_ways_stay_inside_the_root() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path();
        std::fs::create_dir_all(root.join("etc/kubernetes")).expect("folders");
        std::fs::write(root.join("etc/kubernetes/a"), "inside").expect("a file");
        symlink("/etc/kubernetes/a", root.join("absolute")).expect("a link");
        symlink("../../../../etc/kubernetes/a", root.join("etc/upward")).expect("a link");
        symlink("/etc", root.join("folder")).expect("a link");
        symlink("loop", root.join("loop")).expect("a link");
        symlink("/proc/self/root/etc/passwd", root.join("magic")).expect("a link");
        let fd = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).expect("the root");
        let cases = [
            ("/etc/kubernetes/a", Ok(())),
            ("/absolute", Ok(())),
            ("/etc/upward", Ok(())),
            ("/folder/kubernetes/a", Ok(())),
            ("/../../etc/kubernetes/../kubernetes/a", Ok(())),
            ("/loop", Err(Errno::LOOP)),
            ("/magic", Err(Errno::NOENT)),
            ("/etc/none", Err(Errno::NOENT)),
            ("/absolute/x", Err(Errno::NOTDIR)),
        ];
        for (way, open) in [("openat2", open_in_root as Open), ("step by step", step_by_step as Open)] {
            for (path, expected) in cases {
                for flags in [OFlags::PATH, OFlags::RDONLY] {
                    let got = open(fd.as_fd(), Path::new(path), flags).map(drop);
                    assert_eq!(got, expected, "{way} {path}");
                }
            }
        }
    }

    #[test]
    fn a_path_that_leads_nowhere_is_followed_to_where_it_would_be() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path();
        std::fs::create_dir_all(root.join("etc")).expect("a folder");
        symlink("/opt/kubernetes", root.join("etc/kubernetes")).expect("a link");
        symlink("../../run/x", root.join("etc/up")).expect("a link");
        symlink("loop", root.join("loop")).expect("a link");
        let fd = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).expect("the root");
        let cases = [
            ("/etc/kubernetes/pki/ca.crt", "/opt/kubernetes/pki/ca.crt"),
            ("/etc/up", "/run/x"),
            ("/etc/none/../x", "/etc/x"),
            ("/loop", "/loop"),
        ];
        for (path, expected) in cases {
            assert_eq!(landing(fd.as_fd(), Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
