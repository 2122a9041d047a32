//! Why a connection to the database does not open, in one line.

use std::error::Error;
use std::io;
use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::error::chain;
use super::primary::NotPrimary;
use super::tls::{self, TlsError};

/// Why a connection to the database did not open. Never holds the password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is neither a URL nor `key=value` pairs. The text is not repeated: it may hold the password.
    #[error(
        "the database URL is invalid: write it as postgres://user:password@host:port/name or as key=value pairs, \
         and use only options that tokio-postgres supports"
    )]
    Url,
    /// The URL names no host.
    #[error("the database URL has no host: write it as postgres://user:password@host:port/name")]
    NoHost,
    /// The server offers no TLS.
    #[error(
        "the database at {address} does not offer TLS, which the settings demand; turn ssl on in its postgresql.conf, \
         or set sslmode=prefer (DB_SSL_MODE) without channel_binding=require (DB_CHANNEL_BINDING)"
    )]
    NoTls {
        /// Host, port and database.
        address: String,
    },
    /// The certificate of the server is not accepted, or that of this program.
    #[error("no TLS with the database at {address}: {reason}; {remedy}")]
    Tls {
        /// Host, port and database.
        address: String,
        /// What is wrong.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The certificates or the key of the settings cannot be used.
    #[error(
        "a file for TLS to the database cannot be used: {reason}; check sslrootcert, sslcert and sslkey (DB_SSL_ROOT_CERT, \
         DB_SSL_CERT, DB_SSL_KEY)"
    )]
    TlsFile {
        /// The file, and what is wrong with it.
        reason: String,
    },
    /// None of several servers can be used.
    #[error("none of the database servers can be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NoServer(Vec<ConnectError>),
    /// No process listens there.
    #[error("the database at {address} refused the connection: {reason}; check that it runs and listens there")]
    Refused {
        /// Host, port and database.
        address: String,
        /// The error of the operating system.
        reason: String,
    },
    /// The host is unknown or unreachable.
    #[error("the database at {address} is unreachable: {reason}; check the host name and the network")]
    Unreachable {
        /// Host, port and database.
        address: String,
        /// The error of the operating system.
        reason: String,
    },
    /// No answer in time.
    #[error(
        "the database at {address} did not answer within {limit:?}; check the network and the load of the database"
    )]
    NoAnswer {
        /// Host, port and database.
        address: String,
        /// The time limit.
        limit: Duration,
    },
    /// Wrong password, or no permission to connect.
    #[error("the database at {address} rejected the user: {reason}; check the user name, the password and pg_hba.conf")]
    Denied {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
    },
    /// The role may not connect.
    #[error(
        "the database at {address} does not let the role connect: {reason}; as the owner of the database, run what \
         `immich-server migrate --print-grants ROLE` prints"
    )]
    NotGranted {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
    },
    /// An unknown user, or no line of `pg_hba.conf` for it.
    #[error("the database at {address} does not admit the user: {reason}; {remedy}")]
    NotAdmitted {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
        /// What to check.
        remedy: &'static str,
    },
    /// The server has no database of that name.
    #[error("the Postgres server at {address} has no such database: {reason}; create it, or correct its name")]
    NoSuchDatabase {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
    },
    /// The database is starting, stopping or full.
    #[error("the database at {address} currently accepts no connections: {reason}")]
    NotNow {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
    },
    /// A pooler gives each transaction another connection, and the settings do not say so.
    #[error(
        "the database at {address} is behind a connection pooler in transaction mode: set DB_POOLER=transaction, or \
         connect directly"
    )]
    Pooler {
        /// Host, port and database.
        address: String,
    },
    /// The server is not the primary, or takes no writes.
    #[error("the database at {address} is not usable: {reason}")]
    NotPrimary {
        /// Host, port and database.
        address: String,
        /// What the server is instead.
        reason: NotPrimary,
    },
    /// The connection was closed after it had been opened, or while it was opened.
    #[error("the connection to the database was closed")]
    Closed,
    /// Anything else.
    #[error("could not connect to the database at {address}: {reason}")]
    Other {
        /// Host, port and database.
        address: String,
        /// What is wrong.
        reason: String,
    },
}

/// What is known of a connection that did not open.
pub(super) struct Attempt {
    /// Host, port and database.
    pub(super) address: String,
    pub(super) is_encrypted: bool,
    /// Whether this program has a certificate to show.
    pub(super) has_certificate: bool,
}

impl Attempt {
    /// A login, or a query on the new connection, failed.
    pub(super) fn explain(&self, error: &tokio_postgres::Error) -> ConnectError {
        let address = self.address.clone();
        if let Some(error) = error.as_db_error() {
            let reason = error.message().to_owned();
            return match *error.code() {
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                    ConnectError::NotAdmitted { address, reason, remedy: self.remedy() }
                }
                SqlState::INVALID_PASSWORD => ConnectError::Denied { address, reason },
                SqlState::INSUFFICIENT_PRIVILEGE => ConnectError::NotGranted { address, reason },
                SqlState::INVALID_CATALOG_NAME => ConnectError::NoSuchDatabase { address, reason },
                SqlState::TOO_MANY_CONNECTIONS
                | SqlState::CANNOT_CONNECT_NOW
                | SqlState::ADMIN_SHUTDOWN
                | SqlState::CRASH_SHUTDOWN => ConnectError::NotNow { address, reason },
                // A connection exception: a pooler has no connection to the database.
                _ if error.code().code().starts_with("08") => ConnectError::NotNow { address, reason },
                _ => ConnectError::Other { address, reason },
            };
        }
        if error.is_closed() {
            // A proxy that has no server closes connections at once.
            return ConnectError::Closed;
        }
        match error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
            Some(cause) => self.explain_io(cause),
            None => ConnectError::Other { address, reason: chain(error) },
        }
    }

    /// `pg_hba.conf` has no line that admits this user with, or without, TLS and a certificate.
    fn remedy(&self) -> &'static str {
        match (self.is_encrypted, self.has_certificate) {
            (false, _) => {
                "check the user name and pg_hba.conf; if the server demands TLS, set sslmode=require (DB_SSL_MODE)"
            }
            (true, false) => {
                "check the user name and pg_hba.conf; if the server demands a client certificate, set sslcert and \
                 sslkey (DB_SSL_CERT, DB_SSL_KEY)"
            }
            (true, true) => "check the user name, pg_hba.conf, and the name in the client certificate",
        }
    }

    /// The negotiation of TLS failed.
    pub(super) fn explain_tls(&self, error: TlsError) -> ConnectError {
        match error {
            TlsError::NotOffered => ConnectError::NoTls { address: self.address.clone() },
            TlsError::File(reason) => ConnectError::TlsFile { reason },
            TlsError::Io(error) => self.explain_io(&error),
        }
    }

    /// The socket failed, or TLS on it.
    pub(super) fn explain_io(&self, error: &io::Error) -> ConnectError {
        let address = self.address.clone();
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            let (reason, remedy) = tls::explain(error);
            return ConnectError::Tls { address, reason, remedy };
        }
        let reason = error.to_string();
        match error.kind() {
            // A missing Unix socket means the same as a closed port.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => ConnectError::Refused { address, reason },
            // A proxy that has no server closes connections at once.
            io::ErrorKind::UnexpectedEof => ConnectError::Closed,
            _ => ConnectError::Unreachable { address, reason },
        }
    }
}
