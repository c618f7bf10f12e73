//! The state of one shell process.

use super::context::ShellContext;
use super::error::{ScriptError, unsupported};
use std::collections::HashMap;

/// Maximum number of shells that run inside one another.
const MAX_SHELLS: usize = 8;

/// Runs the script of a command substitution and returns its standard output.
pub(super) type Substitute = fn(&mut Scope<'_, '_>, &str) -> Result<String, ScriptError>;

/// Variables, arguments and status of a shell process. A subshell works on a clone.
#[derive(Clone)]
pub(super) struct Scope<'c, 's> {
    pub(super) context: &'c ShellContext<'s>,
    pub(super) variables: HashMap<String, String>,
    pub(super) positional: Vec<String>,
    /// Exit status of the last command (`$?`).
    pub(super) status: i32,
    /// What command substitutions printed on standard error while the current command was expanded.
    pub(super) errors: String,
    /// Command lines of the shells, outermost first: `ps` lists them.
    pub(super) shells: Vec<String>,
    /// Arguments, with the name, of the command that alone reads what the current command prints.
    pub(super) reader: Option<Vec<String>>,
    /// Set by the interpreter, so that expansion does not depend on it.
    pub(super) substitute: Substitute,
}

impl<'c, 's> Scope<'c, 's> {
    /// A new shell process; `shells` ends with its own command line.
    pub(super) fn new(
        context: &'c ShellContext<'s>,
        positional: &[String],
        shells: &[String],
        substitute: Substitute,
    ) -> Result<Self, ScriptError> {
        check_depth(shells)?;
        Ok(Self {
            context,
            variables: HashMap::new(),
            positional: positional.to_vec(),
            status: 0,
            errors: String::new(),
            shells: shells.to_vec(),
            reader: None,
            substitute,
        })
    }

    /// The shell process of a command substitution.
    pub(super) fn subshell(&self) -> Result<Self, ScriptError> {
        check_depth(&self.shells)?;
        let mut inner = self.clone();
        inner.shells.push("/bin/sh".to_owned());
        Ok(inner)
    }
}

fn check_depth(shells: &[String]) -> Result<(), ScriptError> {
    if shells.len() > MAX_SHELLS {
        return Err(unsupported(format!("more than {MAX_SHELLS} nested shells")));
    }
    Ok(())
}
