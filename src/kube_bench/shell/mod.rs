//! Runs audit scripts that only read files, processes and the journal, without starting a process. An interpreter reads the
//! node through a `NodeSource` and prints what the commands would have printed; it refuses every construct it does not support.
//! `SystemShell` is the fallback, `/bin/sh` of this machine.

mod budget;
mod command;
mod context;
mod error;
mod expand;
mod extended_test;
mod interpret;
mod interpreter;
mod output;
mod parse;
mod pattern;
mod posix_regex;
mod redirect;
mod scope;
mod supported;
mod system;

pub use error::ScriptError;
pub use interpreter::Interpreter;
pub use output::{MAX_OUTPUT, ScriptOutput};
pub use system::{SystemShell, SystemShellError};

#[cfg(test)]
mod tests;
