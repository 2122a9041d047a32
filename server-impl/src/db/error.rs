//! What can go wrong with a query, grouped by what the caller can do about it.

use std::fmt::Write;
use std::time::Duration;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use tokio_postgres::error::SqlState;

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
    #[error("unexpected database error: {}", describe(.0))]
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
    /// A prepared statement is missing, or its name is taken, on the connection to the database.
    #[error(
        "a prepared statement is not on the connection that prepared it ({}): a connection pooler in transaction mode \
         is in between; set DB_POOLER=transaction, or connect directly",
        describe(.0)
    )]
    Pooler(#[source] Error),
    /// The connection broke, or the database canceled or rejected the query for a temporary reason.
    #[error("the query was interrupted: {}", describe(.0))]
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

    /// The constraint that was violated. In upstream's schema they have other names: there the SQLSTATE, the table and
    /// the column identify it.
    fn of(code: &SqlState, information: &dyn DatabaseErrorInformation) -> Option<Self> {
        let name = information.constraint_name()?;
        Self::ALL.into_iter().find(|constraint| constraint.to_string() == name).or_else(|| {
            let table = information.table_name()?;
            let column = column(information.details()?)?;
            match (code, table, column) {
                (&SqlState::UNIQUE_VIOLATION, "user", "email") => Some(Self::UserEmail),
                (&SqlState::UNIQUE_VIOLATION, "user", "storageLabel") => Some(Self::UserStorageLabel),
                (&SqlState::UNIQUE_VIOLATION, "session", "token") => Some(Self::SessionToken),
                (&SqlState::UNIQUE_VIOLATION, "api_key", "key") => Some(Self::ApiKeyKey),
                (&SqlState::FOREIGN_KEY_VIOLATION, "session", "userId") => Some(Self::SessionUser),
                (&SqlState::FOREIGN_KEY_VIOLATION, "session", "parentId") => Some(Self::SessionParent),
                (&SqlState::FOREIGN_KEY_VIOLATION, "api_key", "userId") => Some(Self::ApiKeyUser),
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
            Error::DatabaseError(kind, information) => match sqlstate(&error) {
                Some(code) => match meaning(&code) {
                    Meaning::Constraint => match Constraint::of(&code, &**information) {
                        Some(constraint) => Self::Violated(constraint),
                        None => Self::Other(error),
                    },
                    Meaning::Unrepresentable => Self::Unrepresentable(information.message().to_owned()),
                    Meaning::OfAnotherSession => Self::Unavailable(Unavailable::Pooler(error)),
                    Meaning::Temporary => Self::Unavailable(Unavailable::Lost(error)),
                    Meaning::Other => Self::Other(error),
                },
                // Not the database's: the connection is broken.
                None if matches!(
                    kind,
                    DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection
                ) =>
                {
                    Self::Unavailable(Unavailable::Lost(error))
                }
                None => Self::Other(error),
            },
            Error::BrokenTransactionManager | Error::RollbackErrorOnCommit { .. } => {
                Self::Unavailable(Unavailable::Lost(error))
            }
            Error::SerializationError(reason) => Self::Unrepresentable(reason.to_string()),
            _ => Self::Other(error),
        }
    }
}

/// The SQLSTATE of an error of the database. [`super::wire`] puts it in the place of the column.
pub(super) fn sqlstate(error: &Error) -> Option<SqlState> {
    match error {
        Error::DatabaseError(_, information) => information.column_name().map(SqlState::from_code),
        _ => None,
    }
}

/// What a SQLSTATE means for the caller.
enum Meaning {
    /// The statement was prepared by another session, or another session's has its name.
    OfAnotherSession,
    /// The same query may succeed later, or on another connection.
    Temporary,
    /// A row violates a constraint of the schema.
    Constraint,
    /// A value cannot be stored.
    Unrepresentable,
    /// A bug in the program or a fault in the schema.
    Other,
}

/// Source: PostgreSQL manual, "PostgreSQL Error Codes".
fn meaning(code: &SqlState) -> Meaning {
    match *code {
        SqlState::INVALID_SQL_STATEMENT_NAME | SqlState::DUPLICATE_PSTATEMENT => Meaning::OfAnotherSession,
        SqlState::UNIQUE_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => Meaning::Constraint,
        // A NUL character in a text or in JSON, a time before or after the calendar of Postgres, a number that is too
        // large, a value that is too long for its column or for an index.
        SqlState::CHARACTER_NOT_IN_REPERTOIRE
        | SqlState::UNTRANSLATABLE_CHARACTER
        | SqlState::DATETIME_FIELD_OVERFLOW
        | SqlState::NUMERIC_VALUE_OUT_OF_RANGE
        | SqlState::STRING_DATA_RIGHT_TRUNCATION
        | SqlState::PROGRAM_LIMIT_EXCEEDED => Meaning::Unrepresentable,
        // Another transaction came first, or a limit on time ended this one.
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE => Meaning::Temporary,
        _ if retires_connection(code) => Meaning::Temporary,
        // Insufficient resources, operator intervention, system error.
        _ => match code.code().get(..2) {
            Some("53" | "57" | "58") => Meaning::Temporary,
            _ => Meaning::Other,
        },
    }
}

/// Whether no further query can succeed on the connection: it ends, or its server accepts no writes.
pub(super) fn retires_connection(code: &SqlState) -> bool {
    let timed_out = matches!(code.code(), "25P03" | "25P04" | "57P05");
    let is_over = matches!(
        *code,
        SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::DATABASE_DROPPED
            | SqlState::READ_ONLY_SQL_TRANSACTION
    );
    timed_out || is_over || code.code().starts_with("08")
}

/// The only column of a key that the database quotes, in whatever language: `Key ("storageLabel")=(x) already exists.`
fn column(details: &str) -> Option<&str> {
    let (_, key) = details.split_once('(')?;
    let (column, _value) = key.split_once(")=(")?;
    Some(column.trim_matches('"'))
}

/// An error with its causes and its SQLSTATE, in one line.
fn describe(error: &Error) -> String {
    let text = chain(error);
    match sqlstate(error) {
        Some(code) => format!("{text} (SQLSTATE {})", code.code()),
        None => text,
    }
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
