//! Which database holds the data.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::fault::{Faulted, Problem};
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};
use super::{database_url, embedded};

pub(super) const HEADING: &str = "Database";

const fn setting(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
    default: DefaultValue,
) -> Setting {
    Setting { name, flag, heading: HEADING, placeholder, help, default, secret: false }
}

/// `DB_URL`
pub(super) static URL: Setting = Setting {
    secret: true,
    ..setting(
        "DB_URL",
        "db-url",
        "URL",
        "PostgreSQL database, as postgres://user:password@host:port/name; the other DB_ settings are then ignored",
        DefaultValue::Unset,
    )
};
/// `DB_HOSTNAME`
pub(super) static HOSTNAME: Setting = setting(
    "DB_HOSTNAME",
    "db-hostname",
    "HOST",
    "Host of the PostgreSQL database, or the folder of its socket; with neither this nor DB_URL the program starts \
     a PostgreSQL of its own",
    DefaultValue::Unset,
);
/// `DB_PORT`
pub(super) static PORT: Setting =
    setting("DB_PORT", "db-port", "PORT", "TCP port of the database", DefaultValue::Text("5432"));
/// `DB_USERNAME`
pub(super) static USERNAME: Setting =
    setting("DB_USERNAME", "db-username", "NAME", "User of the database", DefaultValue::Text("postgres"));
/// `DB_PASSWORD`
pub(super) static PASSWORD: Setting = Setting {
    secret: true,
    ..setting(
        "DB_PASSWORD",
        "db-password",
        "PASSWORD",
        "Password of that user; better given in the environment, as flags are visible to other users of the machine",
        DefaultValue::Unset,
    )
};
/// `DB_DATABASE_NAME`
pub(super) static DATABASE_NAME: Setting =
    setting("DB_DATABASE_NAME", "db-database-name", "NAME", "Name of the database", DefaultValue::Text("immich"));
/// `DB_SSL_MODE`
pub(super) static SSL_MODE: Setting = setting(
    "DB_SSL_MODE",
    "db-ssl-mode",
    "MODE",
    "disable or prefer; this program connects to the database without TLS",
    DefaultValue::Text("prefer"),
);
/// `IMMICH_DATA_DIR`
pub(super) static DATA_DIR: Setting = setting(
    "IMMICH_DATA_DIR",
    "data-dir",
    "FOLDER",
    "Where the PostgreSQL of the program's own keeps its data",
    DefaultValue::Computed {
        words: "immich-api in the platform's data folder, for root /var/lib/immich-api",
        value: embedded::default_data_dir,
    },
);
/// `IMMICH_POSTGRES_BIN_DIR`
pub(super) static POSTGRES_BIN_DIR: Setting = setting(
    "IMMICH_POSTGRES_BIN_DIR",
    "postgres-bin-dir",
    "FOLDER",
    "Where the programs postgres and initdb are, for a PostgreSQL of the program's own; searched for when unset",
    DefaultValue::Unset,
);

/// What is ignored when `DB_URL` says it all.
static PARTS: [&Setting; 5] = [&HOSTNAME, &PORT, &USERNAME, &PASSWORD, &DATABASE_NAME];

/// Which database holds the data.
#[derive(Clone, Debug)]
pub enum DatabaseChoice {
    /// A PostgreSQL that somebody else runs.
    External {
        /// A connection string that `tokio-postgres` reads: the URL as given, or `key='value'` pairs.
        url: SecretString,
        /// `user@host:port/name`, for messages; without the password.
        described: String,
    },
    /// A PostgreSQL that the program starts for itself.
    Embedded {
        /// Absolute path of the folder for its data; may not exist yet.
        data_dir: PathBuf,
        /// The folder with `postgres` and `initdb`; none: to be searched for.
        binaries: Option<PathBuf>,
    },
}

impl DatabaseChoice {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        // Also checked when it is not used: somebody who asks for TLS must not believe to have it.
        let ssl_mode = read_ssl_mode(reader);
        let choice = if reader.raw().given(&URL).is_some() {
            read_url(reader)
        } else if reader.raw().given(&HOSTNAME).is_some() {
            read_parts(reader)
        } else {
            refuse_orphans(reader).and(embedded::read(reader))
        };
        ssl_mode.and(choice)
    }

    /// What an operator should know although nothing is wrong: settings that have no effect.
    pub(super) fn notes(&self, reader: &Reader<'_>) -> Vec<String> {
        let raw = reader.raw();
        let mut notes = Vec::new();
        let mut note_ignored = |settings: &[&Setting], reason: &str| {
            for setting in settings {
                if raw.given(setting).is_some() {
                    notes.push(format!("{} is ignored: {reason}", setting.name));
                }
            }
        };
        if raw.given(&URL).is_some() {
            note_ignored(&PARTS, "DB_URL is set");
        }
        if let Self::External { .. } = self {
            note_ignored(&[&DATA_DIR, &POSTGRES_BIN_DIR], "another database is configured");
        }
        notes
    }
}

fn read_ssl_mode(reader: &mut Reader<'_>) -> Result<(), Faulted> {
    reader.value(&SSL_MODE, |text| match text.to_ascii_lowercase().as_str() {
        "disable" | "prefer" => Ok(()),
        "allow" | "require" | "verify-ca" | "verify-full" => {
            Err(Problem::new("this program connects to the database without TLS", "disable, prefer"))
        }
        _ => Err(Problem::new("unknown word", "disable, prefer")),
    })
}

fn read_url(reader: &mut Reader<'_>) -> Result<DatabaseChoice, Faulted> {
    reader.value(&URL, |url| {
        let described = database_url::examine(url)?;
        Ok(DatabaseChoice::External { url: SecretString::from(url), described })
    })
}

fn read_parts(reader: &mut Reader<'_>) -> Result<DatabaseChoice, Faulted> {
    let host = reader.value(&HOSTNAME, read_host);
    let port = reader.whole(&PORT, 1..=u16::MAX);
    let user = reader.value(&USERNAME, not_empty);
    let name = reader.value(&DATABASE_NAME, not_empty);
    let password = reader.text(&PASSWORD);
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

fn read_host(text: &str) -> Result<String, Problem> {
    let host = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    // A comma would make it a list of hosts, which would need a list of ports.
    let unfit = |c: char| c.is_whitespace() || c.is_control() || ",/@?#".contains(c);
    let fits = Path::new(host).is_absolute() || (!host.is_empty() && !host.contains(unfit));
    if fits && !host.contains(',') {
        Ok(host.to_owned())
    } else {
        Err(Problem::new(
            "not the name of one host",
            "a host name, an IP address, or the absolute path of a socket folder",
        ))
    }
}

fn not_empty(text: &str) -> Result<String, Problem> {
    if text.is_empty() { Err(Problem::new("empty", "a name")) } else { Ok(text.to_owned()) }
}

/// Parts of an address without the host mean that the host was forgotten. Starting a new, empty database then
/// would look as if all data were lost.
fn refuse_orphans(reader: &mut Reader<'_>) -> Result<(), Faulted> {
    let raw = reader.raw();
    let orphans: Vec<&str> =
        PARTS.iter().filter(|setting| raw.given(setting).is_some()).map(|setting| setting.name).collect();
    if orphans.is_empty() {
        return Ok(());
    }
    let problem = format!("not set, although these are: {}", orphans.join(", "));
    Err(reader.fault(
        &HOSTNAME,
        Problem::new(
            problem,
            "the host of that database (upstream's containers call it `database`); or unset them all, to use a \
             PostgreSQL of the program's own",
        ),
    ))
}
