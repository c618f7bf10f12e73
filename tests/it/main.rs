//! What the program does as a whole: against recorded nodes, live ones, and from the command line.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "tests make the machines that they audit")]

// These need the core only.
mod architecture_page;
mod attempts;
mod canned;
mod cases;
mod checkers;
mod cluster_objects;
mod cluster_proofs;
mod dependencies;
mod faults;
mod hostile_reports;
mod html_report;
mod kubesec;
mod line_report;
mod live;
mod oracle;
mod other_formats;
mod policies;
mod profiles;
mod proofs;
mod remediation;
mod sarif_report;
mod support;
mod text_report;
mod traps;
mod waivers;
mod waivers_draft;
mod workload_proofs;

#[cfg(feature = "cluster")]
mod cluster;
#[cfg(feature = "cluster")]
mod cluster_api;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod store;

// These run commands with kube-bench's options, or test what it brings.
#[cfg(feature = "kube-bench")]
mod bare;
#[cfg(feature = "kube-bench")]
mod cloud;
#[cfg(feature = "kube-bench")]
mod command;
#[cfg(feature = "kube-bench")]
mod commands;
mod completeness;
#[cfg(feature = "kube-bench")]
mod configz;
#[cfg(feature = "kube-bench")]
mod described_hosts;
#[cfg(feature = "kube-bench")]
mod diff;
#[cfg(feature = "kube-bench")]
mod drop_in;
#[cfg(feature = "kube-bench")]
mod every;
#[cfg(feature = "kube-bench")]
mod examples;
#[cfg(feature = "kube-bench")]
mod findings;
#[cfg(feature = "kube-bench")]
mod formats;
#[cfg(feature = "kube-bench")]
mod hostile;
#[cfg(feature = "kube-bench")]
mod journal;
#[cfg(feature = "kube-bench")]
mod journal_file;
#[cfg(feature = "kube-bench")]
mod json_report;
mod judge;
#[cfg(feature = "kube-bench")]
mod junit_report;
#[cfg(feature = "kube-bench")]
mod k3s_journal;
#[cfg(feature = "kube-bench")]
mod kube_bench;
#[cfg(feature = "kube-bench")]
mod lint;
#[cfg(feature = "kube-bench")]
mod live_k3s;
#[cfg(feature = "kube-bench")]
mod manifests;
#[cfg(feature = "kube-bench")]
mod merge;
mod messages;
#[cfg(feature = "kube-bench")]
mod model;
#[cfg(feature = "kube-bench")]
mod page_commands;
#[cfg(feature = "kube-bench")]
mod pages;
#[cfg(feature = "kube-bench")]
mod platforms;
#[cfg(feature = "kube-bench")]
mod quiet;
#[cfg(feature = "kube-bench")]
mod rule_texts;
mod scan;
#[cfg(feature = "kube-bench")]
mod scan_sarif;
mod schemas;
#[cfg(feature = "kube-bench")]
mod shell;
#[cfg(feature = "kube-bench")]
mod snapshot;
