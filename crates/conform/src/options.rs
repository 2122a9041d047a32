//! What to check, and as whom.

use crate::rule::Check;
use secrecy::SecretString;
use std::time::Duration;

/// What to check, and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// The server's address, with or without the contract's base path.
    pub url: String,
    /// As whom to ask.
    pub credentials: Credentials,
    /// A shell command that creates a user: gets `EMAIL` and `NAME` in its environment and the password on its
    /// standard input.
    pub user_command: Option<String>,
    /// Whether to play the recorded cases too, which need an empty server and leave their users behind.
    pub golden: bool,
    /// Operations to check; all when empty.
    pub operations: Vec<String>,
    /// Checks to make; all when empty.
    pub checks: Vec<Check>,
    /// Whether sessions of the account that this run did not make may be ended.
    pub may_end_sessions: bool,
    /// How long to wait for an answer.
    pub timeout: Duration,
}

impl Options {
    /// Everything but the recorded cases, on an empty server.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            credentials: Credentials::None,
            user_command: None,
            golden: false,
            operations: Vec::new(),
            checks: Vec::new(),
            may_end_sessions: false,
            timeout: Duration::from_secs(30),
        }
    }

    /// Whether only some operations or checks were asked for.
    pub(crate) fn is_narrowed(&self) -> bool {
        !self.operations.is_empty() || !self.checks.is_empty()
    }

    pub(crate) fn wants(&self, check: Check) -> bool {
        self.checks.is_empty() || self.checks.contains(&check)
    }
}

/// As whom to ask.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// As an administrator who is signed up on an empty server.
    None,
    /// As this user; an administrator who is signed up, if the server is empty.
    Password {
        /// E-mail address.
        email: String,
        /// Password.
        password: SecretString,
    },
    /// With the token of a session.
    Session(SecretString),
    /// With an API key.
    Key(SecretString),
}
