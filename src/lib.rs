//! Audits a Kubernetes node against the CIS benchmarks and says what it saw.
//!
//! ```text
//! profiles + catalogue ── load ──► Benchmark ── plan ──► Plan ── collect ──► Evidence ── judge ──► Outcome ── render
//!          config.yaml ──► Config ──► Node::detect(Host) ─────────┘                    pure from here on
//! ```
//! Nothing flows back, and a module uses only what stands below it here:
//!
//! | module | owns |
//! | --- | --- |
//! | [`cli`] | what can be said on the command line |
//! | [`invocation`] | by which name and with which words the program was called |
//! | [`app`] | the steps of a run |
//! | [`command`] | what the other subcommands do, one file each |
//! | [`failure`] | what ends a run, and its exit code |
//! | [`deliver`] | where a report goes: a stream, a file, a database |
//! | [`snapshot`] | what was seen of a node, as a described host |
//! | [`report`] | one file a format |
//! | [`runner`] | plan × host → report |
//! | [`plan`] | which checks, which distinct probes |
//! | [`judge`] | assertion × evidence → verdict |
//! | [`outcome`] | verdicts, states, totals |
//! | `cluster` | the cluster's own word on its version (feature `cluster`) |
//! | [`version`] | which Kubernetes version runs here |
//! | [`definition`] | benchmarks, checks, rules, and their files |
//! | [`dialect`] | checks as kube-bench's files have them: audits, and tests of what they print |
//! | [`operator`] | what an expectation is, and when it holds |
//! | [`probe`] | what is looked at, and what was seen |
//! | [`node`] | which components run here |
//! | [`config`] | `config.yaml` |
//! | [`one_or_many`] | lists of files that may be written without brackets |
//! | [`arguments`], [`value`], [`component`] | command lines, values, and how each component takes its settings |
//! | [`plain`] | texts from the machine, made fit for a terminal |
//! | `wildcard` | file name patterns |
//! | `hashed` | maps by hash |
//! | [`shell`] | shell text answered by looking, or given to `/bin/sh` |
//! | [`host`] | the machine: files, processes, accounts, journal |
//! | `fuzzing` | what the fuzz targets give bytes to (tests and fuzzing alone) |

pub mod app;
pub mod arguments;
pub mod cli;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod command;
pub mod component;
pub mod config;
pub mod definition;
pub mod deliver;
pub mod dialect;
pub mod failure;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod hashed;
pub mod host;
pub mod invocation;
pub mod judge;
pub mod node;
pub mod one_or_many;
pub mod operator;
pub mod outcome;
pub mod plain;
pub mod plan;
pub mod probe;
pub mod report;
pub mod runner;
#[cfg(test)]
mod schema;
pub mod shell;
pub mod snapshot;
pub mod value;
pub mod version;
mod wildcard;
