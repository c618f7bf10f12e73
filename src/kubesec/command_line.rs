//! kubesec's command line. Flags that only its downloads and its server use are accepted or refused with a reason.

use super::list_rules::{RuleListFormat, list};
use super::scan::{ScanFormat, ScanOptions, ScanOutput, scan};
use crate::source::manifests::KUBERNETES_VERSION;
use crate::text::sanitize;
use crate::yaml::{read_stdin, read_user_file};
use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// Bytes of an input that are read.
const MAX_BYTES: u64 = 100 << 20;
/// The exit code of an error.
const FAILED: u8 = 1;

/// What the command prints and writes, and its exit code.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// For standard output.
    pub(crate) stdout: Vec<u8>,
    /// Lines for standard error.
    pub(crate) stderr: String,
    /// A file to write, with its content.
    pub(crate) file: Option<(PathBuf, Vec<u8>)>,
    /// The exit code.
    pub(crate) exit_code: u8,
}

/// Scores Kubernetes manifests by the rules of kubesec.
#[derive(Debug, Parser)]
#[command(name = NAME, disable_version_flag = true)]
struct KubesecCli {
    #[command(subcommand)]
    command: Option<KubesecCommand>,
    /// Accepted for kubesec's sake.
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_possible_values = true)]
    debug: Option<bool>,
}

const NAME: &str = "kubesec";

#[derive(Debug, Subcommand)]
enum KubesecCommand {
    /// Scan a manifest: exit code 0 if every document scores more than 0.
    Scan(ScanFlags),
    /// List the rules.
    PrintRules {
        /// Format: json, yaml or table.
        #[arg(short, long, default_value = "json")]
        format: String,
    },
    /// Print the version.
    Version,
    /// Print a completion script for a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Not supported: nodeproof has no server.
    #[command(hide = true)]
    Http {
        #[arg(num_args = 0.., allow_hyphen_values = true, trailing_var_arg = true)]
        words: Vec<OsString>,
    },
}

#[derive(Debug, Args)]
struct ScanFlags {
    /// Manifest, YAML or JSON; `-` is standard input. Further arguments are ignored.
    #[arg(value_name = "FILE", num_args = 0..)]
    files: Vec<OsString>,
    /// Format: json or table.
    #[arg(short, long, default_value = "json")]
    format: String,
    /// Not supported.
    #[arg(short, long, hide = true)]
    template: Option<OsString>,
    /// File that gets the output too.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit code if a document scores 0 or less.
    #[arg(long, value_name = "CODE", default_value_t = 2, allow_negative_numbers = true)]
    exit_code: i64,
    /// Rules to scan by; by default all.
    #[arg(short, long, value_name = "ID", value_delimiter = ',')]
    rules: Vec<String>,
    /// Show the absolute path of the file.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_possible_values = true)]
    absolute_path: Option<bool>,
    /// Accepted and without effect: manifests are compared with one version of Kubernetes.
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,
    /// Accepted and without effect: the fields of Kubernetes are built in.
    #[arg(long, value_name = "LOCATION")]
    schema_location: Vec<OsString>,
}

/// Whether a program of this name is to behave as kubesec.
pub(crate) fn is_kubesec(program: &OsStr) -> bool {
    Path::new(program).file_name() == Some(OsStr::new(NAME))
}

/// Carries out a command line, the program's name first.
pub(crate) fn run(words: &[OsString]) -> Answer {
    let cli = match KubesecCli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, words),
    };
    match cli.command {
        None => Answer::of_text(KubesecCli::command().render_long_help().to_string()),
        Some(KubesecCommand::Scan(flags)) => run_scan(&flags, words),
        Some(KubesecCommand::PrintRules { format }) => match format.as_str() {
            "json" => Answer::of_text(list(RuleListFormat::Json)),
            "yaml" => Answer::of_text(list(RuleListFormat::Yaml)),
            "table" => Answer::of_text(list(RuleListFormat::Table)),
            other => Answer::of_error(&format!("Unknown format {other}; use json, yaml or table")),
        },
        Some(KubesecCommand::Version) => Answer::of_text(version()),
        Some(KubesecCommand::Completion { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut KubesecCli::command(), NAME, &mut script);
            Answer { stdout: script, ..Answer::default() }
        }
        Some(KubesecCommand::Http { words: _ }) => {
            Answer::of_error("No server: nodeproof does not listen; pass each manifest to `kubesec scan -`")
        }
    }
}

fn version() -> String {
    format!(
        "version {} (nodeproof)\nrules of kubesec 2.14.2\nfields of Kubernetes {KUBERNETES_VERSION}\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn run_scan(flags: &ScanFlags, words: &[OsString]) -> Answer {
    let Some(file) = flags.files.first() else {
        return usage_error("No manifest: name a file, or `-` for standard input", words);
    };
    if flags.format == "template" || flags.template.is_some() {
        return Answer::of_error("No templates: nodeproof writes json and table; format the JSON with another program");
    }
    let format = match flags.format.as_str() {
        "json" => ScanFormat::Json,
        "table" => ScanFormat::Table,
        other => return Answer::of_error(&format!("Unknown format {other}; use json or table")),
    };
    let rules: Vec<String> = flags.rules.iter().filter(|id| !id.is_empty()).cloned().collect();
    let mut options = match ScanOptions::of_rules(&rules) {
        Ok(options) => options,
        Err(error) => return Answer::of_error(&error),
    };
    options.format = format;
    // As the system does it with the argument of `exit`.
    options.bad_exit_code = flags.exit_code.to_le_bytes()[0];
    match read(file, flags) {
        Ok(input) => Answer::of_scan(scan(&[input], &options), flags.output.as_deref()),
        Err(error) => Answer::of_error(&error),
    }
}

/// The manifest with the name that its reports have.
fn read(file: &OsStr, flags: &ScanFlags) -> Result<(String, Vec<u8>), String> {
    let path = Path::new(file);
    let is_stdin = file == "/dev/stdin" || (file == "-" && flags.files.len() == 1);
    let bytes = if is_stdin { read_stdin(MAX_BYTES) } else { read_user_file(path, MAX_BYTES) };
    let name = match (is_stdin, flags.absolute_path.unwrap_or_default()) {
        (true, _) => "STDIN".to_owned(),
        (false, true) => absolute(path).display().to_string(),
        (false, false) => path.display().to_string(),
    };
    match bytes {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(format!("Cannot read {name}: {error}")),
    }
}

/// A path from the root, without `.` and `..`.
fn absolute(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match component {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(component),
        }
    }
    out
}

/// What to print for a line that clap does not accept: help, or the error on both streams.
fn refuse(error: &clap::Error, words: &[OsString]) -> Answer {
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        return Answer::of_text(text);
    }
    let line = text.lines().next().unwrap_or_default();
    usage_error(line.strip_prefix("error: ").unwrap_or(line), words)
}

/// An error on standard output, and on standard error with the usage of the command.
fn usage_error(message: &str, words: &[OsString]) -> Answer {
    let mut program = KubesecCli::command();
    program.build();
    let name = words.iter().skip(1).find(|word| program.find_subcommand(word).is_some());
    let usage = match name.and_then(|name| program.find_subcommand_mut(name)) {
        Some(command) => command.render_usage(),
        None => program.render_usage(),
    };
    let mut letters = message.chars();
    let line: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let (line, message) = (sanitize::message(&line), sanitize::message(message));
    Answer {
        stdout: format!("{line}\n").into_bytes(),
        stderr: format!("Error: {message}\n{usage}\n"),
        exit_code: FAILED,
        ..Answer::default()
    }
}

impl Answer {
    fn of_text(text: String) -> Self {
        Self { stdout: text.into_bytes(), ..Self::default() }
    }

    fn of_error(message: &str) -> Self {
        Self::of_scan(ScanOutput::failed(message), None)
    }

    fn of_scan(output: ScanOutput, file: Option<&Path>) -> Self {
        let stderr: String = output.errors.iter().map(|error| format!("{error}\n")).collect();
        let content = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout).to_vec();
        let file = file
            .filter(|_| output.exit_code != FAILED || !output.errors.is_empty())
            .map(|path| (path.to_owned(), content));
        Self { stdout: output.stdout, stderr, file, exit_code: output.exit_code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(line: &str) -> Answer {
        run(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    fn stdout(answer: &Answer) -> String {
        String::from_utf8_lossy(&answer.stdout).into_owned()
    }

    #[test]
    fn the_program_name_selects_the_command_line() {
        for (name, expected) in
            [("kubesec", true), ("/usr/bin/kubesec", true), ("nodeproof", false), ("kubesec-2", false)]
        {
            assert_eq!(is_kubesec(OsStr::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn errors_are_one_line_on_stdout() {
        let cases = [
            ("kubesec scan", "No manifest: name a file, or `-` for standard input\n", true),
            ("kubesec scan --nonsense", "Unexpected argument '--nonsense' found\n", true),
            ("kubesec nonsense", "Unrecognized subcommand 'nonsense'\n", true),
            (
                "kubesec scan a --exit-code x",
                "Invalid value 'x' for '--exit-code <CODE>': invalid digit found in string\n",
                true,
            ),
            ("kubesec scan /nowhere/at-all", "Cannot read /nowhere/at-all: no such file or directory\n", false),
            ("kubesec scan - more", "Cannot read -: no such file or directory\n", false),
            ("kubesec scan /", "Cannot read /: is a directory\n", false),
            ("kubesec scan -f xml a", "Unknown format xml; use json or table\n", false),
            ("kubesec scan -r NoSuchRule a", "Unknown rule `NoSuchRule`\n", false),
            ("kubesec print-rules -f xml", "Unknown format xml; use json, yaml or table\n", false),
            (
                "kubesec http 0.0.0.0:8080 -k a",
                "No server: nodeproof does not listen; pass each manifest to `kubesec scan -`\n",
                false,
            ),
            (
                "kubesec scan -f template -t a b",
                "No templates: nodeproof writes json and table; format the JSON with another program\n",
                false,
            ),
            (
                "kubesec scan -t a b",
                "No templates: nodeproof writes json and table; format the JSON with another program\n",
                false,
            ),
        ];
        for (line, expected, on_stderr) in cases {
            let answer = answer(line);
            assert_eq!((stdout(&answer).as_str(), answer.exit_code), (expected, 1), "{line}");
            assert_eq!(answer.stderr.starts_with("Error: ") && answer.stderr.contains("Usage: "), on_stderr, "{line}");
            assert_eq!(answer.stderr.is_empty(), !on_stderr, "{line}");
        }
    }

    #[test]
    fn other_commands_answer_on_stdout() {
        assert_eq!(stdout(&answer("kubesec version")).lines().count(), 3);
        for (line, part) in [
            ("kubesec", "Usage: kubesec"),
            ("kubesec help", "Usage: kubesec"),
            ("kubesec help scan", "--absolute-path"),
            ("kubesec scan -h", "--absolute-path"),
            ("kubesec print-rules", "\"advise\": 10\n"),
            ("kubesec print-rules --format=yaml", "- id: ApparmorAny\n"),
            ("kubesec print-rules -f table", "ApparmorAny"),
            ("kubesec completion bash", "_kubesec"),
            ("kubesec --debug print-rules", "ApparmorAny"),
            ("kubesec print-rules --debug=f", "ApparmorAny"),
        ] {
            let answer = answer(line);
            assert!(stdout(&answer).contains(part), "{line}: {}", stdout(&answer));
            assert_eq!((answer.exit_code, answer.stderr.as_str()), (0, ""), "{line}");
        }
    }

    #[test]
    fn a_manifest_is_scanned_with_every_flag() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.yaml");
        std::fs::write(&file, "{apiVersion: v1, kind: Pod, spec: {hostPID: true, containers: []}}").expect("a file");
        let path = file.display();
        let cases = [
            (format!("kubesec scan {path}"), 2),
            (format!("kubesec scan {path} other --exit-code 7"), 7),
            (format!("kubesec scan --exit-code=0 {path}"), 0),
            (format!("kubesec scan --exit-code -1 {path}"), 255),
            (format!("kubesec scan -r HostPID,HostIPC --rules HostPID {path}"), 2),
            (format!("kubesec scan -fjson -f=json {path}"), 2),
            (format!("kubesec scan --kubernetes-version 1.20.0 --schema-location a --schema-location b {path}"), 2),
            (format!("kubesec scan --debug --absolute-path={} {path}", true), 2),
        ];
        for (line, exit_code) in cases {
            let line = line.replace("-fjson -f=json", "-fjson");
            assert_eq!(answer(&line).exit_code, exit_code, "{line}");
        }
        let twice = stdout(&answer(&format!("kubesec scan -r HostPID,HostIPC --rules HostPID {path}")));
        assert!(twice.contains("\"score\": -18"), "{twice}");
        let table = stdout(&answer(&format!("kubesec scan -f table -r HostPID {path}")));
        let reason = "The pod sees all processes of the node, with their arguments and environments";
        let heading = format!("Pod/undefined.default ({path}): Failed: the score is -9");
        assert_eq!(table, format!("{heading}\n  critical  -9  {:<34} {reason}\n", "HostPID"));
        let with_file = answer(&format!("kubesec scan -o out {path}"));
        let (name, content) = with_file.file.expect("a file");
        assert_eq!((name.as_path(), [content, b"\n".to_vec()].concat()), (Path::new("out"), with_file.stdout));
    }

    #[test]
    fn absolute_paths_are_without_dots() {
        assert_eq!(absolute(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert!(absolute(Path::new("a")).ends_with("a") && absolute(Path::new("a")).is_absolute());
    }
}
