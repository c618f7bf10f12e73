//! The cloud probe: a field of a document that a provider's command-line tool printed.

mod field;
mod path;
mod probe;
mod resource;

pub use probe::CloudProbe;
