//! Completion scripts and manual pages, made from the declaration of the command line.

use super::{Cli, accepted, manual};
use crate::commands::Failure;
use crate::text::suggestions;
use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

/// A shell's completion script.
pub(super) fn completions(shell: Shell) -> Vec<u8> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut accepted::hide_unused(Cli::command()), "nodeproof", &mut bytes);
    bytes
}

/// The manual page of the program, or of one of its commands.
pub(super) fn manual(page: Option<&str>) -> Result<Vec<u8>, Failure> {
    let program = accepted::hide_unused(Cli::command().version(env!("CARGO_PKG_VERSION")));
    let command = match page {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                let near = suggestions(name, program.get_subcommands().map(clap::Command::get_name));
                return Err(Failure::Usage(format!("there is no command `{name}`{near}")));
            }
        },
    };
    let mut bytes = Vec::new();
    manual::write_page(command, page, &mut bytes).context("the manual page cannot be put together")?;
    Ok(bytes)
}
