//! The caller of all requests: the first administrator, who signs up through the API.

use crate::error::BenchError;
use crate::http::{Answer, Request};
use crate::server::Running;

const EMAIL: &str = "bench@example.com";
/// The account's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Number of API keys of the account.
const KEYS: usize = 10;

/// The credentials of an account, as headers.
pub(crate) struct Account {
    /// `Authorization: Bearer …`
    pub(crate) bearer: String,
    /// `x-api-key: …`
    pub(crate) key: String,
}

impl Account {
    /// Signs up at a server with an empty database, logs in, and creates the API keys.
    pub(crate) fn sign_up(server: &Running) -> Result<Self, BenchError> {
        let mut connection = server.connect()?;
        let body = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}","name":"Bench"}}"#);
        connection.ask(&Request::post("/api/auth/admin-sign-up", &[], &body))?;
        let token = member(&connection.ask(&login())?, "accessToken")?;
        let bearer = format!("Authorization: Bearer {token}");
        let mut secret = String::new();
        for number in 1..=KEYS {
            let body = format!(r#"{{"name":"key {number}","permissions":["all"]}}"#);
            secret = member(&connection.ask(&Request::post("/api/api-keys", &[&bearer], &body))?, "secret")?;
        }
        Ok(Self { bearer, key: format!("x-api-key: {secret}") })
    }
}

/// The login of the account.
pub(crate) fn login() -> Request {
    Request::post("/api/auth/login", &[], &format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#))
}

fn member(answer: &Answer, name: &'static str) -> Result<String, BenchError> {
    answer.member(name).ok_or_else(|| BenchError::Invalid(format!("the server's answer has no {name}")))
}
