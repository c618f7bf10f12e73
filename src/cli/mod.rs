//! The command line: arguments in, exit code out.

mod args;
mod main;
mod parse;

pub use crate::commands::FormatName;
pub use args::*;
pub use main::main;
pub use parse::*;
