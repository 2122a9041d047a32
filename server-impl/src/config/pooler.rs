//! A connection pooler in front of the database: `docs/poolers.md`.

use secrecy::SecretString;

use super::database_tls::{DatabaseTls, TlsOptions};
use super::database_url::{self, DatabaseUrl};
use super::error::{Invalid, Problems};
use super::reader::{Reader, read_fields};
use super::setting::Setting;
use super::table::{DB_LISTEN_URL, DB_POOLER};

/// The settings without effect on the embedded database.
pub(super) const SETTINGS: [&Setting; 2] = [DB_POOLER.setting(), DB_LISTEN_URL.setting()];

/// Whether connections to the database lead through a pooler, and the way around it.
#[derive(Clone, Debug)]
pub struct PoolerSettings {
    /// Whether a pooler gives each transaction another connection to the database.
    pub is_transaction_mode: bool,
    /// Where to receive revocations; none: where the database is.
    pub listen: Option<ListenUrl>,
}

/// Where to receive revocations.
#[derive(Clone, Debug)]
pub struct ListenUrl {
    /// Without options of TLS.
    pub url: SecretString,
    /// Its options of TLS; none: those of the database.
    pub tls: Option<DatabaseTls>,
}

impl PoolerSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self { is_transaction_mode: reader.required(DB_POOLER), listen: reader.optional(DB_LISTEN_URL) })
    }
}

pub(super) fn parse_listen_url(url: &str) -> Result<ListenUrl, Problems> {
    let DatabaseUrl { url, tls, .. } = database_url::parse(url)?;
    let tls = if tls == TlsOptions::default() { None } else { Some(tls.resolve()?) };
    Ok(ListenUrl { url, tls })
}
