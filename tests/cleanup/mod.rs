//! Removing expired and unused sessions, and users who were deleted long ago: every night, or with `cleanup`.

mod nightly;
mod sessions;
mod users;

use crate::harness::{Database, Program};
use serde_json::Value;

/// The cleanup on this database.
pub(crate) fn cleanup(database: &Database) -> Program {
    Program::run(["cleanup", "--json"]).with("DB_URL", database.url())
}

/// Clean up, and return the report.
async fn clean_up(database: &Database) -> Value {
    cleanup(database).await.must_succeed().json()
}

/// Insert one user with this many expired sessions.
async fn insert_expired_sessions(database: &Database, count: u32) {
    let insert = format!(
        "INSERT INTO \"user\" (email) VALUES ('expired@immich.cloud');
         INSERT INTO session (token, \"userId\", \"expiresAt\")
           SELECT gen_random_uuid(), id, now() - interval '1 second' FROM \"user\", generate_series(1, {count})"
    );
    database.run(&insert).await;
}
