//! `--store`: keeps reports in a database, beside their formats.

use super::flags::StoreName;
use crate::commands::Failure;
use crate::report::Report;

/// Where reports are kept.
#[cfg(feature = "postgres")]
pub(super) struct Store {
    database: crate::sink::database::Database,
    cluster: Option<String>,
}

#[cfg(feature = "postgres")]
impl Store {
    /// Reads its settings and connects to nothing. `cluster`: the one of reports that name none.
    pub(super) fn open(
        name: StoreName,
        cluster: Option<&str>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        match name {
            StoreName::Pgsql => Ok(Self {
                database: crate::sink::database::store_database("--store pgsql", variable)?,
                cluster: cluster
                    .filter(|name| !name.is_empty())
                    .map(|name| crate::text::sanitize::into_line(name.to_owned())),
            }),
        }
    }

    /// Keeps a report, all of it or nothing.
    pub(super) fn write(&self, report: &Report) -> Result<(), Failure> {
        crate::sink::store::write(&self.database, report, self.cluster.as_deref()).map_err(|e| Failure::Other(e.into()))
    }
}

/// This build has none.
#[cfg(not(feature = "postgres"))]
pub(super) struct Store;

#[cfg(not(feature = "postgres"))]
impl Store {
    pub(super) fn open(name: StoreName, _: Option<&str>, _: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        match name {
            StoreName::Pgsql => Err(Failure::Usage(
                "--store pgsql: this build has no PostgreSQL support (cargo feature `postgres`); --format report keeps all of it in a \
                 file"
                    .to_owned(),
            )),
        }
    }

    pub(super) fn write(&self, _: &Report) -> Result<(), Failure> {
        Ok(())
    }
}
