//! Stores one report in one transaction.

use super::document::Document;
use super::schema::require;
use crate::report::Report;
use crate::sink::connection::{DatabaseError, NOT_STORED, explain, with_client};
use crate::sink::database::Database;
use std::time::Duration;
use tokio_postgres::{Client, Error};

/// Time to store a report, and to wait for maintenance.
const LIMIT: Duration = Duration::from_secs(60);

const LOCK: &str = include_str!("../../../sql/write/lock.sql");
const RUN: &str = include_str!("../../../sql/write/run.sql");
const SUBJECT: &str = include_str!("../../../sql/write/subject.sql");
const REPLACED: &str = include_str!("../../../sql/write/replaced.sql");
const DAILY: &str = include_str!("../../../sql/write/daily.sql");
const SUPERSEDED: &str = include_str!("../../../sql/write/superseded.sql");
const CHECKS: &str = include_str!("../../../sql/write/checks.sql");
const OUTCOMES: &str = include_str!("../../../sql/write/outcomes.sql");
const RESULTS: &str = include_str!("../../../sql/write/results.sql");

/// Stores a report, all of it or nothing; one that is stored already changes nothing. `cluster`: that of a report that names none.
pub(crate) fn write(database: &Database, report: &Report, cluster: Option<&str>) -> Result<(), DatabaseError> {
    let failed = |reason| DatabaseError::new(NOT_STORED, database, reason);
    let document = Document::of(report, cluster).and_then(|d| serde_json::to_string(&d).map_err(|e| e.to_string()));
    let document = document.map_err(failed)?;
    let job = async |client: &mut Client| {
        require(client).await?;
        store(client, &document).await.map_err(|e| explain(&e))
    };
    with_client(database, LIMIT, job).map_err(failed)
}

async fn store(client: &mut Client, document: &str) -> Result<(), Error> {
    let transaction = client.transaction().await?;
    transaction.query(LOCK, &[&document]).await?;
    let Some(run) = transaction.query_opt(RUN, &[&document]).await? else {
        return Ok(());
    };
    let run: i64 = run.get(0);
    let row = transaction.query_one(SUBJECT, &[&document, &run]).await?;
    let (subject, is_newest): (i32, bool) = (row.get(0), row.get(1));
    transaction.execute(REPLACED, &[&subject]).await?;
    transaction.execute(DAILY, &[&subject, &run]).await?;
    transaction.execute(SUPERSEDED, &[&subject, &run]).await?;
    // An older report that comes late is part of the record, and says nothing about the present.
    if is_newest {
        transaction.execute(CHECKS, &[&document, &run]).await?;
        transaction.execute(OUTCOMES, &[&document]).await?;
        transaction.execute(RESULTS, &[&document, &run, &subject]).await?;
    }
    transaction.commit().await
}
