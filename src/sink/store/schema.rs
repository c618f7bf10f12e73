//! The versions of the schema `nodeproof`, and whether a database has the one that this program writes.

use crate::sink::connection::explain;
use tokio_postgres::Client;

/// The migrations, the first one first. A new one is added at the end; one that was released does not change.
pub(super) const MIGRATIONS: [&str; 3] = [
    include_str!("../../../sql/migrations/1-tables.sql"),
    include_str!("../../../sql/migrations/2-views.sql"),
    include_str!("../../../sql/migrations/3-maintenance.sql"),
];

/// The schema that this program writes.
pub(super) const VERSION: i32 = MIGRATIONS.len() as i32;

/// The oldest schema whose writers fit this one: raise it with a migration that they would break on.
pub(super) const WRITERS_FROM: i32 = 3;

const EXISTS: &str = "SELECT to_regclass('nodeproof.schema_version') IS NOT NULL";
const NEWEST: &str = "SELECT version, writers_from FROM nodeproof.schema_version ORDER BY version DESC LIMIT 1";

/// The version of a database, and the oldest one whose writers fit it; 0 if it has none.
pub(super) async fn version(client: &Client) -> Result<(i32, i32), String> {
    let exists: bool = client.query_one(EXISTS, &[]).await.map_err(|e| explain(&e))?.get(0);
    if !exists {
        return Ok((0, 0));
    }
    let newest = client.query_opt(NEWEST, &[]).await.map_err(|e| explain(&e))?;
    Ok(newest.map_or((0, 0), |row| (row.get(0), row.get(1))))
}

/// Refuses a database that this program does not fit.
pub(super) async fn require(client: &Client) -> Result<(), String> {
    match version(client).await? {
        (0, _) => Err("it has no schema `nodeproof`; its owner makes it with `nodeproof pgsql migrate`".to_owned()),
        (found, _) if found < VERSION => Err(format!(
            "its schema has version {found}, and this program needs {VERSION}; its owner runs `nodeproof pgsql migrate`"
        )),
        (found, oldest) if oldest > VERSION => {
            Err(format!("its schema has version {found}, and this program knows {VERSION}; update nodeproof"))
        }
        _ => Ok(()),
    }
}
