//! What runs on a node: its components and their processes, and the targets that apply.

mod config;
mod detect;

pub use config::*;
pub use detect::*;
