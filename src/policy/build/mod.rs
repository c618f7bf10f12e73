//! What the recommendations about Dockerfiles mean: one test for each, with a finding for everything that was read.

mod add;
mod base;
mod build_test;
mod finding;
mod modes;
mod packages;
mod registry;
mod secrets;
mod shells;
mod stages;
mod start;
mod start_path;
#[cfg(test)]
mod tests;
mod tools;
mod user;

pub use build_test::BuildTest;
pub(crate) use finding::BuildFinding;
