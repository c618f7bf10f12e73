//! Runs the audits of a check: by looking, where the shell text is understood, else in the machine's shell, if that is allowed.
//! Judges nothing.

use super::{Check, Item};
use crate::host::Host;
use crate::shell::{Answer, Interpreter, MAX_OUTPUT, Stop, SystemShell};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

/// What the three audits of a check printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// Of `audit`.
    pub audit: Printed,
    /// Of `audit_config`.
    pub config: Printed,
    /// Of `audit_env`, or of the program's environment.
    pub env: Printed,
}

/// What came of one audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Printed {
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
pub struct Auditor<'h> {
    host: &'h dyn Host,
    interpreter: Interpreter<'h>,
    shell: std::result::Result<SystemShell, String>,
    known: RefCell<HashMap<String, Printed>>,
    without_shell: RefCell<usize>,
}

impl<'h> Auditor<'h> {
    /// Audits of `host`. Scripts that are not understood go to `shell`; an error is the reason why there is none.
    pub fn new(host: &'h dyn Host, shell: std::result::Result<SystemShell, String>) -> Self {
        let interpreter = Interpreter::new(host);
        Self { host, interpreter, shell, known: RefCell::default(), without_shell: RefCell::default() }
    }

    /// Takes relative paths from this folder.
    #[must_use]
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Self { interpreter: self.interpreter.in_folder(folder), ..self }
    }

    /// What the audits of a check print.
    pub fn answers(&self, check: &Check) -> Answers {
        let items = check.tests.iter().flat_map(|t| &t.items);
        let env = match &check.environment_of {
            Some(program) if check.audit_env.trim().is_empty() => self.environment(program, items),
            Some(_) | None => self.run(&check.audit_env),
        };
        Answers { env, audit: self.run(&check.audit), config: self.run(&check.audit_config) }
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

    fn run(&self, script: &str) -> Printed {
        if script.trim().is_empty() {
            return Printed::Nothing;
        }
        if let Some(known) = self.known.borrow().get(script) {
            return known.clone();
        }
        let printed = self.run_now(script);
        self.known.borrow_mut().insert(script.to_owned(), printed.clone());
        printed
    }

    fn run_now(&self, script: &str) -> Printed {
        match self.interpreter.answer(script) {
            Ok(Answer { text, status }) => {
                *self.without_shell.borrow_mut() += 1;
                if text.len() > MAX_OUTPUT {
                    return Printed::Refused(format!("it prints more than {MAX_OUTPUT} bytes"));
                }
                Printed::Text { text, status }
            }
            Err(Stop::Failed(reason)) => Printed::Refused(reason),
            Err(Stop::Unknown(what)) => match &self.shell {
                Err(reason) => Printed::Refused(format!("it is not answered without a shell ({what}), and {reason}")),
                Ok(shell) if !shell.is_here() => Printed::Refused(format!(
                    "it is not answered without a shell ({what}), and this machine has no /bin/sh"
                )),
                Ok(shell) => match shell.run(script) {
                    Ok(Answer { text, status }) => Printed::Text { text, status },
                    Err(reason) => Printed::Refused(reason),
                },
            },
        }
    }

    /// The variables that the items ask for, of the environment of the first process of a program. No other leaves the host.
    fn environment<'i>(&self, program: &str, items: impl Iterator<Item = &'i Item>) -> Printed {
        let Some(process) = self.host.processes(&[program]).ok().and_then(|found| found.into_iter().next()) else {
            return Printed::Nothing;
        };
        let names: Vec<&str> = items.map(|i| i.env.as_str()).filter(|name| !name.is_empty()).collect();
        let values = self.host.variables(process.pid, &names).unwrap_or_default();
        let given = names.iter().zip(values).filter_map(|(name, value)| Some(format!("{name}={}\n", value?)));
        let text = given.collect();
        Printed::Text { text, status: 0 }
    }
}
