//! A line that a program logs when it starts a component inside its process.

use super::logrus::{Line, read_line};

/// What a message says of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// It is started with these arguments.
    Started(Vec<String>),
    /// It may be started, but the arguments cannot be read, and why.
    Unreadable(&'static str),
}

/// What a message says of a component: `Running kubelet --a=b`, perhaps as the message of a line of logrus,
/// `time="…" level=info msg="Running kubelet --a=b"`. `line` is the text before the arguments.
pub(super) fn said(message: &str, line: &str) -> Said {
    // What follows a line break was written by whoever could have one logged.
    let first = message.lines().next().unwrap_or_default();
    if !first.contains(line) {
        return Said::Nothing;
    }
    let text = match read_line(first) {
        Line::Message(text) => text,
        Line::Plain if first.starts_with(line) => first.to_owned(),
        Line::Plain if is_of_klog(first) => return Said::Nothing,
        Line::Plain => return Said::Unreadable("its form is not known"),
        Line::Broken(reason) => return Said::Unreadable(reason),
    };
    let Some(rest) = text.strip_prefix(line) else { return Said::Nothing };
    match rest.chars().next() {
        None | Some(' ') => words(rest),
        // The name of another program.
        Some(c) if c.is_ascii_alphanumeric() || "-_.".contains(c) => Said::Nothing,
        Some(_) => Said::Unreadable("its arguments do not follow a blank"),
    }
}

/// The arguments, which are all `--name=value` and sorted. Otherwise one of the values has a blank, and what is taken for a flag may
/// be a part of it.
fn words(text: &str) -> Said {
    let words: Vec<String> = text.split(' ').skip(1).map(str::to_owned).collect();
    let names: Vec<&str> = words.iter().filter_map(|word| Some(word.strip_prefix("--")?.split_once('=')?.0)).collect();
    if names.len() < words.len() {
        return Said::Unreadable("not every word of it is `--name=value`, so one of the values has a blank");
    }
    if !names.is_sorted() && !words.is_sorted() {
        return Said::Unreadable("its arguments are not sorted, so one of the values has a blank");
    }
    Said::Started(words)
}

/// Whether a line begins as those of klog: the letter of a level, month and day, a time.
fn is_of_klog(line: &str) -> bool {
    let mut bytes = line.bytes();
    bytes.next().is_some_and(|level| b"IWEF".contains(&level))
        && bytes.by_ref().take(4).filter(u8::is_ascii_digit).count() == 4
        && bytes.next() == Some(b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(words: &[&str]) -> Said {
        Said::Started(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn reads_the_arguments_of_a_line() {
        let cases = [
            ("Running kubelet --a=b --c=", started(&["--a=b", "--c="])),
            (r#"time="2026-05-26T22:08:48Z" level=info msg="Running kubelet --a=b""#, started(&["--a=b"])),
            (r#"time="2026" level=info msg="Running kubelet --a=\"x\"""#, started(&[r#"--a="x""#])),
            (r#"time="2026" level=info msg="Running kubelet""#, started(&[])),
            (
                r#"time="2026" level=info msg="Running kubelet --a=\u00a0\x41\u00e9\U0001f600\t""#,
                started(&["--a=\u{a0}Aé😀\t"]),
            ),
            (
                r#"time="2026" level=info msg="Running kubelet --tls-cert-file=a --tls-cert=b""#,
                started(&["--tls-cert-file=a", "--tls-cert=b"]),
            ),
            (
                r#"time="2026" level=info msg="Running kubelet --tls-cert=b --tls-cert-file=a""#,
                started(&["--tls-cert=b", "--tls-cert-file=a"]),
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(said(message, "Running kubelet"), expected, "{message}");
        }
    }

    #[test]
    fn other_lines_say_nothing() {
        for message in [
            "",
            "No",
            r#"time="2026" level=info msg="I run: Running kubelet --a=b""#,
            r#"time="2026" level=info error="x msg=\"Running kubelet --a=b\"" msg="No""#,
            r#"time="2026" level=info msg="Running kubelet-proxy --a=b""#,
            "Running kubelet-proxy --a=b",
            "no\nRunning kubelet --a=b",
            r#"I0203 04:05:06.000000    2226 x.go:1] "Running kubelet --a=b""#,
        ] {
            assert_eq!(said(message, "Running kubelet"), Said::Nothing, "{message}");
        }
    }

    /// Each of them may be the line.
    #[test]
    fn what_cannot_be_read_is_not_taken_for_another_line() {
        for message in [
            r#"time="2026" level=info msg="Running kubelet --a=b"#,
            r#"time="2026" level=info msg="Running kubelet --a=b\"#,
            r#"time="2026" level=info msg="Running kubelet --a=b\q""#,
            r#"time="2026" level=info msg="Running kubelet --a=b\xff""#,
            r#"time="2026" level=info msg="Running kubelet --a=b\ud800""#,
            r#"time="2026" level=info msg="Running kubelet --a=b\u00""#,
            r#"time="2026" level=info msg="No" msg="Running kubelet --a=b""#,
            r#"time="2026" level=info msg="Running kubelet --a=b" msg="No""#,
            r#"time="2026" level=info msg="Running kubelet --a=b"x"#,
            r#"time="2026" level=info msg="Running kubelet --a=b" and more"#,
            r#"time="2026" level=info other="Running kubelet --a=b""#,
            r#"{"level":"info","msg":"Running kubelet --a=b"}"#,
            "\u{1b}[36mINFO\u{1b}[0m[0005] Running kubelet --a=b",
            "INFO[0005] Running kubelet --a=b",
            "x Running kubelet --a=b",
            "Running kubelet\u{a0}--a=b",
        ] {
            assert!(matches!(said(message, "Running kubelet"), Said::Unreadable(_)), "{message}");
        }
    }

    #[test]
    fn a_value_with_a_blank_is_not_split_into_flags() {
        for arguments in [
            "--audit-log-path=/x --anonymous-auth=false /var --b=c",
            "--audit-log-path=/x --anonymous-auth=false --b=c",
            "--a=x y",
            "--a=x  --b=y",
            "--a=x ",
            "--a=x --b",
            "-a=x",
            r"--a=x\nRunning kubelet --b=y",
        ] {
            let message = format!(r#"time="2026" level=info msg="Running kubelet {arguments}""#);
            assert!(matches!(said(&message, "Running kubelet"), Said::Unreadable(_)), "{message}");
        }
        let message = r#"time="2026" msg="Running kubelet --a=x\nRunning --b=y""#;
        assert_eq!(said(message, "Running kubelet"), started(&["--a=x\nRunning", "--b=y"]));
    }
}
