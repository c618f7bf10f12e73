//! A file with one argument a line, as MicroK8s has for each component.

use crate::source::node::{HostPath, NodeSource};
use indexmap::IndexMap;

/// The most lines that are read.
const MAX_LINES: usize = 10_000;

/// The file that a flag on the command line names, else the usual one. Variables in the path are replaced.
pub(super) fn path_of(
    argv: &[String],
    flag: &str,
    usual: &str,
    variables: &IndexMap<String, String>,
) -> Result<String, String> {
    let name = format!("--{flag}");
    let mut given = None;
    let mut words = argv.iter().flat_map(|word| word.split_whitespace()).peekable();
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some((known, value)) if known == name => given = Some(value),
            None if word == name => given = words.peek().copied(),
            Some(_) | None => {}
        }
    }
    expand(given.unwrap_or(usual), variables)
}

/// The arguments in a file.
pub(super) fn read(
    source: &dyn NodeSource,
    path: &str,
    variables: &IndexMap<String, String>,
) -> Result<Vec<String>, String> {
    let bytes = source.read(&HostPath::host(path)).map_err(|error| format!("{path} {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{path} is malformed: it is not UTF-8 text"))?;
    arguments(&text, variables).map_err(|reason| format!("{path} is malformed: {reason}"))
}

fn arguments(text: &str, variables: &IndexMap<String, String>) -> Result<Vec<String>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words = Vec::new();
    for (number, line) in lines.enumerate() {
        if number >= MAX_LINES {
            return Err(format!("it has more than {MAX_LINES} lines"));
        }
        let (flag, value) = match line.split_once(char::is_whitespace) {
            Some((flag, value)) if !flag.contains('=') => (flag, Some(value.trim())),
            Some(_) | None => match line.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (line, None),
            },
        };
        if !flag.starts_with('-') {
            return Err("a line is no flag".to_owned());
        }
        words.push(match value {
            Some(value) => format!("{flag}={}", expand(without_quotes(value), variables)?),
            None => flag.to_owned(),
        });
    }
    Ok(words)
}

fn without_quotes(value: &str) -> &str {
    let inside = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

/// A text with its variables replaced; one that is not known is an error.
fn expand(text: &str, variables: &IndexMap<String, String>) -> Result<String, String> {
    let mut expanded = text.to_owned();
    for (name, value) in variables {
        expanded = expanded.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
    }
    match expanded.find('$') {
        Some(at) => {
            Err(format!("the variable at `{}` is not known", expanded[at..].chars().take(20).collect::<String>()))
        }
        None => Ok(expanded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> IndexMap<String, String> {
        [("SNAP_DATA", "/var/snap/microk8s/7000"), ("SNAP_COMMON", "/var/snap/microk8s/common")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn reads_an_argument_a_line() {
        let text =
            "# a comment\n--a=b\n--c d\n\n  --e=\"x y\"\n--f\n--g=${SNAP_DATA}/certs\n--h=$SNAP_COMMON/x\n--a=last\n";
        let expected = [
            "--a=b",
            "--c=d",
            "--e=x y",
            "--f",
            "--g=/var/snap/microk8s/7000/certs",
            "--h=/var/snap/microk8s/common/x",
            "--a=last",
        ];
        assert_eq!(arguments(text, &variables()).expect("arguments"), expected);
        assert!(arguments("word\n", &variables()).is_err());
        assert!(arguments("--a=$OTHER/x\n", &variables()).is_err());
        assert!(arguments(&"--a\n".repeat(MAX_LINES + 1), &variables()).is_err());
    }

    #[test]
    fn the_file_is_the_one_that_the_process_names() {
        let argv = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let of = |words: &[&str]| path_of(&argv(words), "x-args-file", "/usual", &variables());
        assert_eq!(
            of(&["kubelite", "--x-args-file=$SNAP_DATA/args/x"]).as_deref(),
            Ok("/var/snap/microk8s/7000/args/x")
        );
        assert_eq!(of(&["kubelite", "--x-args-file", "/a"]).as_deref(), Ok("/a"));
        assert_eq!(of(&["kubelite"]).as_deref(), Ok("/usual"));
    }
}
