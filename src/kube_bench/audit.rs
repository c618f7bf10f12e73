//! Runs the audits of a check: in the interpreter if it supports the script, else in `/bin/sh` if that is allowed.

use super::{AuditCheck, TestItem};
use crate::kube_bench::shell::{Interpreter, MAX_OUTPUT, ScriptError, ScriptOutput, SystemShell};
use crate::source::node::{HostPath, NodeSource};
use crate::text::quote;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

/// What the three audits of a check printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditOutputs {
    /// Of `audit`.
    pub audit: AuditOutput,
    /// Of `audit_config`.
    pub config: AuditOutput,
    /// Of `audit_env`, or of the program's environment.
    pub env: AuditOutput,
}

/// What came of one audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AuditOutput {
    /// The check has no such audit.
    #[default]
    NotDefined,
    /// What it printed, and its exit status.
    Text {
        /// Standard output and error.
        text: String,
        /// 0 is success.
        status: i32,
    },
    /// Why it gave no result: it was not run, or not to its end.
    Failed(String),
}

/// Runs audits on one machine, each script once.
pub struct AuditRunner<'h> {
    host: &'h dyn NodeSource,
    interpreter: Interpreter<'h>,
    directory: PathBuf,
    shell: Result<SystemShell, String>,
    outputs: RefCell<HashMap<String, AuditOutput>>,
    interpreted: RefCell<usize>,
}

impl<'h> AuditRunner<'h> {
    /// Audits of `host`. Scripts that are not understood go to `shell`; an error is the reason why there is none.
    pub fn new(host: &'h dyn NodeSource, shell: Result<SystemShell, String>) -> Self {
        let interpreter = Interpreter::new(host);
        let directory = PathBuf::from("/");
        Self { host, interpreter, directory, shell, outputs: RefCell::default(), interpreted: RefCell::default() }
    }

    /// Resolves relative paths from this directory.
    #[must_use]
    pub fn in_directory(self, directory: PathBuf) -> Self {
        Self { interpreter: self.interpreter.in_directory(directory.clone()), directory, ..self }
    }

    /// What the audits of a check print.
    pub fn outputs(&self, check: &AuditCheck) -> AuditOutputs {
        let items = check.tests.iter().flat_map(|t| &t.items);
        let env = match &check.environment_process {
            Some(program) if check.audit_env.trim().is_empty() => self.environment(program, items),
            Some(_) | None => self.run(&check.audit_env),
        };
        AuditOutputs { env, audit: self.run(&check.audit), config: self.run(&check.audit_config) }
    }

    /// Number of distinct scripts run by the interpreter, and by the shell.
    pub fn counts(&self) -> (usize, usize) {
        (*self.interpreted.borrow(), self.shell.as_ref().map_or(0, SystemShell::started))
    }

    /// How the audits were run, for the reader; `None` if there were none.
    pub fn summary(&self) -> Option<String> {
        let all = self.outputs.borrow().len();
        (all > 0).then(|| {
            let (without, with) = self.counts();
            let rest = match all - without {
                0 => String::new(),
                rest if rest == with => format!(", {with} run by /bin/sh"),
                rest => format!(", {with} run by /bin/sh, {} not run", rest - with),
            };
            format!("{without} of {all} audits interpreted{rest}")
        })
    }

    fn run(&self, script: &str) -> AuditOutput {
        if script.trim().is_empty() {
            return AuditOutput::NotDefined;
        }
        if let Some(known) = self.outputs.borrow().get(script) {
            return known.clone();
        }
        let printed = self.run_uncached(script);
        self.outputs.borrow_mut().insert(script.to_owned(), printed.clone());
        printed
    }

    fn run_uncached(&self, script: &str) -> AuditOutput {
        let interpreted = match self.interpreter.run(script) {
            // An installed script may be the user's own.
            Err(ScriptError::HelperScript(name)) if self.shell.is_err() || !self.is_installed(&name) => {
                self.interpreter.run_with_helper_scripts(script)
            }
            other => other,
        };
        match interpreted {
            Ok(ScriptOutput { text, status }) => {
                *self.interpreted.borrow_mut() += 1;
                if text.len() > MAX_OUTPUT {
                    return AuditOutput::Failed(format!("it printed more than {MAX_OUTPUT} bytes"));
                }
                AuditOutput::Text { text, status }
            }
            Err(ScriptError::Failed(reason)) => AuditOutput::Failed(reason),
            Err(ScriptError::HelperScript(name)) => {
                if self.shell.is_ok() && !self.is_installed(&name) {
                    let name = quote(&name);
                    return AuditOutput::Failed(format!(
                        "the helper script {name} is missing; install it in a directory of PATH"
                    ));
                }
                self.run_in_shell(script, &format!("the helper script {}", quote(&name)))
            }
            Err(ScriptError::Unsupported(what)) => self.run_in_shell(script, &what),
        }
    }

    /// Whether the shell would find a script of this name.
    fn is_installed(&self, name: &str) -> bool {
        let exists = |path: PathBuf| self.host.stat(&HostPath::host(path)).is_ok();
        if name.contains('/') {
            return exists(self.directory.join(name));
        }
        let directories = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&directories).any(|directory| exists(self.directory.join(directory).join(name)))
    }

    /// Runs a script that uses `what`, which the interpreter does not support.
    fn run_in_shell(&self, script: &str, what: &str) -> AuditOutput {
        match &self.shell {
            Err(reason) => {
                AuditOutput::Failed(format!("the script needs a shell ({what} is not supported), and {reason}"))
            }
            Ok(shell) if !shell.is_available() => AuditOutput::Failed(format!(
                "the script needs a shell ({what} is not supported), and /bin/sh does not exist"
            )),
            Ok(shell) => match shell.run(script) {
                Ok(ScriptOutput { text, status }) => AuditOutput::Text { text, status },
                Err(error) => AuditOutput::Failed(error.to_string()),
            },
        }
    }

    /// The variables that the items ask for, of the environment of the first process of a program. Reads only these variables.
    fn environment<'i>(&self, program: &str, items: impl Iterator<Item = &'i TestItem>) -> AuditOutput {
        let Some(process) = self.host.processes(&[program]).ok().and_then(|found| found.into_iter().next()) else {
            return AuditOutput::NotDefined;
        };
        let names: Vec<&str> = items.map(|i| i.env.as_str()).filter(|name| !name.is_empty()).collect();
        let values = self.host.variables(process.pid, &names).unwrap_or_default();
        let given = names.iter().zip(values).filter_map(|(name, value)| Some(format!("{name}={}\n", value?)));
        let text = given.collect();
        AuditOutput::Text { text, status: 0 }
    }
}
