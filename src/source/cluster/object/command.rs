//! Words of a command. They may have secrets in them, so only what a check reads is kept.

use super::nullable;
use crate::text::{secret_in_text, secret_of_flag};
use serde::Deserializer;

/// Flags whose values a check reads.
const READ_FLAGS: [&str; 6] = [
    "--admission-control-config-file",
    "--authorization-mode",
    "--enable-admission-plugins",
    "--enable-bootstrap-token-auth",
    "--enable-network-policy",
    "--run-firewall",
];

/// Programs that run commands given as text.
const SHELLS: [&str; 15] = [
    "ash",
    "bash",
    "busybox",
    "cmd",
    "csh",
    "dash",
    "fish",
    "ksh",
    "mksh",
    "powershell",
    "pwsh",
    "rbash",
    "sh",
    "tcsh",
    "zsh",
];

/// Programs that run the program that their arguments name.
const WRAPPERS: [&str; 16] = [
    "chroot",
    "dumb-init",
    "env",
    "exec",
    "gosu",
    "ionice",
    "nice",
    "nohup",
    "setpriv",
    "setsid",
    "stdbuf",
    "su-exec",
    "sudo",
    "time",
    "timeout",
    "tini",
];

/// Commands that take a file away or make it useless.
const REMOVERS: [&str; 4] = ["chmod", "mv", "rm", "unlink"];

/// What stands in place of a word with a secret in it. What was recognised follows.
const REDACTED: &str = "(redacted: ";

/// Reads the command of a container or a hook: its program, and of the other words what a check reads.
pub(super) fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let words: Vec<String> = nullable::or_default(deserializer)?;
    let rest = kept(words.get(1..).unwrap_or_default());
    let program = words.into_iter().next().map(|program| redacted(&program).unwrap_or(program));
    Ok(program.into_iter().chain(rest).collect())
}

/// Reads the arguments of a container: what a check reads of them.
pub(super) fn arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let words: Vec<String> = nullable::or_default(deserializer)?;
    Ok(kept(&words))
}

/// A literal value of a variable: nothing of it but what makes it look like a secret.
pub(super) fn hidden_value(hint: impl std::fmt::Display) -> String {
    format!("{REDACTED}{hint})")
}

/// What was recognised in a word that is redacted.
pub fn redacted_hint(word: &str) -> Option<&str> {
    word.strip_prefix(REDACTED)?.strip_suffix(')')
}

/// The name of a program without its folder, also as Windows writes it.
fn program_name(program: &str) -> String {
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    lower.strip_suffix(".exe").map_or(name.to_owned(), str::to_owned)
}

/// Whether a program runs commands given as text.
pub fn is_shell(program: &str) -> bool {
    SHELLS.contains(&program_name(program).as_str())
}

/// Whether a command starts a shell: it is one, a script, or a program that runs one.
pub fn starts_shell(command: &[String]) -> bool {
    let Some(program) = command.first() else { return false };
    let name = program_name(program);
    let is_script = [".sh", ".bash"].iter().any(|end| name.ends_with(end));
    is_script
        || is_shell(program)
        || (WRAPPERS.contains(&name.as_str()) && command.iter().skip(1).any(|word| is_shell(word)))
}

/// Whether a word names a shell, or a pattern that matches one.
pub fn names_shell(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    word.contains('/') && (SHELLS.contains(&name) || name == "*" || (name.starts_with('*') && name.ends_with("sh")))
}

/// Whether a word is a command that takes files away or makes them useless.
pub fn is_remover(word: &str) -> bool {
    REMOVERS.contains(&word.rsplit('/').next().unwrap_or_default())
}

fn redacted(word: &str) -> Option<String> {
    if redacted_hint(word).is_some() {
        return Some(word.to_owned());
    }
    secret_in_text(word).map(hidden_value)
}

/// What a check reads of some words: flags, each with its value as one word; commands that remove shells; and what looks like a
/// secret, without the secret.
fn kept(words: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    for (position, word) in words.iter().enumerate() {
        let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        // Kubernetes reads `_` in the name of a flag as `-`.
        let name = name.replace('_', "-");
        if READ_FLAGS.contains(&name.as_str()) {
            let next = || words.get(position + 1).map(String::as_str).filter(|next| !next.starts_with('-'));
            match value.or_else(next) {
                Some(value) => kept.push(format!("{name}={value}")),
                None => kept.push(name),
            }
            continue;
        }
        let separate = words.get(position + 1).and_then(|value| secret_of_flag(word, value));
        kept.extend(redacted(word).or_else(|| separate.map(hidden_value)));
        // What may have a value in it is not kept: `PASSWORD=…/bash`.
        let is_plain = |part: &&str| !part.contains(['=', ':', '@']);
        let of_script = word.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|')).filter(is_plain);
        let is_kept = |part: &&str| *part == "-c" || is_remover(part) || is_shell(part) || names_shell(part);
        kept.extend(of_script.filter(is_kept).map(str::to_owned));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Vec<String> {
        let json = serde_json::to_string(words).expect("JSON");
        let kept = command(&mut serde_json::Deserializer::from_str(&json)).expect("a command");
        let written = serde_json::to_string(&kept).expect("JSON");
        let again = command(&mut serde_json::Deserializer::from_str(&written)).expect("a command");
        assert_eq!(again, kept, "what is written is read as the same");
        kept
    }

    #[test]
    fn of_a_command_only_what_a_check_reads_is_kept() {
        let cases: [(&[&str], &[&str]); 9] = [
            (
                &["kube-apiserver", "--v=2", "--authorization-mode", "Node,RBAC"],
                &["kube-apiserver", "--authorization-mode=Node,RBAC"],
            ),
            (
                &["kube-apiserver", "--enable_bootstrap_token_auth", "--v=2", "--authorization_mode=RBAC"],
                &["kube-apiserver", "--enable-bootstrap-token-auth", "--authorization-mode=RBAC"],
            ),
            (&["app", "--verbose", "data"], &["app"]),
            (&["sh", "-c", "echo hello"], &["sh", "-c"]),
            (&["rm", "/bin/*sh"], &["rm", "/bin/*sh"]),
            (
                &["/bin/sh", "-c", "sleep 1; rm -f /bin/sh /bin/bash /tmp/x"],
                &["/bin/sh", "-c", "rm", "/bin/sh", "/bin/bash"],
            ),
            (&["cat", "/etc/motd"], &["cat"]),
            (&["/bin/sh", "-c", "rm -f /bin/sh /bin/bash"], &["/bin/sh", "-c", "rm", "/bin/sh", "/bin/bash"]),
            (&["env", "A=b", "bash", "-c", "true"], &["env", "bash", "-c"]),
        ];
        for (words, expected) in cases {
            assert_eq!(read(words), expected, "{words:?}");
        }
    }

    #[test]
    fn a_secret_is_recognised_and_not_kept() {
        let kept = read(&["app", "--db-password=correct-horse"]);
        assert_eq!(kept.len(), 2);
        assert!(redacted_hint(&kept[1]).is_some(), "{kept:?}");
        assert!(!kept.concat().contains("horse"));
        for command in [
            &["app", "--db-password", "correct-horse"][..],
            &["app", "-password", "correct-horse"],
            &["sh", "-c", "PASSWORD=correct-horse /bin/bash"],
            &["sh", "-c", "exec PASSWORD=correct-horse/bash"],
            &["app", "PASSWORD=correct-horse/sh"],
        ] {
            let kept = read(command);
            assert!(kept.iter().any(|word| redacted_hint(word).is_some()), "{kept:?}");
            assert!(!kept.concat().contains("horse"), "{kept:?}");
        }
    }

    #[test]
    fn a_shell_is_started_by_itself_by_a_script_or_by_another_program() {
        let starts =
            |command: &[&str]| starts_shell(&command.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        for command in [
            &["sh"][..],
            &["/usr/local/bin/zsh", "-c"],
            &["busybox", "sh"],
            &["env", "sh"],
            &["/usr/bin/timeout", "/bin/bash"],
            &["/x/alive.sh"],
            &["C:\\Windows\\System32\\CMD.EXE"],
            &["pwsh", "-Command"],
        ] {
            assert!(starts(command), "{command:?}");
        }
        for command in [&[][..], &["cat", "/bin/sh"], &["rm", "/bin/bash"], &["shred"], &["finish"], &["env", "app"]] {
            assert!(!starts(command), "{command:?}");
        }
    }
}
