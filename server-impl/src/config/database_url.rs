//! Connection strings: built from parts, and validated before use.
//!
//! No message here repeats any part of a URL that could belong to a password: with a forgotten percent-escape the
//! password may end up anywhere.

use std::error::Error as _;
use std::fmt::Write as _;
use std::str::FromStr as _;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

use super::database_tls::TlsOptions;
use super::error::{Problem, one_line};

const DEFAULT_PORT: u16 = 5432;

pub(super) const ALLOWED: &str = "postgres://user:password@host:port/name, or several host:port separated by commas, with \
                                  characters other than letters, digits and -._~ in user, password and name written \
                                  as %XX";

/// Options of a connection URL, for messages. Names outside this list are not repeated: they may be part of a
/// password.
const OPTIONS: [&str; 19] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "load_balance_hosts",
    "options",
    "port",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "uselibpqcompat",
];

/// A connection string of `key='value'` pairs, whatever characters the values contain.
///
/// Source: PostgreSQL manual, "Keyword/Value Connection Strings": quotes and backslashes are escaped by a backslash.
pub(super) fn from_pairs(pairs: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (key, value) in pairs {
        let value = value.replace('\\', r"\\").replace('\'', r"\'");
        let separator = if text.is_empty() { "" } else { " " };
        // Writing into a String cannot fail.
        let _ = write!(text, "{separator}{key}='{value}'");
    }
    text
}

/// `user@host:port/name`, with what is unknown left out.
pub(super) fn describe(user: Option<&str>, hosts: &[(String, u16)], name: Option<&str>) -> String {
    let hosts: Vec<String> = hosts
        .iter()
        .map(|(host, port)| if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
        .collect();
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let name = name.map(|name| format!("/{name}")).unwrap_or_default();
    let described = format!("{user}{}{name}", hosts.join(","));
    one_line(&described)
}

/// A valid connection URL.
#[derive(Clone, Debug)]
pub(super) struct DatabaseUrl {
    /// Without the options of TLS, of which `tokio-postgres` knows only some.
    pub(super) url: SecretString,
    pub(super) tls: TlsOptions,
    /// For messages.
    pub(super) described: String,
}

/// Validates a connection URL.
pub(super) fn parse(url: &str) -> Result<DatabaseUrl, Problem> {
    check_scheme(url)?;
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Problem::new("contains a space or a line break"));
    }
    check_separators(url)?;
    let (url, tls) = take_tls_options(url)?;
    let config = Config::from_str(&url).map_err(|error| explain(&error))?;
    if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
        let problem = "its target_session_attrs is read-only, but this program writes";
        return Err(Problem::new(problem).allowed("target_session_attrs=read-write, or no target_session_attrs"));
    }
    let hosts = hosts(&config);
    if hosts.is_empty() || hosts.iter().any(|(host, _)| host.is_empty()) {
        return Err(Problem::new("names no host"));
    }
    let described = describe(config.get_user(), &hosts, config.get_dbname());
    Ok(DatabaseUrl { url: SecretString::from(url), tls, described })
}

/// The URL without the options of TLS, and these options. What is not a valid query is left to `tokio-postgres`.
fn take_tls_options(url: &str) -> Result<(String, TlsOptions), Problem> {
    let mut options = TlsOptions::default();
    // As in the parser of `tokio-postgres`, a `?` before the first `@` belongs to the password.
    let address = url.find('@').unwrap_or_default();
    let Some(query) = url[address..].find('?').map(|at| address + at) else {
        return Ok((url.to_owned(), options));
    };
    let mut kept = String::new();
    for pair in url[query + 1..].split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) =
            (percent_decode_str(name).decode_utf8_lossy(), percent_decode_str(value).collect::<Vec<u8>>());
        // Negotiation without a request is of use only with Postgres 17 or newer, and saves one round trip.
        if name == "sslnegotiation" && value == b"postgres" || options.set(&name, &value)? {
            continue;
        }
        if name == "sslnegotiation" {
            return Err(Problem::new("its sslnegotiation is not supported").allowed("sslnegotiation=postgres"));
        }
        kept.push(if kept.is_empty() { '?' } else { '&' });
        kept.push_str(pair);
    }
    Ok((format!("{}{kept}", &url[..query]), options))
}

fn check_scheme(url: &str) -> Result<(), Problem> {
    let allowed = "a URL that starts with postgres:// or postgresql://";
    match url.split_once("://") {
        Some(("postgres" | "postgresql", _)) => Ok(()),
        Some((scheme, _)) if is_scheme(scheme) => {
            let problem = format!("`{scheme}://` is not the scheme of a PostgreSQL database");
            Err(Problem::new(problem).allowed(allowed))
        }
        _ => Err(Problem::new("not a URL").allowed(allowed)),
    }
}

/// RFC 3986, section 3.1; and short, so that it is not a password.
fn is_scheme(text: &str) -> bool {
    text.len() <= 20
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// The parser of `tokio-postgres` takes the first `@` as the end of the password, wherever it stands.
fn check_separators(url: &str) -> Result<(), Problem> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let Some((credentials, rest)) = rest.split_once('@') else {
        return Ok(());
    };
    let user = credentials.split(':').next().unwrap_or_default();
    let address = rest.split('?').next().unwrap_or_default();
    if user.contains(['/', '?', '#']) || address.contains(['@', '#']) {
        return Err(Problem::new("contains an `@` or another separator that is not written as %XX"));
    }
    Ok(())
}

fn hosts(config: &Config) -> Vec<(String, u16)> {
    let mut names: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        })
        .collect();
    if names.is_empty() {
        names = config.get_hostaddrs().iter().map(ToString::to_string).collect();
    }
    let ports = config.get_ports();
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let port = ports.get(index).or(ports.first());
            (name, port.copied().unwrap_or(DEFAULT_PORT))
        })
        .collect()
}

/// Describes why the parser failed, without repeating any of its input.
fn explain(error: &tokio_postgres::Error) -> Problem {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    let option = OPTIONS.iter().find(|option| cause.contains(&format!("`{option}`")));
    match option {
        Some(option) if cause.starts_with("unknown option") => {
            Problem::new(format!("the option `{option}` is not supported")).allowed("the URL without it")
        }
        Some(option) => Problem::new(format!("its {option} is invalid")),
        None => Problem::new("not a valid connection URL"),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::super::database_tls::SslMode;
    use super::*;

    #[test]
    fn a_url_is_described_without_its_password() {
        for (url, described) in [
            ("postgres://ann:canary@db/immich", "ann@db:5432/immich"),
            ("postgresql://ann@[::1]:5433/immich", "ann@[::1]:5433/immich"),
            ("postgres://db", "db:5432"),
            ("postgres://ann:canary%40%2F@a:1,b:2/x?sslmode=prefer", "ann@a:1,b:2/x"),
            ("postgres://ann:can/ary@db/immich", "ann@db:5432/immich"),
            ("postgres:///immich?host=/run/postgresql&user=ann", "ann@/run/postgresql:5432/immich"),
            ("postgres://ann%0A@db/x?hostaddr=127.0.0.1", "ann\\n@db:5432/x"),
        ] {
            assert_eq!(parse(url).unwrap().described, described, "{url}");
        }
    }

    #[test]
    fn an_invalid_url_is_explained_without_repeating_it() {
        for (url, problem) in [
            ("mysql://ann:canary@db/immich", "`mysql://` is not the scheme"),
            ("db.example:5432/canary", "not a URL"),
            ("host=db password=canary", "not a URL"),
            ("canary word://x", "not a URL"),
            ("postgres://ann:canary@db/im mich", "contains a space"),
            ("postgres://ann:can@canary@db/immich", "not written as %XX"),
            ("postgres://ann:ca@1:5432/canary@db/immich", "not written as %XX"),
            ("postgres://db/immich?application_name=canary@x", "not written as %XX"),
            ("postgres://ann:canary@db:canary/immich", "its port is invalid"),
            ("postgres://ann:canary@db:70000/immich", "its port is invalid"),
            ("postgres://ann:x?canary=x@db/immich?canary=1", "not a valid connection URL"),
            ("postgres://ann:canary@db/x?uselibpqcompat=true", "the option `uselibpqcompat` is not supported"),
            ("postgres://ann:canary@db/x?sslmode=canary", "its sslmode is invalid"),
            ("postgres://ann:canary@db/x?channel_binding=canary", "its channel_binding is invalid"),
            ("postgres://ann:canary@db/x?sslnegotiation=direct", "its sslnegotiation is not supported"),
            ("postgres://ann:canary@db/x?sslpassword=canary", "the option `sslpassword` is not supported"),
            ("postgres://ann:canary@db/x?sslcrl=canary", "the option `sslcrl` is not supported"),
            (
                "postgres://ann:canary@db/x?sslrootcert=/canary",
                "its sslrootcert: the file cannot be read: No such file",
            ),
            ("postgres://ann:canary@db/x?sslkey=/dev/null", "its sslkey: the file contains no private key"),
            ("postgres://ann:canary@db/x?target_session_attrs=read-only", "but this program writes"),
            ("postgres:///canary", "names no host"),
            ("postgres://ann:canary@:5432/x", "names no host"),
        ] {
            let found = parse(url).unwrap_err();
            assert!(found.problem.contains(problem), "{url}: {found:?}");
            assert!(!format!("{found:?}").contains("canary"), "{url}: {found:?}");
        }
    }

    #[test]
    fn the_options_of_tls_are_taken_out_of_a_url() {
        for (url, rest, mode) in [
            ("postgres://ann:x@db/x?sslmode=require", "postgres://ann:x@db/x", Some(SslMode::Require)),
            ("postgres://ann:x?sslmode=require@db/x", "postgres://ann:x?sslmode=require@db/x", None),
            (
                "postgres://db/x?application_name=a&sslm%6Fde=disable&connect_timeout=3",
                "postgres://db/x?application_name=a&connect_timeout=3",
                Some(SslMode::Disable),
            ),
            ("postgres://db/x?sslnegotiation=postgres&dbname=y", "postgres://db/x?dbname=y", None),
        ] {
            let parsed = parse(url).unwrap();
            assert_eq!((parsed.url.expose_secret(), parsed.tls.mode), (rest, mode), "{url}");
        }
    }

    #[test]
    fn pairs_survive_the_parser_whatever_they_contain() {
        for odd in ["", " ", "it's", r"back\slash", r"\'", "a b=c", "p@ss:w/o?r#d%41", "\u{e9}\n\u{1f600}", "'; --"] {
            let text = from_pairs(&[
                ("host", "db".to_owned()),
                ("user", odd.to_owned()),
                ("password", odd.to_owned()),
                ("dbname", odd.to_owned()),
            ]);
            let config = Config::from_str(&text).unwrap();
            assert_eq!(config.get_user(), Some(odd));
            assert_eq!(config.get_password(), Some(odd.as_bytes()));
            assert_eq!(config.get_dbname(), Some(odd));
        }
    }
}
