//! The program: arguments in, exit code out. The only place that prints an error.

use clap::Parser as _;
use nodeproof::{app, cli::Cli};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match app::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            // Where stderr is closed there is nobody to tell.
            drop(writeln!(anstream::stderr(), "nodeproof: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}
