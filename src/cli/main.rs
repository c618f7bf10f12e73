//! Runs the program and prints its errors.

use super::{parse, run};
use crate::text::sanitize;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// Runs the program with these arguments, the program's name first, and returns its exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match parse::read(args, &|name| std::env::var(name).ok()) {
        Ok(cli) => cli,
        Err(refused) => {
            // Ignore the error: the stream is closed.
            drop(refused.message.print());
            return ExitCode::from(refused.exit_code);
        }
    };
    let compat_mode = cli.compat_mode;
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
