//! The `nodeproof` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    nodeproof::main(std::env::args_os())
}
