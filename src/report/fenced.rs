//! Texts in Markdown as they are.

/// A block that shows the text as it is: its fence is longer than any run of backticks in the text.
pub(super) fn fenced(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_block() {
        assert_eq!(fenced("a"), "```text\na\n```");
        assert_eq!(fenced("```\n# x"), "````text\n```\n# x\n````");
    }
}
