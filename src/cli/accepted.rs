//! Which flags each command takes. clap offers the flags of an audit to every command; here each gets those that it uses.

use crate::commands::FormatName;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, error::ErrorKind};

const DEFINITIONS: &[&str] = &["config_dir", "config"];
const BENCHMARK: &[&str] = &["version", "benchmark"];
const NODE: &[&str] = &["root", "proc", "host", "timeout"];
const CLUSTER: &[&str] = &["cluster", "kubeconfig", "context", "allow_exec", "installed", "namespace"];
/// What is read of a cluster beside the rest. `who-can` asks about roles and bindings.
const READ_MORE: &[&str] = &["read_secrets", "read_other_policies"];
const SELECTION: &[&str] = &["check", "group", "skip", "scored", "unscored"];
const ANSWER: &[&str] = &["json", "outputfile"];
const FILE: &[&str] = &["outputfile"];
const ALWAYS: &[&str] = &["verbose", "color"];
/// What a report that exists already can be written with.
const REPORT: &[&str] = &[
    "format",
    "json",
    "junit",
    "pgsql",
    "store",
    "store_cluster",
    "asff",
    "outputfile",
    "only",
    "sarif_all",
    "markdown_limit",
    "openreports_all",
    "noresults",
    "noremediations",
    "nosummary",
    "nototals",
    "include_test_output",
    "waivers",
    "ignore_waivers",
    "strict_waivers",
];

/// What decides the exit code of a report.
const GATE: &[&str] = &["require_complete", "exit_code", "fail_on", "baseline"];

/// The flags of a command, by their ids; `None` if it takes all of them.
fn flags_of(command: &str) -> Option<Vec<&'static str>> {
    let flags: &[&[&str]] = match command {
        "cluster" => &[DEFINITIONS, BENCHMARK, &["platform", "timeout"], CLUSTER, READ_MORE, SELECTION, REPORT, GATE],
        "scan" => &[DEFINITIONS, BENCHMARK, SELECTION, REPORT, GATE],
        "who-can" => &[CLUSTER, &["timeout", "format"], ANSWER],
        "snapshot" => &[DEFINITIONS, NODE, CLUSTER, READ_MORE],
        "benchmarks" | "lint" => &[DEFINITIONS, ANSWER],
        "explain" => &[DEFINITIONS, BENCHMARK, NODE, ANSWER],
        "profile" => &[DEFINITIONS, BENCHMARK, ANSWER],
        "convert" => &[DEFINITIONS, REPORT, GATE],
        "merge" => &[DEFINITIONS, REPORT, GATE, &["quiet"]],
        "judge" => &[DEFINITIONS, BENCHMARK, &["platform", "timeout"], SELECTION, REPORT, GATE, &["quiet"]],
        "diff" => &[&["format", "sarif_all"], ANSWER],
        "pgsql" | "completions" | "man" | "version" | "waivers" => &[FILE],
        _ => return None,
    };
    Some([flags.concat(), ALWAYS.to_vec()].concat())
}

/// Hides in each command's help the flags that it does not take.
pub(super) fn hide_unused(mut program: Command) -> Command {
    program.build();
    program.mut_subcommands(|command| match flags_of(command.get_name()) {
        None => command,
        Some(flags) => {
            let name = command.get_name().to_owned();
            command.mut_args(|arg| {
                let unused = arg.is_global_set() && !flags.contains(&arg.get_id().as_str());
                match arg.get_id().as_str() {
                    _ if unused => arg.hide(true),
                    // This command prints an answer.
                    "format" if name == "who-can" => {
                        arg.help("Print the answer in this format, to FILE or to standard output: json")
                    }
                    "format" if name == "diff" => arg.help(
                        "Print the comparison in this format, to FILE or to standard output; can be repeated. Formats: text, json, \
                         markdown, sarif, ocsf",
                    ),
                    "format" => arg.help(FormatName::help(name == "scan")),
                    // These commands write no report.
                    "json" if !flags.contains(&"format") => arg.help("Print JSON on one line"),
                    "outputfile" if !flags.contains(&"format") => {
                        arg.help("File for the output; standard output by default")
                    }
                    _ => arg,
                }
            })
        }
    })
}

/// Refuses flags on the command line that the command does not take. Variables of the environment may serve other commands.
pub(super) fn refuse_unused(matches: &ArgMatches, program: &mut Command) -> Result<(), clap::Error> {
    let Some((command, _)) = matches.subcommand() else {
        return Ok(());
    };
    let Some(flags) = flags_of(command) else {
        return Ok(());
    };
    let unused = program.get_arguments().find(|arg| {
        let id = arg.get_id().as_str();
        let given = matches.try_contains_id(id).is_ok() && matches.value_source(id) == Some(ValueSource::CommandLine);
        given && arg.is_global_set() && !flags.contains(&id)
    });
    let Some(name) = unused.map(flag) else {
        return Ok(());
    };
    let taken: Vec<String> =
        program.get_arguments().filter(|arg| flags.contains(&arg.get_id().as_str())).map(flag).collect();
    let message = format!("`nodeproof {command}` does not use {name}; its flags are {}", taken.join(", "));
    Err(program.error(ErrorKind::UnknownArgument, message))
}

fn flag(arg: &clap::Arg) -> String {
    match (arg.get_long(), arg.get_short()) {
        (Some(long), _) => format!("--{long}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => arg.get_id().to_string(),
    }
}
