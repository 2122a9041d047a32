//! What can go wrong with a query, grouped by what the caller can do about it.

use std::fmt::Write;
use std::time::Duration;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use super::primary::NotPrimary;

/// Why a query failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database is down, hung or overloaded, or it rolled the query back: the same request may succeed later.
    /// After this error, a write may or may not be committed.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Unavailable),
    /// The row would break a constraint that the caller can explain to its client.
    #[error("the row violates the database constraint {0}")]
    Violated(Constraint),
    /// A value that the database cannot store, for example a NUL character in a text.
    #[error("the database cannot store the value: {0}")]
    Unrepresentable(String),
    /// Any other error: a bug in the program or a fault in the schema.
    #[error("unexpected database error: {}", chain(.0))]
    Other(#[source] Error),
}

/// Why the database is unavailable.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// There is no connection at the moment.
    #[error("not connected")]
    Disconnected,
    /// The connections were closed because the server is shutting down.
    #[error("this process has closed its connections, because it is shutting down")]
    Closed,
    /// No answer in time.
    #[error("no answer within {0:?}")]
    NoAnswer(Duration),
    /// All connections for writes were in use, or none could be opened, for as long as the caller may wait.
    #[error("no connection was free within {0:?}; if this persists, raise IMMICH_DB_CONNECTIONS")]
    NoneFree(Duration),
    /// The server takes no writes.
    #[error("the database takes no writes: {0}")]
    NotPrimary(#[source] NotPrimary),
    /// The user has too many lists in progress.
    #[error("too many lists are being read: no turn within {0:?}")]
    TooManyLists(Duration),
    /// The connection broke, or the database canceled or rejected the query for a temporary reason.
    #[error("the query was interrupted: {0}")]
    Lost(#[source] Error),
}

/// The constraints of the schema that a request can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Constraint {
    /// Another user, live or deleted, has this e-mail address.
    #[error("user_email_uq")]
    UserEmail,
    /// Another user, live or deleted, has this storage label.
    #[error("user_storageLabel_uq")]
    UserStorageLabel,
    /// There is a live administrator.
    #[error("user_one_live_admin_uq")]
    OneLiveAdmin,
    /// Another session has this token.
    #[error("session_token_uq")]
    SessionToken,
    /// The user of the new session does not exist.
    #[error("session_userId_fkey")]
    SessionUser,
    /// The parent session does not exist.
    #[error("session_parentId_fkey")]
    SessionParent,
    /// Another API key has this secret.
    #[error("api_key_key_uq")]
    ApiKeyKey,
    /// The user of the new API key does not exist.
    #[error("api_key_userId_fkey")]
    ApiKeyUser,
}

impl Constraint {
    /// Every constraint, for look-ups.
    pub const ALL: [Self; 8] = [
        Self::UserEmail,
        Self::UserStorageLabel,
        Self::OneLiveAdmin,
        Self::SessionToken,
        Self::SessionUser,
        Self::SessionParent,
        Self::ApiKeyKey,
        Self::ApiKeyUser,
    ];

    /// The constraint that was violated. In upstream's schema they have other names: there the kind, the table and the
    /// column identify it.
    fn of(kind: DatabaseErrorKind, information: &dyn DatabaseErrorInformation) -> Option<Self> {
        let name = information.constraint_name()?;
        Self::ALL.into_iter().find(|constraint| constraint.to_string() == name).or_else(|| {
            let table = information.table_name()?;
            let column = column(information.details()?)?;
            match (kind, table, column) {
                (DatabaseErrorKind::UniqueViolation, "user", "email") => Some(Self::UserEmail),
                (DatabaseErrorKind::UniqueViolation, "user", "storageLabel") => Some(Self::UserStorageLabel),
                (DatabaseErrorKind::UniqueViolation, "session", "token") => Some(Self::SessionToken),
                (DatabaseErrorKind::UniqueViolation, "api_key", "key") => Some(Self::ApiKeyKey),
                (DatabaseErrorKind::ForeignKeyViolation, "session", "userId") => Some(Self::SessionUser),
                (DatabaseErrorKind::ForeignKeyViolation, "session", "parentId") => Some(Self::SessionParent),
                (DatabaseErrorKind::ForeignKeyViolation, "api_key", "userId") => Some(Self::ApiKeyUser),
                _ => None,
            }
        })
    }
}

impl DbError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        match &error {
            Error::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                    match Constraint::of(*kind, &**information) {
                        Some(constraint) => Self::Violated(constraint),
                        None => Self::Other(error),
                    }
                }
                DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ClosedConnection
                // Another transaction committed first, or the database is failing over to a standby.
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction => Self::Unavailable(Unavailable::Lost(error)),
                _ if is_unrepresentable(&**information) => {
                    Self::Unrepresentable(information.message().to_owned())
                }
                _ if is_temporary(information.message()) => Self::Unavailable(Unavailable::Lost(error)),
                _ => Self::Other(error),
            },
            Error::BrokenTransactionManager | Error::RollbackErrorOnCommit { .. } => {
                Self::Unavailable(Unavailable::Lost(error))
            }
            Error::SerializationError(reason) => Self::Unrepresentable(reason.to_string()),
            _ => Self::Other(error),
        }
    }
}

/// The only column of a key that the database quotes, in whatever language: `Key ("storageLabel")=(x) already exists.`
fn column(details: &str) -> Option<&str> {
    let (_, key) = details.split_once('(')?;
    let (column, _value) = key.split_once(")=(")?;
    Some(column.trim_matches('"'))
}

/// The first two match the values themselves, the same in every language: SQLSTATE 22021 quotes the byte, 22P05 the
/// escape. The others are 22008 and 54000.
fn is_unrepresentable(information: &dyn DatabaseErrorInformation) -> bool {
    let message = information.message();
    message.contains("0x00")
        || information.details().is_some_and(|details| details.contains("\\u0000"))
        || message.contains("out of range")
        || message.contains("exceeds btree version")
        || message.contains("index row requires")
}

/// Whether an error is temporary, by its English text.
fn is_temporary(message: &str) -> bool {
    const TEMPORARY: [&str; 9] = [
        "canceling statement due to", // 57014, 55P03: time limits
        "terminating connection",     // 57P01, 57P02, 25P03: shutdown, crash, termination
        "the database system is",     // 57P03: starting up, shutting down, in recovery
        "too many clients already",   // 53300
        "remaining connection slots", // 53300
        "deadlock detected",          // 40P01
        "out of memory",              // 53200
        "out of shared memory",       // 53200
        "No space left on device",    // 53100
    ];
    TEMPORARY.iter().any(|text| message.contains(text))
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a String does not fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
