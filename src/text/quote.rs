//! Values that a message or a command quotes.

/// Characters of a value that a message shows.
const MAX_CHARS: usize = 80;

/// The text in backticks. A longer one ends with `…` after its first 80 characters.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// A text as one word of a shell command.
pub(crate) fn shell_quoted(text: &str) -> String {
    // Only a NUL cannot be quoted, and no path has one.
    shlex::try_quote(text).map_or_else(|_| String::new(), |quoted| quoted.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_a_command() {
        for (path, word) in [
            ("/etc/kubernetes/admin.conf", "/etc/kubernetes/admin.conf"),
            ("/a b", "'/a b'"),
            ("/a;reboot", "'/a;reboot'"),
            ("/$(reboot)", "'/$(reboot)'"),
            ("/a'b", "\"/a'b\""),
            ("", "''"),
        ] {
            assert_eq!(shell_quoted(path), word, "{path}");
        }
    }

    #[test]
    fn long_values_are_cut_at_80_characters() {
        assert_eq!(quote("a"), "`a`");
        assert_eq!(quote(""), "``");
        assert_eq!(quote(&"é".repeat(80)), format!("`{}`", "é".repeat(80)));
        assert_eq!(quote(&"é".repeat(81)), format!("`{}…`", "é".repeat(80)));
    }
}
