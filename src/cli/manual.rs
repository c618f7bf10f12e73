//! The manual page of a command: clap_mangen's sections, and those that clap does not know.

use super::args::EXIT_CODES;
use super::examples::examples;
use clap::{Arg, Command};
use clap_mangen::Man;
use std::io::{self, Write};

/// Writes the page. `name`: the command, none for the program.
pub(super) fn write_page(command: Command, name: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let variables = environment(&command);
    let has_commands = command.has_subcommands();
    let page = Man::new(command);
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    if has_commands {
        page.render_subcommands_section(out)?;
    }
    writeln!(out, ".SH \"EXIT STATUS\"")?;
    for line in EXIT_CODES.lines().skip(1) {
        let (code, meaning) = line.trim().split_once("  ").unwrap_or((line, ""));
        item(code, meaning, out)?;
    }
    writeln!(out, ".SH ENVIRONMENT\nA variable sets an option that the command line does not give.")?;
    for (variable, meaning) in variables {
        item(&variable, &meaning, out)?;
    }
    writeln!(out, ".SH EXAMPLES")?;
    for (line, meaning) in examples(name) {
        item(line, meaning, out)?;
    }
    Ok(())
}

/// The variables that set options of this command, and what else it reads.
fn environment(command: &Command) -> Vec<(String, String)> {
    let is_shown = |arg: &&Arg| !arg.is_hide_set();
    let variable = |arg: &Arg| {
        let variable = arg.get_env()?.to_str()?.to_owned();
        let option = arg.get_long().map(|long| format!("--{long}")).or_else(|| Some(format!("-{}", arg.get_short()?)));
        Some((variable, format!("The option {}.", option?)))
    };
    let mut variables: Vec<_> = command.get_arguments().filter(is_shown).filter_map(variable).collect();
    let writes_reports = command.get_arguments().filter(is_shown).any(|arg| arg.get_id() == "format");
    if writes_reports {
        let formats = "The option --format, as a list with commas: text,json=/tmp/report.json.";
        variables.push(("NODEPROOF_FORMAT".to_owned(), formats.to_owned()));
        variables.push(("COLUMNS".to_owned(), "The width of the text report.".to_owned()));
    }
    variables.sort();
    variables
}

fn item(tag: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, ".TP\n\\fB{}\\fR\n{}", escaped(tag), escaped(text))
}

/// Text for roff, which reads a backslash as its own and a dash as a hyphen.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}
