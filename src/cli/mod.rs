//! The command line: arguments in, exit code out.

mod args;
mod main;
mod pages;
mod parse;
mod run;

pub use args::{Cli, Command};
pub use main::main;
pub use parse::{Refused, read};
