//! The program: arguments in, exit code out. The only place that prints an error.

use nodeproof::{app, invocation, plain};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match invocation::read(std::env::args_os(), &|name| std::env::var(name).ok()) {
        Ok(cli) => cli,
        Err(refused) => {
            // Where the stream is closed there is nobody to tell.
            drop(refused.message.print());
            return ExitCode::from(refused.exit_code);
        }
    };
    let manner = cli.manner;
    match app::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let message = plain::message(&failure.to_string());
            drop(writeln!(anstream::stderr(), "{}: {message}", manner.program()));
            ExitCode::from(manner.exit_code(failure.exit_code()))
        }
    }
}
