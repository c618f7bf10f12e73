//! Connects to a PostgreSQL database, with deadlines, and puts its errors into words.

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

/// What failed where a report does not reach its database.
pub(super) const NOT_STORED: &str = "the report is not stored in";

/// Why something was not done in a database.
#[derive(Debug, thiserror::Error)]
#[error("{what} {database}: {reason}")]
pub(crate) struct DatabaseError {
    what: &'static str,
    database: String,
    reason: String,
}

impl DatabaseError {
    /// `what` failed, without the name of the database.
    pub(super) fn new(what: &'static str, database: &Database, reason: String) -> Self {
        Self { what, database: database.to_string(), reason }
    }
}

/// Connects, and does the job within its time. An error is what the server said, or what went wrong on the way.
pub(super) fn with_client<T>(
    database: &Database,
    limit: Duration,
    job: impl AsyncFnOnce(&mut Client) -> Result<T, String>,
) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    let done = runtime.block_on(async {
        let connecting = timeout(CONNECT_LIMIT, connect(database)).await;
        let mut client = connecting.map_err(|_| format!("no answer within {} s", CONNECT_LIMIT.as_secs()))??;
        let doing = timeout(limit, job(&mut client)).await;
        doing.map_err(|_| format!("the server did not finish within {} s", limit.as_secs()))?
    });
    // Do not wait for a name that is still being resolved.
    runtime.shutdown_background();
    done
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

/// The message of the server, or the error with its causes. Neither has a password in it.
pub(super) fn explain(error: &Error) -> String {
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
