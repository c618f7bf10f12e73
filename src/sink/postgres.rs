//! Stores a report in a PostgreSQL table, a row for each target. The table is kube-bench's; it is created if it is missing.

use super::database::{Database, TlsMode};
use super::tls;
use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Time to connect and log in.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
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

/// Why the report is not stored.
#[derive(Debug, thiserror::Error)]
#[error("the report is not stored in {database}: {reason}")]
pub(crate) struct DatabaseError {
    database: String,
    reason: String,
}

/// Stores the rows, all or none.
pub(crate) fn send(database: &Database, rows: &[String], time: &str) -> Result<(), DatabaseError> {
    let sent = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string()).and_then(
        |runtime| {
            let sent = runtime.block_on(connect_and_store(database, rows, time));
            // Do not wait for a name that is still being resolved.
            runtime.shutdown_background();
            sent
        },
    );
    sent.map_err(|reason| DatabaseError { database: database.to_string(), reason })
}

async fn connect_and_store(database: &Database, rows: &[String], time: &str) -> Result<(), String> {
    let connecting = timeout(CONNECT_LIMIT, connect(database)).await;
    let mut client = connecting.map_err(|_| format!("no answer within {} s", CONNECT_LIMIT.as_secs()))??;
    let storing = timeout(STORE_LIMIT, store(&mut client, &database.scan_host, rows, time)).await;
    storing
        .map_err(|_| format!("the server did not take the rows within {} s", STORE_LIMIT.as_secs()))?
        .map_err(|e| explain(&e))
}

async fn connect(database: &Database) -> Result<Client, String> {
    let mut config = Config::new();
    config.host(&database.host).port(database.port).user(&database.user).dbname(&database.name);
    config.application_name("nodeproof");
    if let Some(password) = &database.password {
        config.password(password);
    }
    let tls = || tls::connector(database.tls, database.authorities.as_deref());
    let one = |result: Result<Client, Error>| result.map_err(|e| explain(&e));
    match database.tls {
        TlsMode::Disable => one(unencrypted(config).await),
        TlsMode::Allow => match unencrypted(config.clone()).await {
            Ok(client) => Ok(client),
            Err(first) => encrypted(config, tls()?).await.map_err(|e| both(&first, &e)),
        },
        TlsMode::Prefer => match encrypted(config.clone(), tls()?).await {
            Ok(client) => Ok(client),
            Err(first) => unencrypted(config).await.map_err(|e| both(&e, &first)),
        },
        TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => one(encrypted(config, tls()?).await),
    }
}

/// The errors of both ways to connect.
fn both(plain: &Error, encrypted: &Error) -> String {
    format!("without TLS: {}; with TLS: {}", explain(plain), explain(encrypted))
}

async fn unencrypted(mut config: Config) -> Result<Client, Error> {
    let (client, connection) = config.ssl_mode(SslMode::Disable).connect(NoTls).await?;
    // A later error of the connection shows in the statement that needs it.
    tokio::spawn(connection);
    Ok(client)
}

async fn encrypted(mut config: Config, tls: MakeRustlsConnect) -> Result<Client, Error> {
    let (client, connection) = config.ssl_mode(SslMode::Require).connect(tls).await?;
    tokio::spawn(connection);
    Ok(client)
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

/// The message of the server, or the error with its causes. Neither has a password in it.
fn explain(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", said.message(), said.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
