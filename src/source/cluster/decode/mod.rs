//! Decodes lists of objects as they are read.

mod buffer;
mod document;
mod item;
mod json;
mod objects_only;
mod yaml;

pub(super) use document::{Document, Origin};
pub(super) use item::{Item, ItemError};
pub(super) use json::read_json;
pub(super) use yaml::read_yaml;
