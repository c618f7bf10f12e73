//! Stores a report in a PostgreSQL table, a row for each target. The table is kube-bench's; it is created if it is missing.

use super::connection::{DatabaseError, NOT_STORED, explain, with_client};
use super::database::Database;
use std::time::Duration;
use tokio_postgres::{Client, Error};

/// Time to store the rows.
const STORE_LIMIT: Duration = Duration::from_secs(30);

/// Serializes nodes that create the table at the same time.
const LOCK: &str = "SELECT pg_advisory_xact_lock(6067420115283140436)";
const EXISTS: &str = "SELECT to_regclass('scan_results') IS NOT NULL";
const CREATE: &str = "\
CREATE TABLE IF NOT EXISTS scan_results (
    id bigserial PRIMARY KEY,
    created_at timestamptz,
    updated_at timestamptz,
    deleted_at timestamptz,
    scan_host varchar(63) NOT NULL,
    scan_time timestamptz NOT NULL,
    scan_info jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_scan_results_deleted_at ON scan_results (deleted_at)";
const INSERT: &str = "\
INSERT INTO scan_results (created_at, updated_at, scan_host, scan_time, scan_info)
VALUES (now(), now(), $1::text, $2::text::timestamptz, $3::text::jsonb)";

/// Stores the rows, all or none.
pub(crate) fn send(database: &Database, rows: &[String], time: &str) -> Result<(), DatabaseError> {
    let job = async |client: &mut Client| store(client, &database.scan_host, rows, time).await.map_err(|e| explain(&e));
    with_client(database, STORE_LIMIT, job).map_err(|reason| DatabaseError::new(NOT_STORED, database, reason))
}

async fn store(client: &mut Client, host: &str, rows: &[String], time: &str) -> Result<(), Error> {
    let transaction = client.transaction().await?;
    // First, since a user who may only insert rows cannot create a table.
    let exists: bool = transaction.query_one(EXISTS, &[]).await?.get(0);
    if !exists {
        transaction.batch_execute(LOCK).await?;
        transaction.batch_execute(CREATE).await?;
    }
    let statement = transaction.prepare(INSERT).await?;
    for row in rows {
        transaction.execute(&statement, &[&host, &time, row]).await?;
    }
    transaction.commit().await
}
