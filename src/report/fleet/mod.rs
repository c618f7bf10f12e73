//! One report about many nodes, made of their reports in one pass.

mod check_words;
mod drift;
mod finish;
mod intake;
mod merger;
mod node_ranges;
mod node_set;
mod notices;
mod options;
mod order;
mod outcome;
mod view;

pub use finish::Merged;
pub use intake::Intake;
pub use merger::Merger;
pub(super) use node_ranges::nodes_of_findings;
pub use options::MergeOptions;
