//! Users with credentials to revoke, inserted by SQL because that is fast.

use std::time::Duration;

use serde_json::json;
use tokio_postgres::Client as Sql;
use uuid::Uuid;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Client, Database, Program, Request};

/// A kind of revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revocation {
    Logout,
    SessionDeletion,
    DeletionOfAllSessions,
    KeyDeletion,
    PermissionChange,
    PasswordChange,
    /// By the subcommand, as the contract has no operation for it.
    UserDeletion,
    /// By SQL, outside of the program.
    UserRemoval,
    /// By the expiry of the session.
    Expiry,
}

/// A user with two sessions, one of which is revoked, and an API key.
pub(super) struct Victim {
    user: String,
    email: String,
    own: String,
    session: String,
    token: String,
    key: String,
    secret: String,
}

/// The user has the password of the administrator.
const USER: &str = "INSERT INTO \"user\" (id, email, password)
    SELECT $1::text::uuid, $2, password FROM \"user\" WHERE email = $3";
const SESSION: &str = "INSERT INTO session (id, \"userId\", token, \"expiresAt\")
    VALUES ($1::text::uuid, $2::text::uuid, encode(sha256(convert_to($3, 'UTF8')), 'base64'), now() + make_interval(secs => $4))";
const KEY: &str = "INSERT INTO api_key (id, \"userId\", name, permissions, key)
    VALUES ($1::text::uuid, $2::text::uuid, 'key', '{user.read}', encode(sha256(convert_to($3, 'UTF8')), 'base64'))";

impl Victim {
    /// `life` is the lifetime of the session, if it expires.
    pub(super) async fn new(sql: &Sql, life: Option<Duration>) -> Self {
        let id = || Uuid::new_v4().to_string();
        let text = || Uuid::new_v4().simple().to_string();
        let (own, token, secret) = (text(), text(), text());
        let (user, session, key) = (id(), id(), id());
        let email = format!("{}@immich.cloud", text());
        sql.execute(USER, &[&user, &email, &ADMIN_EMAIL]).await.expect("the user is made");
        for (id, token, life) in [(&id(), &own, None), (&session, &token, life)] {
            let seconds = life.map(|life| life.as_secs_f64());
            sql.execute(SESSION, &[id, &user, token, &seconds]).await.expect("the session is made");
        }
        sql.execute(KEY, &[&key, &user, &secret]).await.expect("the key is made");
        Self { user, email, own, session, token, key, secret }
    }

    /// A request that is accepted until the revocation.
    pub(super) fn request(&self, client: &Client, revocation: Revocation) -> Request {
        let request = client.get("/users/me");
        match revocation {
            Revocation::KeyDeletion | Revocation::PermissionChange => request.api_key(&self.secret),
            _ => request.bearer(&self.token),
        }
    }

    /// Revokes the credential and waits for the response. False if the database did not respond in time on a busy machine:
    /// a 503 does not say whether the credential is revoked.
    pub(super) async fn revoke(
        &self,
        revocation: Revocation,
        server: &Client,
        (database, sql): (&Database, &Sql),
    ) -> bool {
        let key = format!("/api-keys/{}", self.key);
        let request = match revocation {
            Revocation::Logout => server.post("/auth/logout", json!({})).bearer(&self.token),
            Revocation::SessionDeletion => server.delete(&format!("/sessions/{}", self.session)).bearer(&self.own),
            Revocation::DeletionOfAllSessions => server.delete("/sessions").bearer(&self.own),
            Revocation::KeyDeletion => server.delete(&key).bearer(&self.own),
            Revocation::PermissionChange => server.put(&key, json!({"permissions": ["apiKey.read"]})).bearer(&self.own),
            Revocation::PasswordChange => {
                let change =
                    json!({"password": ADMIN_PASSWORD, "newPassword": "password2", "invalidateSessions": true});
                server.post("/auth/change-password", change).bearer(&self.own)
            }
            Revocation::UserDeletion => {
                let delete = Program::run(["user", "delete", "--email", &self.email]);
                delete.with("DB_URL", database.url()).await.must_succeed();
                return true;
            }
            Revocation::UserRemoval => {
                let remove = "DELETE FROM \"user\" WHERE id = $1::text::uuid";
                assert_eq!(sql.execute(remove, &[&self.user]).await.expect("the user is removed"), 1);
                return true;
            }
            Revocation::Expiry => return true,
        };
        let answer = request.await;
        assert!(matches!(answer.status, 200 | 204 | 503), "{answer}");
        answer.status != 503
    }
}
