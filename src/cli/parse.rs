//! How the program was called: by which name and with which words. Turns kube-bench's way of saying a thing into ours,
//! before clap reads it. Does nothing that was asked for.

use crate::cli::{Cli, CompatMode};
use clap::{CommandFactory as _, FromArgMatches as _};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Stands for `--version`, as with kube-bench.
const VERSION: &str = "KUBE_BENCH_VERSION";

/// More of `-v` than this says nothing more.
const MOST_VERBOSE: usize = 9;

const KUBE_BENCH_EXIT_CODES: &str = "\
Called as kube-bench: 0 the audit ran; N of --exit-code if a check fails; 1 any error.
--junit goes before --json, --json before --pgsql, --pgsql before --asff.";

/// A command line that is not carried out: it is wrong, or it asks for help.
#[derive(Debug)]
pub struct Refused {
    /// What clap has to say.
    pub message: clap::Error,
    /// The code to exit with.
    pub exit_code: u8,
}

impl CompatMode {
    /// The manners of a program that is called so.
    fn of(program: &OsStr) -> Self {
        if Path::new(program).file_name() == Some(OsStr::new("kube-bench")) { Self::KubeBench } else { Self::Nodeproof }
    }

    /// The program's name.
    pub const fn program(self) -> &'static str {
        match self {
            Self::Nodeproof => "nodeproof",
            Self::KubeBench => "kube-bench",
        }
    }

    /// The code to exit with where we would exit with `code`.
    pub const fn exit_code(self, code: u8) -> u8 {
        match self {
            Self::KubeBench if code != 0 => 1,
            Self::Nodeproof | Self::KubeBench => code,
        }
    }
}

/// Reads the words of the command line, the program's own name first. `variable` reads the environment.
pub fn read(
    words: impl IntoIterator<Item = OsString>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Cli, Refused> {
    let mut words = words.into_iter();
    let program = words.next().unwrap_or_default();
    let compat_mode = CompatMode::of(&program);
    let words: Vec<OsString> = std::iter::once(program).chain(rewrite(words)).collect();
    let understand = |command: clap::Command| -> Result<Cli, clap::Error> {
        Cli::from_arg_matches(&command.try_get_matches_from(&words)?)
    };
    // Most lines are right. What is wrong with one, and what would be right, only the whole declaration knows.
    let understood = understand(Cli::declared_for(&words)).or_else(|_| match compat_mode {
        CompatMode::Nodeproof => understand(Cli::command()),
        CompatMode::KubeBench => understand(Cli::command().after_help(KUBE_BENCH_EXIT_CODES)),
    });
    let mut cli = understood.map_err(|message| {
        let code = u8::try_from(message.exit_code()).unwrap_or(1);
        Refused { message, exit_code: compat_mode.exit_code(code) }
    })?;
    cli.compat_mode = compat_mode;
    let version = &mut cli.flags.benchmark.version;
    *version = version.take().or_else(|| variable(VERSION)).filter(|v| !v.is_empty());
    Ok(cli)
}

/// `-v 3`, `-v=3`, `-v3`, `--v 3` and `--v=3` as `-vvv`; every other word as it is.
fn rewrite(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.peekable();
    let mut out = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            out.push(word);
            break;
        }
        let level = match word.to_str() {
            Some("-v" | "--v") => words.next_if(|next| next.to_str().and_then(level).is_some()),
            Some(text) => ["--v=", "-v=", "-v"].iter().find_map(|p| text.strip_prefix(p)).map(OsString::from),
            None => None,
        };
        match level.as_deref().and_then(OsStr::to_str).and_then(self::level) {
            Some(0) => {}
            Some(level) => out.push(format!("-{}", "v".repeat(level)).into()),
            None => out.push(word),
        }
    }
    out.extend(words);
    out
}

/// A level of verbosity, if it is a number.
fn level(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(MOST_VERBOSE).min(MOST_VERBOSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cli(line: &str) -> Cli {
        read(line.split(' ').map(OsString::from), &|_| None).map_err(|r| r.message.to_string()).expect(line)
    }

    #[test]
    fn levels_of_verbosity_are_said_in_two_ways() {
        let cases = [
            ("x", 0),
            ("x -v", 1),
            ("x -vv", 2),
            ("x -v -v", 2),
            ("x -v 3", 3),
            ("x -v=3", 3),
            ("x -v3", 3),
            ("x --v 3", 3),
            ("x --v=3", 3),
            ("x -v 0", 0),
            ("x -v 99999999999999999999999", 9),
            ("x -v 3 run -s node", 3),
            ("x run -v 2", 2),
            ("x -v run", 1),
        ];
        for (line, level) in cases {
            assert_eq!(cli(line).flags.output.verbose, level, "{line}");
        }
        assert!(read(["x", "-v", "three"].map(OsString::from), &|_| None).is_err());
    }

    #[test]
    fn every_flag_that_is_true_or_false_takes_a_value() {
        let cases = [
            ("x --json", true, true),
            ("x --json=true", true, true),
            ("x --json=T --json=0", false, true),
            ("x --json --json", true, true),
            ("x --scored=false", false, false),
            ("x --scored=false --scored", false, true),
            ("x run --json=1 --scored=F", true, false),
        ];
        for (line, json, scored) in cases {
            let flags = cli(line).flags;
            assert_eq!((flags.output.json, flags.selection.scored), (json, scored), "{line}");
        }
        for flag in [
            "json",
            "junit",
            "pgsql",
            "asff",
            "noresults",
            "noremediations",
            "nosummary",
            "nototals",
            "include-test-output",
            "scored",
            "unscored",
            "logtostderr",
            "alsologtostderr",
        ] {
            for value in ["", "=true", "=false", "=1", "=0", "=t", "=F", "=TRUE", "=False"] {
                cli(&format!("x --{flag}{value}"));
            }
            assert!(read(["x".into(), format!("--{flag}=perhaps").into()], &|_| None).is_err(), "{flag}");
        }
    }

    #[test]
    fn a_line_means_the_same_with_few_commands_declared_as_with_all() {
        for line in [
            "x",
            "x run",
            "x --json run -s node --version 1.21",
            "x explain 1.2.3 --benchmark cis-1.20",
            "x explain run",
            "x --benchmark run snapshot -o run",
            "x lint run benchmarks",
            "x run -s node -s etcd,master --every 30m",
            "x profile cis-1.20 --json=false",
            "x run run",
            "x benchmarks lint",
            "x runs",
            "x help run",
            "x --nonsense run",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let read = |command: clap::Command| {
                let matches = command.try_get_matches_from(&words);
                matches.and_then(|m| Cli::from_arg_matches(&m)).map(|cli| format!("{cli:?}"))
            };
            assert_eq!(read(Cli::declared_for(&words)).ok(), read(Cli::command()).ok(), "{line}");
        }
    }

    #[test]
    fn the_log_flags_of_a_manifest_are_taken() {
        let cli = cli(
            "kube-bench --logtostderr --alsologtostderr=true --stderrthreshold=2 --vmodule check=3 --log_dir /tmp \
             --log_backtrace_at a.go:1 -v 3 run -s node",
        );
        assert_eq!(cli.compat_mode, CompatMode::KubeBench);
        assert_eq!(cli.flags.log.stderrthreshold.as_deref(), Some("2"));
    }

    #[test]
    fn the_name_gives_the_manners() {
        for (name, compat_mode) in [
            ("nodeproof", CompatMode::Nodeproof),
            ("kube-bench", CompatMode::KubeBench),
            ("/usr/local/bin/kube-bench", CompatMode::KubeBench),
            ("./kube-bench", CompatMode::KubeBench),
            ("kube-bench-2", CompatMode::Nodeproof),
            ("", CompatMode::Nodeproof),
        ] {
            assert_eq!(cli(name).compat_mode, compat_mode, "{name}");
        }
        let refused = |name: &str| read([name, "--nonsense"].map(OsString::from), &|_| None).map_err(|r| r.exit_code);
        assert_eq!((refused("nodeproof").err(), refused("kube-bench").err()), (Some(2), Some(1)));
        let help = |name: &str| read([name, "--help"].map(OsString::from), &|_| None).map_err(|r| r.exit_code);
        assert_eq!((help("nodeproof").err(), help("kube-bench").err()), (Some(0), Some(0)));
    }

    #[test]
    fn the_version_may_stand_in_kube_benchs_variable() {
        let with = |line: &str, value: &str| {
            let value = value.to_owned();
            let cli = read(line.split(' ').map(OsString::from), &|name| (name == VERSION).then(|| value.clone()));
            cli.map_err(|r| r.message.to_string()).expect(line).flags.benchmark.version
        };
        assert_eq!(with("x", "1.20").as_deref(), Some("1.20"));
        assert_eq!(with("x --version 1.21", "1.20").as_deref(), Some("1.21"));
        assert_eq!(with("x", ""), None);
    }
}
