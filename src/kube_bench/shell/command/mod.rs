//! The commands that the interpreter supports. Each file implements one, or a few that are alike, with the messages of Debian's
//! programs.

mod arguments;
mod awk;
mod cat;
mod cut;
mod echo;
mod exit_status;
mod find;
mod grep;
mod helper_script;
mod input;
mod invocation;
mod journalctl;
mod ps;
mod sed;
mod sed_script;
mod sh;
mod sort;
mod stat;
mod table;
mod test;
mod tr;
mod wc;
mod xargs;

pub(super) use invocation::{Invocation, Runner};
pub(super) use table::{is_known, run};
pub(super) use test::{binary as binary_test, unary as unary_test};
