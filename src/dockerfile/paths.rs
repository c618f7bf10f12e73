//! Paths inside an image.

/// A path made absolute and without `.` and `..`; `None` if it is relative to an unknown folder.
pub(crate) fn absolute(folder: Option<&str>, path: &str) -> Option<String> {
    let start = if path.starts_with('/') { "" } else { folder? };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// The last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_absolute() {
        for (folder, path, expected) in [
            (None, "/a//b/./c/..", Some("/a/b")),
            (None, "a", None),
            (Some("/x"), "a/", Some("/x/a")),
            (Some("/x"), "../../..", Some("/")),
            (Some("/x"), ".", Some("/x")),
            (Some("/"), "", Some("/")),
        ] {
            assert_eq!(absolute(folder, path).as_deref(), expected, "{path}");
        }
        assert_eq!((base_name("/a/b/"), base_name("b"), base_name("/")), ("b", "b", ""));
    }
}
