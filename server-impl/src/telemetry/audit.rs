//! The audit log: one line for each attempt to log in or to change users, sessions or API keys (OWASP ASVS 5.0, 16.3).
//!
//! No operation can forget its line: the layer `access_log` writes it for every operation that changes something
//! ([`is_change`]), with what the [`AuditRecord`] of the request has collected by then. A line has the target `audit`
//! and is written at every log level. Its fields:
//!
//! | field | content |
//! |---|---|
//! | `event` | the operation, such as `login`, or the command, such as `user delete` |
//! | `outcome` | `success`; `refused`, with a status below 500; `failed`; `unknown` if the client disconnected |
//! | `status` | the status of the response |
//! | `user` | the id of the account |
//! | `actor` | `session` or `api key`, with its id; `operator` for a command |
//! | `object` | the id of the session or API key that is created, changed or removed |
//! | `changed` | what was to be changed, if the operation does not say so |
//! | `client` | the address of the client |
//! | `correlation_id` | that of the request, also in the response and in the line of the request |
//! | `users`, `sessions`, `api_keys` | how many the command `import` or `cleanup` has changed or removed, without the sessions and keys of removed users |
//! | `email_hash` | a keyed hash of the e-mail address that was sent, if no account has it |
//! | `email` | instead, with `IMMICH_LOG_EMAIL=true`: the address that was sent, in every line |

use crate::auth::caller::{Caller, CallerCredential};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Method, StatusCode};
use immich_api::Operation;
use sha2::Sha256;
use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The target of the lines, with which the log is configured.
pub(super) const TARGET: &str = "audit";

/// The bytes of a hash that are logged.
const HASH_LENGTH: usize = 16;

/// Characters of an e-mail address that are logged. A longer one is no valid address.
const MAX_EMAIL: usize = 320;

/// Whether an operation leaves an audit line: whether it can change something. An operation that needs a credential but
/// no permission only reports on that credential.
#[must_use]
pub fn is_change(operation: Operation) -> bool {
    *operation.method() != Method::GET && (!operation.is_secured() || operation.permission().is_some())
}

/// What a request changes, and who sends it. It is collected while the request is answered.
#[derive(Debug, Default)]
pub struct AuditRecord(Mutex<Details>);

/// What is known of a change.
#[derive(Debug, Default)]
struct Details {
    user: Option<Uuid>,
    actor: Option<Actor>,
    object: Option<Uuid>,
    changed: Vec<&'static str>,
    email: Option<String>,
}

/// Who changes something.
#[derive(Debug, Clone, Copy)]
enum Actor {
    Session(Uuid),
    ApiKey(Uuid),
    Operator,
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => write!(formatter, "session {id}"),
            Self::ApiKey(id) => write!(formatter, "api key {id}"),
            Self::Operator => formatter.write_str("operator"),
        }
    }
}

impl AuditRecord {
    /// Records the caller. The account is the caller's own.
    pub fn caller(&self, caller: &Caller) {
        self.update(|details| {
            details.user = Some(caller.user.id);
            details.actor = Some(match &caller.credential {
                CallerCredential::Session(session) => Actor::Session(session.id),
                CallerCredential::ApiKey(key) => Actor::ApiKey(key.id),
            });
        });
    }

    /// Records the account, where there is no caller.
    pub fn user(&self, id: Uuid) {
        self.update(|details| details.user = Some(id));
    }

    /// Records the e-mail address that the client sent.
    pub fn email(&self, email: &str) {
        self.update(|details| details.email = Some(email.chars().take(MAX_EMAIL).collect()));
    }

    /// Records the session or API key that is created, changed or removed.
    pub fn object(&self, id: Uuid) {
        self.update(|details| details.object = Some(id));
    }

    /// Records what is to be changed.
    pub fn changed(&self, what: &'static str) {
        self.update(|details| details.changed.push(what));
    }

    fn update(&self, update: impl FnOnce(&mut Details)) {
        update(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What is recorded, and nothing from now on.
    fn take(&self) -> Details {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request that changes something.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The operation.
    pub operation: Operation,
    /// The address of the client.
    pub client: IpAddr,
    /// The correlation id, short enough for a log.
    pub correlation_id: &'r str,
    /// What it changes.
    pub record: &'r AuditRecord,
}

/// How many rows a command has changed or removed.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Users.
    pub users: u64,
    /// Sessions.
    pub sessions: u64,
    /// API keys, if the command counts them.
    pub api_keys: Option<u64>,
}

/// Writes the audit lines of a server.
#[derive(Debug)]
pub struct AuditLog {
    emails: Emails,
}

/// How e-mail addresses are logged.
#[derive(Debug)]
enum Emails {
    Plain,
    Hashed(Hmac<Sha256>),
}

impl AuditLog {
    /// A log with e-mail addresses as they are.
    #[must_use]
    pub fn with_emails() -> Self {
        Self { emails: Emails::Plain }
    }

    /// A log with a keyed hash of e-mail addresses (HMAC, RFC 2104, with SHA-256). Lines about the same address can be
    /// found; without the key, no one can try out addresses.
    #[must_use]
    pub fn with_hashed_emails(key: &[u8]) -> Self {
        // A key may have any length; the type also serves functions that restrict it.
        let hmac =
            Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
        Self { emails: Emails::Hashed(hmac) }
    }

    /// Writes the line of a request that was answered with this status. A request that was refused before its caller was
    /// known leaves none: it changed no account.
    pub fn answered(&self, request: Request<'_>, status: StatusCode) {
        let details = request.record.take();
        if request.operation.is_secured() && details.actor.is_none() {
            return;
        }
        let outcome = match status.as_u16() {
            ..400 => "success",
            400..500 => "refused",
            500.. => "failed",
        };
        let (email, hash) = match (&details.email, &self.emails) {
            (Some(email), Emails::Plain) => (Some(email.as_str()), None),
            // An account is identified by its id.
            (Some(email), Emails::Hashed(hmac)) if details.user.is_none() => (None, Some(hash(hmac.clone(), email))),
            (Some(_), Emails::Hashed(_)) | (None, _) => (None, None),
        };
        let line = Line {
            event: request.operation.id(),
            outcome,
            status: Some(status.as_u16()),
            client: Some(request.client),
            correlation_id: Some(request.correlation_id),
            email,
            email_hash: hash.as_deref(),
            counts: None,
        };
        line.write(&details);
    }
}

/// Writes the line of a request that no response was sent to, because its client disconnected. What it was to change may
/// be changed or not.
pub fn abandoned(request: Request<'_>) {
    let details = request.record.take();
    if details.user.is_some() {
        let line = Line {
            event: request.operation.id(),
            outcome: "unknown",
            client: Some(request.client),
            correlation_id: Some(request.correlation_id),
            ..Line::default()
        };
        line.write(&details);
    }
}

/// Writes the line of a command that changed the account of this user, or one of its sessions.
pub fn commanded(event: &'static str, user: Uuid, object: Option<Uuid>) {
    let details = Details { user: Some(user), actor: Some(Actor::Operator), object, ..Details::default() };
    Line { event, outcome: "success", ..Line::default() }.write(&details);
}

/// Writes the line of a command that changed many accounts; `counts` is none if it failed, and may have changed some.
pub fn commanded_for_many(event: &'static str, counts: Option<Counts>) {
    let details = Details { actor: Some(Actor::Operator), ..Details::default() };
    let outcome = if counts.is_some() { "success" } else { "failed" };
    Line { event, outcome, counts, ..Line::default() }.write(&details);
}

#[derive(Default)]
struct Line<'l> {
    event: &'static str,
    outcome: &'static str,
    status: Option<u16>,
    client: Option<IpAddr>,
    correlation_id: Option<&'l str>,
    email: Option<&'l str>,
    email_hash: Option<&'l str>,
    counts: Option<Counts>,
}

impl Line<'_> {
    fn write(&self, details: &Details) {
        let changed = (!details.changed.is_empty()).then(|| details.changed.join(", "));
        tracing::info!(
            target: TARGET,
            event = self.event,
            outcome = self.outcome,
            status = self.status,
            user = details.user.map(tracing::field::display),
            actor = details.actor.map(tracing::field::display),
            object = details.object.map(tracing::field::display),
            changed,
            users = self.counts.map(|counts| counts.users),
            sessions = self.counts.map(|counts| counts.sessions),
            api_keys = self.counts.and_then(|counts| counts.api_keys),
            client = self.client.map(tracing::field::display),
            correlation_id = self.correlation_id,
            email = self.email,
            email_hash = self.email_hash,
            "account"
        );
    }
}

/// The first bytes of the keyed hash of an e-mail address in lower case, in hexadecimal.
fn hash(mut hmac: Hmac<Sha256>, email: &str) -> String {
    hmac.update(email.to_lowercase().as_bytes());
    let mut text = String::with_capacity(2 * HASH_LENGTH);
    for byte in hmac.finalize().into_bytes().iter().take(HASH_LENGTH) {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_that_changes_something_leaves_a_line() {
        let audited: Vec<&str> = Operation::ALL.into_iter().filter(|one| is_change(*one)).map(Operation::id).collect();

        assert_eq!(
            audited,
            [
                "createApiKey",
                "updateApiKey",
                "deleteApiKey",
                "login",
                "signUpAdmin",
                "changePassword",
                "logout",
                "createSession",
                "deleteAllSessions",
                "deleteSession",
                "updateMyUser",
            ]
        );
    }

    #[test]
    fn the_hash_of_an_address_depends_on_the_key_and_not_on_the_case() {
        let hash = |key: &[u8], email| match AuditLog::with_hashed_emails(key).emails {
            Emails::Hashed(hmac) => hash(hmac, email),
            Emails::Plain => panic!("the log hashes addresses"),
        };

        // RFC 4231, test case 2.
        assert_eq!(hash(b"Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c7");
        assert_eq!(hash(b"key", "Anna@Immich.cloud"), hash(b"key", "anna@immich.cloud"));
        assert_ne!(hash(b"key", "anna@immich.cloud"), hash(b"other", "anna@immich.cloud"));
    }
}
