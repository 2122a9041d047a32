//! The security profile `strict`, which docs/asvs.md describes.

mod accounts;
mod credentials;
mod https;
mod passwords;
mod sessions;

use crate::harness::{Database, Server, Session};
use serde_json::json;

const EMAIL: &str = "ada@immich.cloud";
const NAME: &str = "Ada Lovelace";
const PASSWORD: &str = "analytical engine";

/// A server with the profile `strict`, on this database.
async fn strict_on(database: &Database) -> Server {
    Server::on(database).with("IMMICH_SECURITY_PROFILE", "strict").start().await
}

/// A server with the profile `strict` and an administrator, and a session of theirs.
async fn strict() -> (Server, Session) {
    let server = strict_on(&Database::new().await).await;
    server.post("/auth/admin-sign-up", json!({"email": EMAIL, "password": PASSWORD, "name": NAME})).await.must_be(201);
    let session = server.login(EMAIL, PASSWORD).await;
    (server, session)
}
