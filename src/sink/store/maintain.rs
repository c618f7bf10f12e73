//! What the owner of the schema does regularly: partitions, retention, the materialised views.

use super::schema::require;
use crate::sink::connection::{DatabaseError, explain, with_client};
use crate::sink::database::Database;
use std::time::Duration;
use tokio_postgres::Client;

/// Time for everything.
const LIMIT: Duration = Duration::from_secs(1800);

/// A writer that hangs must not hold up maintenance for ever.
const LOCK_LIMIT: &str = "SET lock_timeout = '60s'";
const OLDEST: &str = "SELECT (now() - make_interval(secs => $1))::text";
const PARTITIONS: &str = "SELECT made, moved FROM nodeproof.make_partitions(3, $1::text::timestamptz)";
const DROP: &str = "SELECT months, deleted, subjects FROM nodeproof.drop_old($1::text::timestamptz)";
const UNUSED: &str = "SELECT nodeproof.drop_unused_outcomes()";
/// In this order: the second view reads the first.
const REFRESH: [&str; 4] = [
    "REFRESH MATERIALIZED VIEW CONCURRENTLY nodeproof.usual",
    "ANALYZE nodeproof.usual",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY nodeproof.drift",
    "ANALYZE nodeproof.drift",
];

/// Makes the partitions of the next three months, moves what waits for one, drops what is older than `retention` and refreshes the
/// materialised views. Says what was done.
pub(crate) fn maintain(database: &Database, retention: Duration) -> Result<String, DatabaseError> {
    with_client(database, LIMIT, async |client| run(client, retention).await)
        .map_err(|reason| DatabaseError::new("maintenance failed in", database, reason))
}

/// Each statement is a transaction of its own, so that writers wait for none of them long.
async fn run(client: &mut Client, retention: Duration) -> Result<String, String> {
    let words = |error: tokio_postgres::Error| explain(&error);
    require(client).await?;
    client.batch_execute(LOCK_LIMIT).await.map_err(words)?;
    let oldest: String = client.query_one(OLDEST, &[&retention.as_secs_f64()]).await.map_err(words)?.get(0);
    let row = client.query_one(PARTITIONS, &[&oldest]).await.map_err(words)?;
    let (made, moved): (i32, i64) = (row.get(0), row.get(1));
    let row = client.query_one(DROP, &[&oldest]).await.map_err(words)?;
    let (months, deleted, subjects): (i32, i64, i64) = (row.get(0), row.get(1), row.get(2));
    let outcomes: i64 = client.query_one(UNUSED, &[]).await.map_err(words)?.get(0);
    for statement in REFRESH {
        client.batch_execute(statement).await.map_err(words)?;
    }
    Ok(format!(
        "partitions made: {made}\nchanges moved: {moved}\nmonths dropped: {months}\nrows deleted: {deleted}\nsubjects dropped: \
         {subjects}\noutcomes deleted: {outcomes}\nviews usual and drift: refreshed\n"
    ))
}
