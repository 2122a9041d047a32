//! Connection strings: built from parts, and validated before use.
//!
//! No message here repeats any part of a URL that could belong to a password: with a forgotten percent-escape the
//! password may end up anywhere.

use std::error::Error as _;
use std::fmt::Write as _;
use std::str::FromStr as _;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::error::{Problem, one_line};

const DEFAULT_PORT: u16 = 5432;

pub(super) const ALLOWED: &str = "postgres://user:password@host:port/name, or several host:port separated by commas, with \
                                  characters other than letters, digits and -._~ in user, password and name written \
                                  as %XX";

/// Options of a connection URL, for messages. Names outside this list are not repeated: they may be part of a
/// password.
const OPTIONS: [&str; 14] = [
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
    "sslkey",
    "sslrootcert",
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

/// Validates a connection URL, and returns its description for messages.
pub(super) fn validate(url: &str) -> Result<String, Problem> {
    check_scheme(url)?;
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Problem::new("contains a space or a line break"));
    }
    check_separators(url)?;
    let config = Config::from_str(url).map_err(|error| explain(&error))?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(no_tls());
    }
    if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
        let problem = "its target_session_attrs is read-only, but this program writes";
        return Err(Problem::new(problem).allowed("target_session_attrs=read-write, or no target_session_attrs"));
    }
    let hosts = hosts(&config);
    if hosts.is_empty() || hosts.iter().any(|(host, _)| host.is_empty()) {
        return Err(Problem::new("names no host"));
    }
    Ok(describe(config.get_user(), &hosts, config.get_dbname()))
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
    if cause.contains("`sslmode`") {
        return no_tls();
    }
    let option = OPTIONS.iter().find(|option| cause.contains(&format!("`{option}`")));
    match option {
        Some(option) if cause.starts_with("unknown option") => {
            Problem::new(format!("the option `{option}` is not supported")).allowed("the URL without it")
        }
        Some(option) => Problem::new(format!("its {option} is invalid")),
        None => Problem::new("not a valid connection URL"),
    }
}

fn no_tls() -> Problem {
    Problem::new("its sslmode is not supported: this program connects to the database without TLS")
        .allowed("sslmode=disable or sslmode=prefer, or no sslmode")
}

#[cfg(test)]
mod tests {
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
            assert_eq!(validate(url).as_deref(), Ok(described), "{url}");
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
            ("postgres://ann:canary@db/x?sslmode=require", "without TLS"),
            ("postgres://ann:canary@db/x?sslmode=verify-full", "without TLS"),
            ("postgres://ann:canary@db/x?target_session_attrs=read-only", "but this program writes"),
            ("postgres:///canary", "names no host"),
            ("postgres://ann:canary@:5432/x", "names no host"),
        ] {
            let found = validate(url).unwrap_err();
            assert!(found.problem.contains(problem), "{url}: {found:?}");
            assert!(!format!("{found:?}").contains("canary"), "{url}: {found:?}");
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
