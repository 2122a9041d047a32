//! The database: one file per table, and what carries their queries there. Nothing outside this module knows SQL.
//!
//! Reads go through a few shared connections, many queries in flight on each ([`Reader`]). Writes and
//! transactions have a connection of their own for as long as they last ([`Writer`]).
//!
//! Every function ends within two seconds, with a row or with a [`DbError`]; a database that is away, hung or
//! overloaded is [`DbError::Unavailable`], never an empty answer.

pub mod api_key;
mod connect;
mod database;
mod error;
pub mod import;
mod keeper;
mod lenient;
mod link;
mod listener;
mod migrate;
mod reader;
mod schema;
mod secrets;
pub mod session;
mod settings;
pub mod system_metadata;
mod upstream;
pub mod user;
mod user_status;
mod watch;
mod writer;

#[cfg(test)]
mod tests;

pub use connect::ConnectError;
pub use database::{Database, Statistics};
pub use error::{Away, Constraint, DbError};
pub use migrate::{MigrateError, Migrated, Schema, migrate, pending, revert_additions, revert_all};
pub use reader::Reader;
pub use secrets::{PasswordHash, TokenHash};
pub use settings::{DatabaseSettings, Revocations};
pub use upstream::UpstreamError;
pub use watch::{LEASE, Stamp, Watch};
pub use writer::Writer;
