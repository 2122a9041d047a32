//! What to check, and with which account.

use crate::golden::Cases;
use crate::http::Transport;
use crate::profile::ProfileChoice;
use crate::rule::Check;
use crate::severity::Severity;
use secrecy::SecretString;
use std::time::Duration;

/// What to check, and with which account.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Options {
    /// The server's address, with or without the contract's base path.
    pub url: String,
    /// How to reach the server.
    pub transport: Transport,
    /// The account to send requests with.
    pub credentials: Credentials,
    /// A shell command that creates a user: gets `EMAIL` and `NAME` in its environment and the password on its
    /// standard input.
    pub user_command: Option<String>,
    /// Recorded cases to replay too; they need an empty server and leave their users behind.
    pub golden: Option<Cases>,
    /// Operations to check; all when empty.
    pub operations: Vec<String>,
    /// Checks to run; all when empty.
    pub checks: Vec<Check>,
    /// Whether the run may end sessions of the account that it did not create.
    pub may_end_sessions: bool,
    /// Whether to sign up the first administrator on an empty server. The contract has no operation that removes it.
    pub set_up: bool,
    /// Receives the e-mail address and the generated password of that administrator.
    pub on_set_up: Option<fn(&str, &str)>,
    /// What to check beyond the contract.
    pub profile: ProfileChoice,
    /// Findings from this severity up make the server not conforming.
    pub fail_on: Severity,
    /// Whether every finding is an error.
    pub strict: bool,
    /// The run fails if less of the contract was exercised, in percent.
    pub min_coverage: Option<f64>,
    /// How long to wait for each response.
    pub timeout: Duration,
    /// How long the run may take. Cleaning up may take some seconds more.
    pub max_time: Option<Duration>,
    /// Whether the report contains every request and response ([`Report::exchanges`](crate::Report::exchanges)).
    pub keeps_exchanges: bool,
}

impl Options {
    /// Everything but the recorded cases, on an empty server.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            transport: Transport::default(),
            credentials: Credentials::None,
            user_command: None,
            golden: None,
            operations: Vec::new(),
            checks: Vec::new(),
            may_end_sessions: false,
            set_up: true,
            on_set_up: None,
            profile: ProfileChoice::Automatic,
            fail_on: Severity::Error,
            strict: false,
            min_coverage: None,
            timeout: Duration::from_secs(30),
            max_time: None,
            keeps_exchanges: false,
        }
    }

    /// Whether only some operations or checks were requested.
    pub(crate) fn is_narrowed(&self) -> bool {
        !self.operations.is_empty() || !self.checks.is_empty()
    }

    pub(crate) fn wants(&self, check: Check) -> bool {
        self.checks.is_empty() || self.checks.contains(&check)
    }
}

/// The account to send requests with.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An administrator who is signed up on an empty server.
    None,
    /// This user; an administrator who is signed up, if the server is empty.
    Password {
        /// E-mail address.
        email: String,
        /// Password.
        password: SecretString,
    },
    /// The token of a session.
    Session(SecretString),
    /// An API key.
    Key(SecretString),
}
