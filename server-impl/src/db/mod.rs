//! The database: one file per table, and the connections for their queries. All SQL is in this module.
//!
//! Reads use a few shared connections, with many queries in flight on each ([`Reader`]). Lists have separate
//! connections, which users take in turn ([`ListReader`]). A write or a transaction has an exclusive connection while it
//! lasts ([`Writer`]).
//!
//! Every function returns within two seconds, with a row or with a [`DbError`]; a database that is down, hung or
//! overloaded is [`DbError::Unavailable`], never an empty answer.

pub mod api_key;
mod applied;
mod built_once;
pub mod cleanup;
mod connect;
mod connect_error;
mod connection;
mod database;
mod error;
mod grants;
mod hash_form;
pub mod import;
mod lenient;
mod list;
mod list_reader;
mod listener;
pub mod login_throttle;
mod migrate;
mod migration_lock;
mod on_primary;
mod pooler;
mod primary;
mod reader;
mod readiness;
mod reconnect;
mod returned_row;
mod revocation_lease;
mod schema;
mod secrets;
mod servers;
pub mod session;
pub mod session_limit;
mod session_options;
mod settings;
mod socket;
pub mod system_metadata;
mod tls;
mod upstream;
pub mod user;
pub mod user_admin;
mod user_metadata;
mod user_row;
mod user_status;
mod wire;
mod writer;

#[cfg(test)]
mod tests;

pub use connect_error::ConnectError;
pub use database::{Database, Statistics, probe};
pub use error::{Constraint, DbError, Unavailable};
pub use list::List;
pub use list_reader::ListReader;
pub use migrate::{MigrateError, Migrated, Schema, check, grants_for, migrate, pending, revert_additions, revert_all};
pub use primary::NotPrimary;
pub use reader::Reader;
pub use readiness::{Missing, Readiness};
pub use revocation_lease::{LEASE, RevocationLease, Version};
pub use secrets::{PasswordHash, TokenHash};
pub use settings::{DatabaseSettings, Revocations};
pub use upstream::UpstreamError;
pub use writer::Writer;
