//! Reads the command line. Carries nothing out.

use super::{Cli, Command, accepted, args, precedence};
use crate::commands::{CompatMode, trim_list};
#[cfg(feature = "kube-bench")]
use crate::kube_bench::command_line;
use crate::model::Target;
use crate::text::sanitize;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _};
use std::ffi::{OsStr, OsString};

/// A command line that is not carried out: it is wrong, or it asks for help.
#[derive(Debug)]
pub struct Refused {
    /// What to print.
    pub message: clap::Error,
    /// The code to exit with.
    pub exit_code: u8,
}

impl CompatMode {
    /// The mode of a program that is called by this name.
    #[cfg(feature = "kube-bench")]
    fn of(program: &OsStr) -> Self {
        if command_line::is_kube_bench(program) { Self::KubeBench } else { Self::Nodeproof }
    }

    /// The mode of a program that is called by this name.
    #[cfg(not(feature = "kube-bench"))]
    fn of(_: &OsStr) -> Self {
        Self::Nodeproof
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
    let words: Vec<OsString> = std::iter::once(program).chain(native_words(words)).collect();
    let of_audit = matched(&mut args::audit_only(&words), compat_mode, &words);
    let (mut cli, is_benchmark_flag) = of_audit.or_else(|_| {
        let mut program = whole_program(compat_mode, &words);
        matched(&mut program, compat_mode, &words).map_err(|error| {
            let message = with_hint(error, &words, &mut program);
            let code = u8::try_from(message.exit_code()).unwrap_or(1);
            Refused { message, exit_code: compat_mode.exit_code(code) }
        })
    })?;
    cli.compat_mode = compat_mode;
    let version = &mut cli.flags.benchmark.version;
    if version.is_none() && !is_benchmark_flag {
        *version = kube_bench_version(variable);
    }
    *version = version.take().filter(|v| !v.is_empty());
    Ok(cli)
}

/// All commands, with the help of those that the words name.
fn whole_program(compat_mode: CompatMode, words: &[OsString]) -> clap::Command {
    let program = match compat_mode {
        CompatMode::Nodeproof => Cli::command(),
        CompatMode::KubeBench => Cli::command().after_help(KUBE_BENCH_HELP),
    };
    let names_other = words.iter().any(|word| word != args::RUN && program.find_subcommand(word).is_some());
    if compat_mode == CompatMode::Nodeproof && names_other { accepted::hide_unused(program) } else { program }
}

/// What the words say to a program, and whether they name the benchmark.
fn matched(
    program: &mut clap::Command,
    compat_mode: CompatMode,
    words: &[OsString],
) -> Result<(Cli, bool), clap::Error> {
    let matches = program.try_get_matches_from_mut(words)?;
    // kube-bench takes its flags with every command.
    if compat_mode == CompatMode::Nodeproof {
        accepted::refuse_unused(&matches, program)?;
    }
    let is_benchmark_flag = matches.value_source("benchmark") == Some(ValueSource::CommandLine);
    let mut cli = Cli::from_arg_matches(&matches)?;
    precedence::apply(&mut cli, &matches);
    precedence::refuse_two_nodes(&cli, &matches, program)?;
    Ok((trim_lists(cli, program)?, is_benchmark_flag))
}

/// Says what to write where clap's own words mislead: of a flag of `run`, that it needs the command.
fn with_hint(error: clap::Error, words: &[OsString], command: &mut clap::Command) -> clap::Error {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let name = flag.split(['=', ' ']).next().unwrap_or_default();
    let is_empty =
        !matches!(error.get(ContextKind::InvalidValue), Some(ContextValue::String(value)) if !value.is_empty());
    if error.kind() == ErrorKind::InvalidValue && name == "--version" && is_empty {
        let message = "--version takes the Kubernetes version of the node, such as `--version 1.33`; `nodeproof version` prints the \
                       version of the program";
        return command.error(ErrorKind::InvalidValue, message);
    }
    if error.kind() == ErrorKind::UnknownArgument && words.iter().skip(1).any(|word| word == "run") && is_target(name) {
        let message = format!("targets are named by a flag: nodeproof run --targets {name} (-s)");
        return command.error(ErrorKind::UnknownArgument, message);
    }
    let names_a_command = words.iter().skip(1).any(|word| command.find_subcommand(word).is_some());
    if error.kind() != ErrorKind::UnknownArgument || names_a_command || !["-s", "--targets", "--every"].contains(&name)
    {
        return error;
    }
    let given: Vec<String> = words.iter().skip(1).map(|word| shell_word(&word.to_string_lossy())).collect();
    let message = format!("{name} is a flag of the command `run`: nodeproof run {}", given.join(" "));
    command.error(ErrorKind::UnknownArgument, message)
}

/// Whether a word is a target, or several with commas.
fn is_target(words: &str) -> bool {
    let ids = Target::ALL.map(Target::id);
    words.split(',').all(|word| ids.contains(&word) || word == "worker")
}

/// A word as a shell reads it, without control characters.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=,./:@%+".contains(c);
    let word = sanitize::message(word);
    if !word.is_empty() && word.chars().all(is_plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Trims the lists of the command line and of the environment. Here and not by clap, because empty lists do not conflict.
fn trim_lists(mut cli: Cli, command: &mut clap::Command) -> Result<Cli, clap::Error> {
    let selection = &mut cli.flags.selection;
    selection.trim();
    if let Some(Command::Run(run)) = &mut cli.command {
        trim_list(&mut run.targets);
    }
    if !selection.check.is_empty() && !selection.group.is_empty() {
        let message = "the argument '--check <IDS>' cannot be used with '--group <IDS>'";
        return Err(command.error(ErrorKind::ArgumentConflict, message));
    }
    Ok(cli)
}

/// kube-bench's way of giving a flag as ours.
#[cfg(feature = "kube-bench")]
fn native_words(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    command_line::native_words(words)
}

/// Without kube-bench's command line, words are as they are.
#[cfg(not(feature = "kube-bench"))]
fn native_words(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    words.collect()
}

/// The version in kube-bench's environment variable.
#[cfg(feature = "kube-bench")]
fn kube_bench_version(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    variable(command_line::VERSION)
}

/// Without kube-bench's command line, its variable means nothing.
#[cfg(not(feature = "kube-bench"))]
fn kube_bench_version(_: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    None
}

#[cfg(feature = "kube-bench")]
const KUBE_BENCH_HELP: &str = command_line::HELP;
#[cfg(not(feature = "kube-bench"))]
const KUBE_BENCH_HELP: &str = "";

#[cfg(test)]
#[cfg(feature = "kube-bench")]
mod tests {
    use super::*;

    fn cli(line: &str) -> Cli {
        read(line.split(' ').map(OsString::from), &|_| None).map_err(|r| r.message.to_string()).expect(line)
    }

    /// What a program reads in a line, if it accepts it.
    fn read_by(mut program: clap::Command, words: &[OsString]) -> Option<String> {
        let read = matched(&mut program, CompatMode::Nodeproof, words);
        read.ok().map(|(cli, names_benchmark)| format!("{cli:?} {names_benchmark}"))
    }

    #[test]
    fn audits_are_read_without_the_other_commands_as_with_them() {
        for line in [
            "x",
            "x run",
            "x -D own --check 1.1,1.2 --format json=a.json --format text",
            "x run -s node,etcd --every 30m --benchmark cis-1.20 --version 1.21",
            "x --benchmark explain run --json=false",
            "x --host run --timeout 5m --scored=false --json --json",
            "x --root / run --proc /proc -v -v --only fail",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let read = read_by(args::audit_only(&words), &words);
            assert!(read.is_some(), "{line}");
            assert_eq!(read, read_by(whole_program(CompatMode::Nodeproof, &words), &words), "{line}");
        }
        for line in
            ["x help", "x run help", "x run run", "x run version", "x version", "x lint a", "x run -h", "x --help"]
        {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(read_by(args::audit_only(&words), &words), None, "{line}");
        }
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
    fn lists_are_trimmed_and_empty_ones_are_none() {
        let with = |words: &[&str]| {
            let words = ["x"].iter().chain(words).map(OsString::from);
            let cli = read(words, &|_| None).map_err(|r| r.message.to_string()).expect("command line");
            let targets = match cli.command {
                Some(Command::Run(run)) => run.targets,
                _ => Vec::new(),
            };
            let selection = cli.flags.selection;
            [selection.check, selection.group, selection.skip, targets].map(|list| list.join("|"))
        };
        let cases: [(&[&str], [&str; 4]); 8] = [
            (&["-c", " 1.1.1 , 1.1.2,"], ["1.1.1|1.1.2", "", "", ""]),
            (&["-c", ",1.1.1", "-c", "1.1.3"], ["1.1.1|1.1.3", "", "", ""]),
            (&["-g", "\t1.1 ,,", "--skip", " 1.1.2"], ["", "1.1", "1.1.2", ""]),
            (&["-c", "", "-g", "1.1"], ["", "1.1", "", ""]),
            (&["-c", "1.1.1", "-g", " , "], ["1.1.1", "", "", ""]),
            (&["--skip", ","], ["", "", "", ""]),
            (&["run", "-s", " node, master ,"], ["", "", "", "node|master"]),
            (&["run", "--targets", ""], ["", "", "", ""]),
        ];
        for (words, expected) in cases {
            assert_eq!(with(words), expected, "{words:?}");
        }
        let both = ["x", "-c", "1.1.1", "-g", "1.1"].map(OsString::from);
        assert_eq!(
            read(both, &|_| None).map_err(|r| (r.message.kind(), r.exit_code)).err(),
            Some((ErrorKind::ArgumentConflict, 2))
        );
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
    fn a_version_without_a_value_is_explained() {
        let refused = read(["nodeproof", "--version"].map(OsString::from), &|_| None).err();
        let (message, code) =
            refused.map(|refused| (refused.message.to_string(), refused.exit_code)).unwrap_or_default();
        assert!(message.contains("`nodeproof version` prints the version of the program"), "{message}");
        assert_eq!(code, 2);
        assert_eq!(cli("nodeproof --version=").flags.benchmark.version, None);
    }

    #[test]
    fn the_program_name_selects_the_mode() {
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
            let cli = read(line.split(' ').map(OsString::from), &|name| {
                (name == command_line::VERSION).then(|| value.clone())
            });
            cli.map_err(|r| r.message.to_string()).expect(line).flags.benchmark.version
        };
        assert_eq!(with("x", "1.20").as_deref(), Some("1.20"));
        assert_eq!(with("x --version 1.21", "1.20").as_deref(), Some("1.21"));
        assert_eq!(with("x", ""), None);
    }
}
