//! The command line: arguments in, exit code out.

mod accepted;
mod args;
mod environment;
mod examples;
mod main;
mod manual;
mod pages;
mod parse;
mod precedence;
mod run;

pub use args::{Cli, Command, RunFlags};
pub use main::main;
pub use parse::{Refused, read};
