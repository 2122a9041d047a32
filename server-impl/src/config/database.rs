//! The database: an external PostgreSQL, or the embedded one.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::database_tls::{DatabaseTls, TlsOptions};
use super::database_url::{self, DatabaseUrl};
use super::error::{Invalid, Problem, Problems};
use super::pooler;
use super::reader::{Reader, read_fields};
use super::setting::Setting;
use super::table::{
    DB_CHANNEL_BINDING, DB_DATABASE_NAME, DB_HOSTNAME, DB_PASSWORD, DB_PORT, DB_SSL_CERT, DB_SSL_KEY, DB_SSL_MODE,
    DB_SSL_ROOT_CERT, DB_URL, DB_USERNAME, IMMICH_DATA_DIR, IMMICH_POSTGRES_BIN_DIR,
};

pub(super) const ALLOWED_HOST: &str = "a host name, an IP address, or the absolute path of a socket folder";

/// The settings that `DB_URL` replaces.
const PARTS: [&Setting; 5] = [
    DB_HOSTNAME.setting(),
    DB_PORT.setting(),
    DB_USERNAME.setting(),
    DB_PASSWORD.setting(),
    DB_DATABASE_NAME.setting(),
];

/// The settings of TLS.
const TLS: [&Setting; 5] = [
    DB_SSL_MODE.setting(),
    DB_SSL_ROOT_CERT.setting(),
    DB_SSL_CERT.setting(),
    DB_SSL_KEY.setting(),
    DB_CHANNEL_BINDING.setting(),
];

/// The database that stores the data.
#[derive(Clone, Debug)]
pub enum DatabaseChoice {
    /// A PostgreSQL that runs without this program.
    External {
        /// A connection string for `tokio-postgres`: the URL without its options of TLS, or `key='value'` pairs.
        url: SecretString,
        /// How connections are encrypted.
        tls: DatabaseTls,
        /// `user@host:port/name`, for messages; without the password.
        described: String,
    },
    /// The embedded PostgreSQL, which this program starts.
    Embedded {
        /// Absolute path of the data folder; may not exist yet.
        data_dir: PathBuf,
        /// The folder with `postgres` and `initdb`; none: to be searched.
        binaries: Option<PathBuf>,
    },
}

impl DatabaseChoice {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        // Validated even when it is not used.
        let given = read_tls(reader);
        if reader.is_given(DB_URL) {
            let url = reader.required(DB_URL);
            let (given, DatabaseUrl { url, tls, described }) = (given?, url?);
            let tls = combine(reader, tls, given)?;
            Ok(Self::External { url, tls: resolve(reader, tls)?, described })
        } else if reader.is_given(DB_HOSTNAME) {
            let parts = read_parts(reader);
            let (given, (url, described)) = (given?, parts?);
            Ok(Self::External { url, tls: resolve(reader, given)?, described })
        } else {
            let embedded = require_hostname(reader).and(read_embedded(reader));
            given.and(embedded)
        }
    }
}

fn read_tls(reader: &mut Reader<'_>) -> Result<TlsOptions, Invalid> {
    let mode = reader.required(DB_SSL_MODE);
    let roots = reader.optional(DB_SSL_ROOT_CERT);
    let certificate = reader.optional(DB_SSL_CERT);
    let key = reader.optional(DB_SSL_KEY);
    let channel_binding = reader.required(DB_CHANNEL_BINDING);
    Ok(TlsOptions {
        // The default does not replace an option of the URL.
        mode: Some(mode?).filter(|_| reader.is_given(DB_SSL_MODE)),
        roots: roots?,
        certificate: certificate?,
        key: key?,
        channel_binding: Some(channel_binding?).filter(|_| reader.is_given(DB_CHANNEL_BINDING)),
    })
}

/// The options of the URL and those given by settings.
fn combine(reader: &mut Reader<'_>, url: TlsOptions, given: TlsOptions) -> Result<TlsOptions, Invalid> {
    read_fields!(TlsOptions {
        mode: either(reader, DB_SSL_MODE, "sslmode", url.mode, given.mode),
        roots: either(reader, DB_SSL_ROOT_CERT, "sslrootcert", url.roots, given.roots),
        certificate: either(reader, DB_SSL_CERT, "sslcert", url.certificate, given.certificate),
        key: either(reader, DB_SSL_KEY, "sslkey", url.key, given.key),
        channel_binding: either(
            reader,
            DB_CHANNEL_BINDING,
            "channel_binding",
            url.channel_binding,
            given.channel_binding
        ),
    })
}

/// The value from one of the two places. An operator who demands TLS in one must not lose it by the other.
fn either<T: PartialEq>(
    reader: &mut Reader<'_>,
    setting: &Setting,
    option: &str,
    url: Option<T>,
    given: Option<T>,
) -> Result<Option<T>, Invalid> {
    match (url, given) {
        (Some(url), Some(given)) if url != given => {
            let problem = format!("contradicts the option {option} of DB_URL");
            Err(reader.reject(setting, Problem::new(problem).allowed("one of the two")))
        }
        (url, given) => Ok(url.or(given)),
    }
}

fn resolve(reader: &mut Reader<'_>, options: TlsOptions) -> Result<DatabaseTls, Invalid> {
    options.resolve().map_err(|problem| {
        let given = TLS.into_iter().find(|setting| reader.is_given(setting));
        reader.reject(given.unwrap_or(DB_URL.setting()), problem)
    })
}

/// Settings that have no effect, one line each.
pub(super) fn ignored(reader: &Reader<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note_ignored = |settings: &[&Setting], reason: &str| {
        for variable in settings.iter().filter_map(|setting| reader.given_variable(setting)) {
            notes.push(format!("{variable} is ignored: {reason}"));
        }
    };
    if let Some(url) = reader.given_variable(DB_URL) {
        note_ignored(&PARTS, &format!("{url} is set"));
    }
    if reader.is_given(DB_URL) || reader.is_given(DB_HOSTNAME) {
        note_ignored(&[IMMICH_DATA_DIR, IMMICH_POSTGRES_BIN_DIR], "an external database is configured");
    } else {
        note_ignored(&pooler::SETTINGS, "the embedded PostgreSQL has no pooler");
        note_ignored(&TLS, "the embedded PostgreSQL is reached by its Unix socket");
    }
    notes
}

/// The connection string, and its description for messages.
fn read_parts(reader: &mut Reader<'_>) -> Result<(SecretString, String), Invalid> {
    let host = reader.required(DB_HOSTNAME);
    let port = reader.required(DB_PORT);
    let user = reader.required(DB_USERNAME);
    let name = reader.required(DB_DATABASE_NAME);
    let password = reader.optional(DB_PASSWORD);
    let (host, port, user, name) = (host?, port?, user?, name?);
    let mut pairs =
        vec![("host", host.clone()), ("port", port.to_string()), ("user", user.clone()), ("dbname", name.clone())];
    if let Some(password) = password?.filter(|password| !password.is_empty()) {
        pairs.push(("password", password));
    }
    let described = database_url::describe(Some(&user), &[(host, port)], Some(&name));
    Ok((SecretString::from(database_url::from_pairs(&pairs)), described))
}

fn read_embedded(reader: &mut Reader<'_>) -> Result<DatabaseChoice, Invalid> {
    let data_dir = reader.required(IMMICH_DATA_DIR);
    let binaries = reader.optional(IMMICH_POSTGRES_BIN_DIR);
    Ok(DatabaseChoice::Embedded { data_dir: data_dir?, binaries: binaries? })
}

/// Rejects parts of an address without the host: it was probably forgotten. Starting a new, empty database would look
/// as if all data were lost.
fn require_hostname(reader: &mut Reader<'_>) -> Result<(), Invalid> {
    let given: Vec<&str> = PARTS.iter().filter_map(|setting| reader.given_variable(setting)).collect();
    if given.is_empty() {
        return Ok(());
    }
    let problem = Problem::new(format!("not set, but other parts of the address are: {}", given.join(", ")));
    Err(reader.reject(
        DB_HOSTNAME,
        problem.allowed(
            "the host of that database (upstream's containers call it `database`); or unset them all, to use the \
             embedded PostgreSQL",
        ),
    ))
}

pub(super) fn parse_url(url: &str) -> Result<DatabaseUrl, Problems> {
    Ok(database_url::parse(url)?)
}

pub(super) fn parse_host(text: &str) -> Result<String, Problems> {
    let host = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    // A comma would make it a list of hosts, which would need a list of ports.
    let unfit = |c: char| c.is_whitespace() || c.is_control() || ",/@?#".contains(c);
    let fits = Path::new(host).is_absolute() || (!host.is_empty() && !host.contains(unfit));
    if fits && !host.contains(',') { Ok(host.to_owned()) } else { Err(Problem::new("not a single host").into()) }
}

pub(super) fn parse_name(text: &str) -> Result<String, Problems> {
    if text.is_empty() { Err(Problem::new("empty").into()) } else { Ok(text.to_owned()) }
}
