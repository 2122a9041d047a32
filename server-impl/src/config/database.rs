//! The database: an external PostgreSQL, or the embedded one.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::database_url;
use super::error::{Invalid, Problem, Problems};
use super::pooler;
use super::reader::Reader;
use super::setting::Setting;
use super::table::{
    DB_DATABASE_NAME, DB_HOSTNAME, DB_PASSWORD, DB_PORT, DB_SSL_MODE, DB_URL, DB_USERNAME, IMMICH_DATA_DIR,
    IMMICH_POSTGRES_BIN_DIR,
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

/// The database that stores the data.
#[derive(Clone, Debug)]
pub enum DatabaseChoice {
    /// A PostgreSQL that runs without this program.
    External {
        /// A connection string for `tokio-postgres`: the URL as given, or `key='value'` pairs.
        url: SecretString,
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
        // Validated even when it is not used: an operator who requests TLS must not assume that it is used.
        let ssl_mode = reader.required(DB_SSL_MODE);
        let choice = if reader.is_given(DB_URL) {
            reader.required(DB_URL)
        } else if reader.is_given(DB_HOSTNAME) {
            read_parts(reader)
        } else {
            require_hostname(reader).and(read_embedded(reader))
        };
        ssl_mode.and(choice)
    }
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
    }
    notes
}

fn read_parts(reader: &mut Reader<'_>) -> Result<DatabaseChoice, Invalid> {
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
    Ok(DatabaseChoice::External {
        url: SecretString::from(database_url::from_pairs(&pairs)),
        described: database_url::describe(Some(&user), &[(host, port)], Some(&name)),
    })
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

pub(super) fn parse_url(url: &str) -> Result<DatabaseChoice, Problems> {
    let described = database_url::validate(url)?;
    Ok(DatabaseChoice::External { url: SecretString::from(url), described })
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

pub(super) fn parse_ssl_mode(text: &str) -> Result<(), Problems> {
    match text.to_ascii_lowercase().as_str() {
        "disable" | "prefer" => Ok(()),
        "allow" | "require" | "verify-ca" | "verify-full" => {
            Err(Problem::new("this program connects to the database without TLS").into())
        }
        _ => Err(Problem::new("unknown value").into()),
    }
}
