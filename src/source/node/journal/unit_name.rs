//! Names of systemd units.

/// The types of units.
const SUFFIXES: [&str; 11] = [
    ".service",
    ".socket",
    ".target",
    ".device",
    ".mount",
    ".automount",
    ".swap",
    ".timer",
    ".path",
    ".slice",
    ".scope",
];

/// The full name of a unit: `k3s` is `k3s.service`. `None` for a path, a pattern or an invalid name.
pub fn unit_name(text: &str) -> Option<String> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || ":-_.@\\".contains(c);
    let has_stem = |suffix: &str| text.strip_suffix(suffix).is_some_and(|stem| !stem.is_empty());
    let full = if SUFFIXES.iter().any(|suffix| has_stem(suffix)) { text.to_owned() } else { format!("{text}.service") };
    (!text.is_empty() && text.chars().all(is_valid) && !text.starts_with(['.', '@']) && full.len() < 256)
        .then_some(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completes_names() {
        let cases = [
            ("k3s", Some("k3s.service")),
            ("k3s.service", Some("k3s.service")),
            ("k3s.timer", Some("k3s.timer")),
            ("rke2-server", Some("rke2-server.service")),
            ("getty@tty1", Some("getty@tty1.service")),
            ("a.b", Some("a.b.service")),
            ("k*", None),
            ("", None),
            ("/dev/sda", None),
            ("a b", None),
            (".service", None),
        ];
        for (text, full) in cases {
            assert_eq!(unit_name(text).as_deref(), full, "{text}");
        }
        assert_eq!(unit_name(&"a".repeat(300)), None);
    }
}
