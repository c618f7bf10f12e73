//! Parsers for the files in the proc directory of a process: `cmdline`, `environ`, `status`, `cgroup`.

/// Bytes as text; what is not UTF-8 is replaced.
pub(super) fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// A variable's value in an environment. Of two entries with one name the first counts, as in Go and the C library.
pub(crate) fn value_of(environment: &[u8], name: &str) -> Option<String> {
    let mut entries = environment.split(|b| *b == 0).filter_map(|entry| {
        let (key, value) = entry.split_at(entry.iter().position(|b| *b == b'=')?);
        (key == name.as_bytes()).then_some(&value[1..])
    });
    entries.next().map(|value| String::from_utf8_lossy(value).into_owned())
}

/// The words of a command line.
pub(crate) fn split_at_nul(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    bytes.split(|b| *b == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// The words of a command line, separated by blanks.
pub(super) fn joined_at_nul(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    into_text(bytes.iter().map(|byte| if *byte == 0 { b' ' } else { *byte }).collect())
}

/// Real and effective user of the `Uid:` line of `status`.
pub(crate) fn user_ids(status: &str) -> Option<(u32, u32)> {
    let line = status.lines().find_map(|l| l.strip_prefix("Uid:"))?;
    let mut ids = line.split_ascii_whitespace().map(str::parse);
    Some((ids.next()?.ok()?, ids.next()?.ok()?))
}

/// Whether `CAP_SYS_ADMIN` is effective according to `status`.
pub(super) fn is_privileged(status: &str) -> bool {
    const SYS_ADMIN: u64 = 1 << 21;
    let set =
        status.lines().find_map(|l| l.strip_prefix("CapEff:")).and_then(|t| u64::from_str_radix(t.trim(), 16).ok());
    set.is_some_and(|set| set & SYS_ADMIN != 0)
}

/// The path of a `cgroup` file: of the unified hierarchy, else of systemd's, else of the first line.
pub(crate) fn cgroup_path(text: &str) -> String {
    let path_of = |line: &str| line.splitn(3, ':').nth(2).map(str::to_owned);
    let pick = |wanted: &str| text.lines().find(|l| l.split(':').nth(1) == Some(wanted)).and_then(path_of);
    pick("")
        .filter(|p| p != "/")
        .or_else(|| pick("name=systemd"))
        .or_else(|| text.lines().next().and_then(path_of))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_status() {
        assert_eq!(user_ids("Name:\tx\nUid:\t1000\t0\t0\t0\n"), Some((1000, 0)));
        assert_eq!(user_ids("Name:\tx\n"), None);
        assert!(is_privileged("Uid:\t0\nCapEff:\t000001ffffffffff\n"));
        assert!(!is_privileged("CapEff:\t00000000a80425fb\n") && !is_privileged("") && !is_privileged("CapEff:\tx\n"));
    }

    #[test]
    fn parses_cgroup() {
        assert_eq!(cgroup_path("0::/kubepods.slice/pod1\n"), "/kubepods.slice/pod1");
        assert_eq!(
            cgroup_path("5:cpu:/x\n1:name=systemd:/system.slice/kubelet.service\n0::/\n"),
            "/system.slice/kubelet.service"
        );
        assert_eq!(cgroup_path(""), "");
    }

    #[test]
    fn splits_a_command_line() {
        for line in [&b"kubelet\0--a=b\0\0"[..], b"kubelet", b"", b"\0", b"a\0b\xff\xe2\x82\0c"] {
            assert_eq!(joined_at_nul(line), split_at_nul(line).join(" "), "{line:?}");
        }
        assert_eq!(split_at_nul(b"kubelet\0--a=b\0\0"), ["kubelet", "--a=b", ""]);
    }

    #[test]
    fn the_first_variable_with_the_whole_name_counts() {
        let environment = b"AB=no\0=x\0A=one\0A=two\0B\0C=a=b\0D=\xff\0";
        let cases = [
            ("A", Some("one")),
            ("AB", Some("no")),
            ("B", None),
            ("C", Some("a=b")),
            ("C=a", None),
            ("D", Some("\u{fffd}")),
            ("", Some("x")),
        ];
        for (name, value) in cases {
            assert_eq!(value_of(environment, name).as_deref(), value, "{name}");
        }
    }
}
