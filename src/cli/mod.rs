//! The command line: arguments in, exit code out.

mod args;
mod main;
mod parse;

pub use args::*;
pub use main::main;
pub use parse::*;
