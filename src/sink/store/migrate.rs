//! Makes the schema, or brings it up to date, and grants the rights of writers and readers.

use super::schema::{MIGRATIONS, VERSION, WRITERS_FROM, version};
use crate::sink::connection::{DatabaseError, explain, with_client};
use crate::sink::database::Database;
use std::fmt::Write as _;
use std::time::Duration;
use tokio_postgres::Client;

/// Time for all migrations.
const LIMIT: Duration = Duration::from_secs(1800);

const LOCK: &str = "SELECT pg_advisory_xact_lock(1853189232, 0)";
const APPLIED: &str = "INSERT INTO nodeproof.schema_version (version, writers_from) VALUES ($1, $2)";
const WRITER: &str = include_str!("../../../sql/grant-writer.sql");
const READER: &str = include_str!("../../../sql/grant-reader.sql");

/// Brings the schema up to date, all or nothing, and says what was done.
pub(crate) fn migrate(database: &Database, writers: &[String], readers: &[String]) -> Result<String, DatabaseError> {
    with_client(database, LIMIT, async |client| run(client, writers, readers).await)
        .map_err(|reason| DatabaseError::new("the schema was not changed in", database, reason))
}

async fn run(client: &mut Client, writers: &[String], readers: &[String]) -> Result<String, String> {
    let words = |error: tokio_postgres::Error| explain(&error);
    let transaction = client.transaction().await.map_err(words)?;
    transaction.batch_execute(LOCK).await.map_err(words)?;
    let (found, _) = version(transaction.client()).await?;
    if found > VERSION {
        return Err(format!("its schema has version {found}, and this program knows {VERSION}; update nodeproof"));
    }
    for (number, migration) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > found) {
        transaction.batch_execute(migration).await.map_err(|e| format!("migration {number}: {}", explain(&e)))?;
        transaction.execute(APPLIED, &[&number, &WRITERS_FROM.min(number)]).await.map_err(words)?;
    }
    if found < VERSION {
        // From now on changes have a partition.
        transaction
            .batch_execute("SELECT nodeproof.make_partitions(3, now() - interval '1 month')")
            .await
            .map_err(words)?;
    }
    let mut done = if found == VERSION {
        format!("schema nodeproof: version {VERSION} already\n")
    } else {
        format!("schema nodeproof: version {VERSION}, was {found}\n")
    };
    for (roles, grants, may) in [(writers, WRITER, "store reports"), (readers, READER, "read")] {
        for role in roles {
            let name: String = transaction.query_one("SELECT quote_ident($1)", &[role]).await.map_err(words)?.get(0);
            transaction.batch_execute(&grants.replace("{role}", &name)).await.map_err(words)?;
            // Writing to a string cannot fail.
            let _ = writeln!(done, "role {name} may {may}");
        }
    }
    transaction.commit().await.map_err(words)?;
    Ok(done)
}
