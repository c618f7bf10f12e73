//! Relative URIs of the files that results are about.

use std::fmt::Write as _;

/// The most bytes of a path: longer ones are cut, so that no path makes a report too long.
const MOST: usize = 1024;

/// The segments of a path, without `.` and `..` and empty ones. None if nothing is left.
pub(super) fn segments(path: &str) -> Vec<&str> {
    let mut segments: Vec<&str> = Vec::new();
    let mut bytes = 0;
    for segment in path.split('/') {
        bytes += segment.len();
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            name => segments.push(name),
        }
        if bytes > MOST {
            break;
        }
    }
    segments
}

/// A relative, percent-encoded URI of the segments of a path.
pub(super) fn relative_uri(segments: &[&str]) -> String {
    segments.iter().map(|name| segment(name)).collect::<Vec<_>>().join("/")
}

/// One segment of a path; a slash in it is encoded too.
pub(super) fn segment(name: &str) -> String {
    let mut uri = String::new();
    encode(name, &mut uri);
    if matches!(uri.as_str(), "." | "..") { uri.replace('.', "_") } else { uri }
}

fn encode(segment: &str, uri: &mut String) {
    for byte in segment.bytes().take(MOST) {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Ignore the error: a text takes everything.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_uris() {
        let cases = [
            ("charts/web/pod.yaml", "charts/web/pod.yaml"),
            ("/etc/kubernetes/admin.conf", "etc/kubernetes/admin.conf"),
            ("./a//b/../c d.yaml", "a/c%20d.yaml"),
            ("../../x", "x"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ("C:\\a\\é", "C%3A%5Ca%5C%C3%A9"),
            ("100%#?", "100%25%23%3F"),
            ("/", ""),
            ("", ""),
        ];
        for (path, expected) in cases {
            assert_eq!(relative_uri(&segments(path)), expected, "{path}");
        }
        assert!(relative_uri(&segments(&"a b/".repeat(100_000))).len() < 3 * MOST);
    }

    #[test]
    fn a_name_is_one_segment() {
        assert_eq!(segment("node/1"), "node%2F1");
        assert_eq!(segment(".."), "__");
    }
}
