//! Users, sessions and API keys.

use serde_json::json;

use super::client::{Client, Request};
use super::server::Server;

pub(crate) const ADMIN_EMAIL: &str = "admin@immich.cloud";
pub(crate) const ADMIN_PASSWORD: &str = "password";

/// A session of a user.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) user_id: String,
}

/// An API key and its secret.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Client {
    /// A login that may fail.
    pub(crate) fn try_login(&self, email: &str, password: &str) -> Request {
        self.post("/auth/login", json!({"email": email, "password": password}))
    }

    /// A login of the administrator whose body has exactly `size` bytes.
    pub(crate) fn padded_login(&self, size: usize) -> Request {
        self.call("POST", "/auth/login").header("Content-Type", "application/json").body(padded_login(size))
    }

    /// Log in; the login must succeed.
    pub(crate) async fn login(&self, email: &str, password: &str) -> Session {
        let login = self.try_login(email, password).await.must_be(201).json();
        Session { token: text(&login["accessToken"]), user_id: text(&login["userId"]) }
    }

    /// The first administrator, signed up and logged in.
    pub(crate) async fn sign_up_admin(&self) -> Session {
        let admin = json!({
            "email": ADMIN_EMAIL,
            "password": ADMIN_PASSWORD,
            "name": "Immich Admin",
        });
        self.post("/auth/admin-sign-up", admin).await.must_be(201);
        self.login(ADMIN_EMAIL, ADMIN_PASSWORD).await
    }

    /// An API key with these permissions, created with a session, which may grant any permission.
    pub(crate) async fn create_key(&self, session: &Session, permissions: &[&str]) -> Key {
        let created = self
            .post("/api-keys", json!({"permissions": permissions}))
            .bearer(&session.token)
            .await
            .must_be(201)
            .json();
        Key { id: text(&created["apiKey"]["id"]), secret: text(&created["secret"]) }
    }

    /// A child session that does not expire.
    pub(crate) async fn create_child(&self, parent: &Session) -> (String, Session) {
        let created = self.post("/sessions", json!({})).bearer(&parent.token).await.must_be(201).json();
        let session = Session { token: text(&created["token"]), user_id: parent.user_id.clone() };
        (text(&created["id"]), session)
    }

    /// The id of a session.
    pub(crate) async fn session_id(&self, session: &Session) -> String {
        let sessions = self.get("/sessions").bearer(&session.token).await.must_be(200).json();
        let current = sessions
            .as_array()
            .expect("a list of sessions")
            .iter()
            .find(|listed| listed["current"] == true)
            .expect("the list marks the current session");
        text(&current["id"])
    }

    /// Whether the server accepts a session.
    pub(crate) async fn accepts(&self, session: &Session) -> bool {
        let response = self.get("/users/me").bearer(&session.token).await;
        if response.status != 200 {
            response.must_be_error(401, "Invalid user token");
            return false;
        }
        true
    }
}

impl Server {
    /// A user who is not an administrator, created on the command line and logged in.
    pub(crate) async fn user(&self, name: &str) -> Session {
        let email = format!("{name}@immich.cloud");
        self.create_user(&email, name, "password1").await.must_succeed();
        self.login(&email, "password1").await
    }
}

/// The body of a login of the administrator, padded to exactly `size` bytes.
pub(crate) fn padded_login(size: usize) -> Vec<u8> {
    let start = format!("{{\"email\":\"{ADMIN_EMAIL}\",\"password\":\"{ADMIN_PASSWORD}\",\"x\":\"");
    let padding = "a".repeat(size - start.len() - 2);
    format!("{start}{padding}\"}}").into_bytes()
}

#[track_caller]
fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}
