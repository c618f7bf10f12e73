//! Sets a remediation to a width: prose is wrapped, commands stay on one line, so that they can be copied.

use super::wrap::wrap;

/// Programs that a line of a remediation may begin with.
const PROGRAMS: [&str; 46] = [
    "aliyun",
    "aws",
    "awk",
    "az",
    "cat",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "crictl",
    "ctr",
    "curl",
    "docker",
    "echo",
    "etcdctl",
    "find",
    "for",
    "gcloud",
    "getent",
    "grep",
    "head",
    "install",
    "iptables-save",
    "journalctl",
    "jq",
    "kubeadm",
    "kubectl",
    "ls",
    "mkdir",
    "mv",
    "nodeproof",
    "oc",
    "openssl",
    "pgrep",
    "ps",
    "rm",
    "sed",
    "sha256sum",
    "ss",
    "stat",
    "sudo",
    "sysctl",
    "systemctl",
    "systemd-cgtop",
    "tail",
    "useradd",
];

/// Lines of definitions that are at least this long were broken by their author only to fit.
const FULL: usize = 95;

/// The lines of a text.
pub(super) fn set(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for Paragraph { indent, text, is_command } in paragraphs(text) {
        let hanging = indent + hanging_indent(&text);
        if is_command {
            lines.push(format!("{:indent$}{text}", ""));
            continue;
        }
        let (prose, command) = split_command(&text);
        let mut indents = std::iter::once(indent).chain(std::iter::repeat(hanging));
        for line in wrap(prose, width.saturating_sub(hanging)) {
            lines.push(format!("{:1$}{line}", "", indents.next().unwrap_or(hanging)));
        }
        // On a line of its own, so that it can be copied whole.
        lines.extend(command.map(|command| format!("{:hanging$}{command}", "")));
    }
    lines
}

/// Lines that belong together.
pub(in crate::report) struct Paragraph {
    /// How many blanks are in front of it.
    pub(in crate::report) indent: usize,
    /// The lines as one.
    pub(in crate::report) text: String,
    /// Whether it is a command and nothing else.
    pub(in crate::report) is_command: bool,
}

/// The paragraphs of a text.
pub(in crate::report) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let (indent, text) = (line.len() - line.trim_start().len(), line.trim());
        let is_command = is_command(text);
        let length = line.chars().count();
        match paragraphs.last_mut().filter(|_| goes_on && !is_command && !begins_item(text)) {
            Some(paragraph) => {
                paragraph.text.push(' ');
                paragraph.text.push_str(text);
            }
            None => paragraphs.push(Paragraph { indent, text: text.to_owned(), is_command }),
        }
        goes_on = !is_command && length >= FULL && !text.ends_with(['.', ':', ')']) && split_command(text).1.is_none();
    }
    paragraphs
}

/// Whether a text is a command and nothing else: it begins with a program, and no sentence goes on after it.
pub fn is_command(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    PROGRAMS.contains(&word) && !text.ends_with(['.', ',', ':', ';']) && !has_sentence(text)
}

/// Whether punctuation of a sentence stands outside of quotes.
fn has_sentence(text: &str) -> bool {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match quote {
            Some(open) => quote = Some(open).filter(|open| *open != letter),
            None if matches!(letter, '\'' | '"' | '`') => quote = Some(letter),
            None => {
                let rest = &text[at..];
                let goes_on = rest.strip_prefix("; ").is_some_and(|next| !is_word_of_shell(next));
                if goes_on || [", ", ". ", ": ", " ("].iter().any(|mark| rest.starts_with(mark)) {
                    return true;
                }
            }
        }
    }
    false
}

/// What may follow a semicolon in a loop or condition of a shell.
fn is_word_of_shell(next: &str) -> bool {
    let word = next.split([' ', ';']).next().unwrap_or_default();
    ["do", "done", "then", "else", "fi"].contains(&word)
}

/// A command at the end of a line, after a colon.
fn split_command(text: &str) -> (&str, Option<&str>) {
    let at = text.match_indices(": ").map(|(at, _)| at + 2).find(|at| is_command(&text[*at..]));
    match at {
        Some(at) => (text[..at].trim_end(), Some(&text[at..])),
        None => (text, None),
    }
}

fn begins_item(text: &str) -> bool {
    hanging_indent(text) > 0
        || ["Impact: ", "Verify", "Then:", "Expected: "].iter().any(|start| text.starts_with(start))
}

/// The width of `1. ` or `- ` at the start of a line.
fn hanging_indent(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && text[digits..].starts_with(". ") {
        digits + 2
    } else if text.starts_with("- ") {
        2
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stay_whole_and_prose_is_wrapped() {
        let long = "find /etc/kubernetes/pki -name '*.key' -exec chmod 600 {} +";
        let text = format!(
            "{long}\nThis takes effect at once and needs no restart.\n1. List the pods of each namespace: kubectl get pods -A"
        );
        assert_eq!(
            set(&text, 30),
            [
                long,
                "This takes effect at once and",
                "needs no restart.",
                "1. List the pods of each",
                "   namespace:",
                "   kubectl get pods -A"
            ]
        );
    }

    #[test]
    fn lines_that_were_broken_to_fit_are_joined() {
        let full = "Many plugins rewrite their file whenever their pod starts: set the mode there too, or it changes";
        let text = format!("{full}\nback.\nA line by itself.\nImpact: None.");
        assert_eq!(set(&text, 200), [&format!("{full} back."), "A line by itself.", "Impact: None."]);
        let before_a_command = format!("{full}\nchmod 600 /etc/x\n");
        assert_eq!(set(&before_a_command, 200), [full, "chmod 600 /etc/x"]);
    }

    #[test]
    fn a_finished_line_is_not_joined_with_the_next() {
        let words = "many words ".repeat(9);
        for end in ["end.", "end:", "(end)"] {
            let finished = format!("{words}{end}");
            assert_eq!(set(&format!("{finished}\nThe next."), 200), [finished.as_str(), "The next."]);
        }
        assert_eq!(set(&format!("{words}no end\nof it."), 200), [format!("{words}no end of it.")]);
    }

    #[test]
    fn a_line_is_a_command_only_as_a_whole() {
        let cases = [
            ("systemctl restart kubelet", true),
            ("kubectl get pods -A -o jsonpath='{.items[*]}: {.x}' | grep -E ': .*[1-9]'", true),
            ("for n in $(kubectl get ns -o name); do echo \"$n; x\"; done", true),
            ("grep '^Seccomp:' /proc/1/status", true),
            ("kubectl get namespaces -L x/enforce  # baseline or restricted", true),
            ("systemctl restart kubelet; verify: kubectl get nodes", false),
            ("systemctl restart kubelet, then look at its log", false),
            ("kubeadm token list shows none.", false),
            ("kubectl label ns NAME x=y (with --dry-run=server first)", false),
            ("Restart it", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_command(text), expected, "{text}");
        }
    }

    #[test]
    fn indentation_is_kept() {
        assert_eq!(
            set("1. One:\n   kubectl get nodes\n   and more words", 12),
            ["1. One:", "   kubectl get nodes", "   and more", "   words"]
        );
    }
}
