//! Runs the audits of a check: by looking, where the shell text is understood, else in the machine's shell, if that is allowed.
//! Judges nothing.

use super::{Check, Item};
use crate::kube_bench::shell::{Interpreter, MAX_OUTPUT, ScriptError, ScriptOutput, SystemShell};
use crate::source::node::NodeSource;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

/// What the three audits of a check printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditAnswers {
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
    /// It is empty and was not run.
    #[default]
    Nothing,
    /// What it printed, and its exit status.
    Text {
        /// Standard output and error.
        text: String,
        /// 0 is success.
        status: i32,
    },
    /// Why it was not carried out, or not to its end.
    Refused(String),
}

/// Runs audits on one machine, each script once.
pub struct AuditRunner<'h> {
    host: &'h dyn NodeSource,
    interpreter: Interpreter<'h>,
    shell: std::result::Result<SystemShell, String>,
    known: RefCell<HashMap<String, AuditOutput>>,
    without_shell: RefCell<usize>,
}

impl<'h> AuditRunner<'h> {
    /// Audits of `host`. Scripts that are not understood go to `shell`; an error is the reason why there is none.
    pub fn new(host: &'h dyn NodeSource, shell: std::result::Result<SystemShell, String>) -> Self {
        let interpreter = Interpreter::new(host);
        Self { host, interpreter, shell, known: RefCell::default(), without_shell: RefCell::default() }
    }

    /// Takes relative paths from this folder.
    #[must_use]
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Self { interpreter: self.interpreter.in_directory(folder), ..self }
    }

    /// What the audits of a check print.
    pub fn answers(&self, check: &Check) -> AuditAnswers {
        let items = check.tests.iter().flat_map(|t| &t.items);
        let env = match &check.environment_of {
            Some(program) if check.audit_env.trim().is_empty() => self.environment(program, items),
            Some(_) | None => self.run(&check.audit_env),
        };
        AuditAnswers { env, audit: self.run(&check.audit), config: self.run(&check.audit_config) }
    }

    /// How many distinct scripts were answered without a shell, and how many were given to one.
    pub fn counts(&self) -> (usize, usize) {
        (*self.without_shell.borrow(), self.shell.as_ref().map_or(0, SystemShell::started))
    }

    /// How many audits were answered without a shell, for the reader; nothing where there were none.
    pub fn summary(&self) -> Option<String> {
        let all = self.known.borrow().len();
        (all > 0).then(|| {
            let (without, with) = self.counts();
            let rest = match all - without {
                0 => String::new(),
                rest if rest == with => format!("; /bin/sh ran {with}"),
                rest => format!("; /bin/sh ran {with}, {} were not carried out", rest - with),
            };
            format!("{without} of {all} audits were answered without a shell{rest}")
        })
    }

    fn run(&self, script: &str) -> AuditOutput {
        if script.trim().is_empty() {
            return AuditOutput::Nothing;
        }
        if let Some(known) = self.known.borrow().get(script) {
            return known.clone();
        }
        let printed = self.run_now(script);
        self.known.borrow_mut().insert(script.to_owned(), printed.clone());
        printed
    }

    fn run_now(&self, script: &str) -> AuditOutput {
        match self.interpreter.run(script) {
            Ok(ScriptOutput { text, status }) => {
                *self.without_shell.borrow_mut() += 1;
                if text.len() > MAX_OUTPUT {
                    return AuditOutput::Refused(format!("it prints more than {MAX_OUTPUT} bytes"));
                }
                AuditOutput::Text { text, status }
            }
            Err(ScriptError::Failed(reason)) => AuditOutput::Refused(reason),
            Err(ScriptError::Unsupported(what)) => match &self.shell {
                Err(reason) => {
                    AuditOutput::Refused(format!("it is not answered without a shell ({what}), and {reason}"))
                }
                Ok(shell) if !shell.is_available() => AuditOutput::Refused(format!(
                    "it is not answered without a shell ({what}), and this machine has no /bin/sh"
                )),
                Ok(shell) => match shell.run(script) {
                    Ok(ScriptOutput { text, status }) => AuditOutput::Text { text, status },
                    Err(error) => AuditOutput::Refused(error.to_string()),
                },
            },
        }
    }

    /// The variables that the items ask for, of the environment of the first process of a program. No other leaves the host.
    fn environment<'i>(&self, program: &str, items: impl Iterator<Item = &'i Item>) -> AuditOutput {
        let Some(process) = self.host.processes(&[program]).ok().and_then(|found| found.into_iter().next()) else {
            return AuditOutput::Nothing;
        };
        let names: Vec<&str> = items.map(|i| i.env.as_str()).filter(|name| !name.is_empty()).collect();
        let values = self.host.variables(process.pid, &names).unwrap_or_default();
        let given = names.iter().zip(values).filter_map(|(name, value)| Some(format!("{name}={}\n", value?)));
        let text = given.collect();
        AuditOutput::Text { text, status: 0 }
    }
}
