//! Where reports go: stdout, files, a database.

#[cfg(feature = "postgres")]
mod connection;
#[cfg(feature = "postgres")]
pub(crate) mod database;
mod destination;
mod error;
mod file;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "postgres")]
pub(crate) mod store;
pub(crate) mod terminal;
#[cfg(feature = "postgres")]
mod tls;

pub(crate) use destination::Destination;
pub(crate) use error::SinkError;
