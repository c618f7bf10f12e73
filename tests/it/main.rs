//! What the program does as a whole: against recorded nodes, live ones, and from the command line.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "tests make the machines that they audit")]

mod bare;
#[cfg(feature = "cluster")]
mod cluster;
mod command;
mod commands;
mod lint;
mod live;
mod oracle;
mod profiles;
mod quiet;
mod support;
mod traps;
