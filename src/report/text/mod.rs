//! The format `text`, for people.

mod actions;
mod format;
mod header;
mod layout;
mod parts;
mod prose;
mod results;
mod summary;
mod wrap;

pub use format::TextFormat;
pub use parts::{TextParts, TextShape};
pub use prose::is_command;
pub(in crate::report) use prose::{Paragraph, paragraphs};
