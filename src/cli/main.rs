//! Runs the program and prints its errors.

use super::{Cli, Command, environment, parse, run};
use crate::commands::{CompatMode, kubesec};
use crate::kubesec::is_kubesec;
use crate::text::sanitize;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// Runs the program with these arguments, the program's name first, and returns its exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = args.into_iter().collect();
    if words.first().is_some_and(|program| is_kubesec(program)) {
        return ExitCode::from(kubesec(&words));
    }
    let cli = match parse::read(words, &|name| std::env::var(name).ok()) {
        Ok(cli) => cli,
        Err(refused) => {
            // Ignore the error: the stream is closed.
            drop(refused.message.print());
            return ExitCode::from(refused.exit_code);
        }
    };
    let compat_mode = cli.compat_mode;
    if compat_mode == CompatMode::Nodeproof {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let warnings = environment::warnings(names).into_iter().chain(exit_code_warning(&cli));
        for warning in warnings {
            // Ignore the error: stderr is closed.
            drop(writeln!(anstream::stderr(), "nodeproof: {warning}"));
        }
    }
    match run::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let message = sanitize::message(&failure.to_string());
            // Ignore the error: stderr is closed.
            drop(writeln!(anstream::stderr(), "{}: {message}", compat_mode.program()));
            ExitCode::from(compat_mode.exit_code(failure.exit_code()))
        }
    }
}

/// A warning about an `--exit-code` that means something else as well.
fn exit_code_warning(cli: &Cli) -> Option<String> {
    if !matches!(cli.command, None | Some(Command::Run(_))) {
        return None;
    }
    let code = cli.flags.output.exit_code;
    let meaning = match code {
        1 => "a file, the node, the cluster or the database could not be read or written",
        2 => "the command line asks for what does not exist",
        3 => "a file of the user's is wrong",
        4 => "nothing could be evaluated",
        5 => "the audit is incomplete",
        6 => "findings",
        _ => return None,
    };
    Some(format!(
        "warning: --exit-code {code}: exit code {code} also means: {meaning}; codes from 7 on have no other meaning"
    ))
}
