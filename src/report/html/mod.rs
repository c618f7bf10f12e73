//! The format `html`: one file for people, which asks nothing of any network and works without scripts.

mod check;
mod checks;
mod code;
mod facts;
mod filters;
mod finding;
mod format;
mod order;
mod page;
mod policy;
mod prose;
mod shown;
mod summary;
mod waivers;

pub use format::HtmlFormat;
