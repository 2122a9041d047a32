//! Fills the tables in bulk.

use crate::database::Database;
use crate::error::BenchError;

/// Users who are deleted, so that no answer contains them, each with a session and an API key.
pub(crate) fn others(database: &Database<'_>, rows: u32) -> Result<(), BenchError> {
    in_bulk(
        database,
        &format!(
            r#"
        INSERT INTO "user" ("email", "name", "createdAt", "deletedAt")
        SELECT 'gone' || n || '@example.com', 'Gone', now() - random() * interval '1 year', now()
        FROM generate_series(1, {rows}) n;
        INSERT INTO "session" ("token", "userId")
        SELECT encode(sha256("id"::text::bytea), 'base64'), "id" FROM "user" WHERE "deletedAt" IS NOT NULL;
        INSERT INTO "api_key" ("name", "key", "userId", "permissions")
        SELECT 'key', encode(sha256("id"::text::bytea), 'base64'), "id", '{{all}}' FROM "user"
        WHERE "deletedAt" IS NOT NULL;
        "#
        ),
    )
}

/// More sessions of those users.
pub(crate) fn sessions(database: &Database<'_>, rows: u32) -> Result<(), BenchError> {
    in_bulk(
        database,
        &format!(
            r#"
        INSERT INTO "session" ("token", "userId")
        SELECT encode(sha256(n::text::bytea), 'base64'), gone."id"
        FROM (SELECT "id", row_number() OVER () AS place, count(*) OVER () AS all
              FROM "user" WHERE "deletedAt" IS NOT NULL) gone
        JOIN generate_series(1, {rows}) n ON n % gone.all = gone.place - 1;
        "#
        ),
    )
}

/// Users who are not deleted, so that `GET /users` answers with them.
pub(crate) fn users(database: &Database<'_>, rows: u32) -> Result<(), BenchError> {
    database.execute(&format!(
        r#"
        INSERT INTO "user" ("email", "name", "createdAt")
        SELECT 'user' || n || '@example.com', 'User ' || n, now() - random() * interval '1 year'
        FROM generate_series(1, {rows}) n;
        "#
    ))
}

/// Sessions of the administrator.
pub(crate) fn own_sessions(database: &Database<'_>, rows: u32) -> Result<(), BenchError> {
    database.execute(&format!(
        r#"
        INSERT INTO "session" ("token", "userId")
        SELECT 'own ' || n, (SELECT "id" FROM "user" WHERE "isAdmin") FROM generate_series(1, {rows}) n;
        "#
    ))
}

/// Runs statements without checking foreign keys: the rows are made from the users.
fn in_bulk(database: &Database<'_>, statements: &str) -> Result<(), BenchError> {
    database.execute(&format!("SET session_replication_role = replica; {statements} RESET session_replication_role"))
}

/// Updates the statistics that Postgres plans queries with.
pub(crate) fn analyze(database: &Database<'_>) -> Result<(), BenchError> {
    database.execute("VACUUM ANALYZE")
}
