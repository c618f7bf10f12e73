//! What the program does as a whole: against recorded nodes, live ones, and from the command line.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "tests make the machines that they audit")]

mod architecture_page;
mod attempts;
mod bare;
mod canned;
#[cfg(feature = "cluster")]
mod cluster;
mod command;
mod commands;
mod dependencies;
mod drop_in;
mod every;
mod examples;
mod faults;
mod findings;
mod formats;
mod hostile;
mod journal;
mod json_report;
mod junit_report;
mod kube_bench;
mod lint;
mod live;
mod manifests;
mod messages;
mod oracle;
mod pages;
#[cfg(feature = "postgres")]
mod postgres;
mod profiles;
mod proofs;
mod quiet;
#[cfg(feature = "kube-bench")]
mod schemas;
mod shell;
mod snapshot;
mod support;
mod text_report;
mod traps;
