//! A running machine, read through a root directory and a proc directory. Starts no program and changes nothing.

mod argv_budget;
pub(crate) mod build_information;
mod container;
mod errno;
mod file;
pub(crate) mod mount_table;
mod named_processes;
mod proc_dir;
pub(crate) mod proc_files;
pub(crate) mod proc_stat;
mod resolve;
mod source;
mod tree;

pub use source::{LiveSource, OpenNodeError, is_root};
