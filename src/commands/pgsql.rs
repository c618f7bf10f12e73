//! `nodeproof pgsql`: prepares and maintains the database of `--store pgsql`.

use super::flags::duration;
use crate::commands::Failure;
use clap::{Args, ValueEnum};
use std::time::Duration;

/// The shortest retention: history is dropped by months.
const MIN_RETENTION: Duration = Duration::from_secs(31 * 86_400);
/// The longest retention, so that the database can subtract it from today.
const MAX_RETENTION: Duration = Duration::from_secs(100 * 366 * 86_400);

/// What to do in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PgsqlTask {
    /// Make the schema `nodeproof`, or bring it up to date.
    Migrate,
    /// Make the partitions of the next three months, move what waits for one, drop what is past retention, refresh the views.
    Maintain,
}

/// The flags of `pgsql`.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "this build refuses the command"))]
pub struct PgsqlFlags {
    /// What to do.
    #[arg(value_name = "TASK")]
    pub task: PgsqlTask,
    /// migrate: let this role store reports: it may select, insert and update, and no more. Can be repeated.
    #[arg(long, value_name = "ROLE")]
    pub writer: Vec<String>,
    /// migrate: let this role read tables and views. Can be repeated.
    #[arg(long, value_name = "ROLE")]
    pub reader: Vec<String>,
    /// maintain: how long history, reports and nodes that no longer report are kept: 90d, 2years; at least 31d.
    #[arg(long, value_name = "TIME", default_value = "365d", value_parser = retention)]
    pub retention: Duration,
}

/// Reads how long history is kept.
fn retention(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        short if short < MIN_RETENTION => Err("the shortest retention is 31d".to_owned()),
        long if long > MAX_RETENTION => Err("the longest retention is 100years".to_owned()),
        time => Ok(time),
    }
}

/// Does it, and says what was done.
#[cfg(feature = "postgres")]
pub(crate) fn pgsql(flags: &PgsqlFlags) -> Result<Vec<u8>, Failure> {
    use crate::sink::database::store_database;
    use crate::sink::store;
    let variable = |name: &str| std::env::var(name).ok();
    let done = match flags.task {
        PgsqlTask::Migrate => {
            let database = store_database("nodeproof pgsql migrate", &variable)?;
            store::migrate(&database, &flags.writer, &flags.reader)
        }
        PgsqlTask::Maintain => {
            if !flags.writer.is_empty() || !flags.reader.is_empty() {
                return Err(Failure::Usage("--writer and --reader belong to `nodeproof pgsql migrate`".to_owned()));
            }
            let database = store_database("nodeproof pgsql maintain", &variable)?;
            store::maintain(&database, flags.retention)
        }
    };
    done.map(String::into_bytes).map_err(|error| Failure::Other(error.into()))
}

/// This build has no PostgreSQL.
#[cfg(not(feature = "postgres"))]
pub(crate) fn pgsql(_: &PgsqlFlags) -> Result<Vec<u8>, Failure> {
    Err(Failure::Usage("nodeproof pgsql: this build has no PostgreSQL support (cargo feature `postgres`)".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retention_is_at_least_a_month() {
        assert_eq!(retention("90d"), Ok(Duration::from_secs(90 * 86_400)));
        assert_eq!(retention("31d"), Ok(MIN_RETENTION));
        for text in ["30d", "1h", "0s", "soon", "200years"] {
            assert!(retention(text).is_err(), "{text}");
        }
    }
}
