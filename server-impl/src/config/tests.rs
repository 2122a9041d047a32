//! The settings as a whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::*;

mod database_tls;
mod pooler;
mod system_file;
mod value_files;

fn raw(values: &[(&str, &str)]) -> Raw {
    let mut raw = Raw::default();
    for (name, value) in values {
        let setting = SETTINGS.iter().find(|setting| setting.variable == *name);
        raw.set(setting.expect(name), *value, Origin::Environment);
    }
    raw
}

fn settings(values: &[(&str, &str)]) -> Settings {
    Settings::from_raw(&raw(values)).unwrap()
}

fn errors(values: &[(&str, &str)]) -> Vec<String> {
    let errors = Settings::from_raw(&raw(values)).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

fn url(settings: &Settings) -> &str {
    match &settings.database {
        DatabaseChoice::External { url, .. } => url.expose_secret(),
        DatabaseChoice::Embedded { .. } => panic!("the database is embedded"),
    }
}

/// A folder that is removed at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("immich-config-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn without_given_values_the_defaults_apply() {
    let settings = settings(&[("IMMICH_DATA_DIR", "/srv/immich")]);

    assert_eq!(settings.listen.address, "127.0.0.1:2283".parse().unwrap());
    assert_eq!(settings.metrics.address, None);
    assert_eq!(settings.log.level, LogLevel::Log);
    assert_eq!(settings.log.format, LogFormat::Text);
    assert_eq!(settings.environment, Environment::Production);
    assert!(settings.setup.allowed);
    assert_eq!(settings.system, SystemSource::Database { defaults: SystemConfig::default() });
    assert_eq!(settings.build, BuildInfo::default());
    let throttle = settings.login.throttle.unwrap();
    assert_eq!(throttle.max_failures.get(), 10);
    assert_eq!(throttle.window, Duration::from_secs(300));
    let limits = settings.limits;
    assert!(limits.hash_threads >= 1);
    assert!(limits.max_connections >= 16);
    assert_eq!(limits.header_timeout, Duration::from_secs(10));
    assert_eq!(limits.body_timeout, Duration::from_secs(30));
    assert_eq!(limits.idle_timeout, Duration::from_secs(75));
    assert_eq!(limits.shutdown_timeout, Duration::from_secs(25));
    assert!(settings.notes.is_empty(), "{:?}", settings.notes);
    assert!(matches!(
        settings.database,
        DatabaseChoice::Embedded { data_dir, binaries: None } if data_dir == Path::new("/srv/immich")
    ));
}

#[test]
fn every_setting_is_applied() {
    let settings = settings(&[
        ("IMMICH_HOST", "::"),
        ("IMMICH_PORT", "0"),
        ("IMMICH_API_METRICS_HOST", "0.0.0.0"),
        ("IMMICH_API_METRICS_PORT", "8081"),
        ("IMMICH_TRUSTED_PROXIES", "none"),
        ("IMMICH_LOG_LEVEL", "VERBOSE"),
        ("IMMICH_LOG_FORMAT", "json"),
        ("IMMICH_ENV", "development"),
        ("IMMICH_ALLOW_SETUP", "false"),
        ("IMMICH_LOGIN_MAX_FAILURES", "0"),
        ("IMMICH_HASH_THREADS", "3"),
        ("IMMICH_HASH_QUEUE", "5"),
        ("IMMICH_DB_CONNECTIONS", "7"),
        ("IMMICH_MAX_CONNECTIONS", "9"),
        ("IMMICH_USER_MAX_SESSIONS", "8"),
        ("IMMICH_USER_MAX_API_KEYS", "9"),
        ("IMMICH_HEADER_TIMEOUT", "1"),
        ("IMMICH_BODY_TIMEOUT", "2"),
        ("IMMICH_IDLE_TIMEOUT", "3"),
        ("IMMICH_SHUTDOWN_TIMEOUT", "4"),
        ("DB_WAIT", "0"),
        ("DB_CONNECTION_MAX_AGE", "10"),
        ("IMMICH_READY", "reads"),
        ("IMMICH_DRAIN_DELAY", "11"),
        ("IMMICH_BUILD", "b"),
        ("IMMICH_SOURCE_COMMIT", "c"),
        ("DB_URL", "postgres://ann@db/x"),
    ]);

    assert_eq!(settings.listen.address, "[::]:0".parse().unwrap());
    assert_eq!(settings.metrics.address, Some("0.0.0.0:8081".parse().unwrap()));
    assert_eq!(settings.trusted_proxies, TrustedProxies::default());
    assert_eq!(settings.log.level, LogLevel::Verbose);
    assert_eq!(settings.log.format, LogFormat::Json);
    assert_eq!(settings.environment, Environment::Development);
    assert!(!settings.setup.allowed);
    assert_eq!(settings.login.throttle, None);
    assert_eq!(
        settings.limits,
        Limits {
            hash_threads: 3,
            hash_queue: 5,
            db_connections: 7,
            max_connections: 9,
            header_timeout: Duration::from_secs(1),
            body_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(3),
            shutdown_timeout: Duration::from_secs(4),
        }
    );
    assert_eq!(
        settings.availability,
        Availability {
            database_wait: Duration::ZERO,
            connection_max_age: Duration::from_secs(10),
            ready_for: ReadyFor::Reads,
            drain_delay: Duration::from_secs(11),
        }
    );
    assert_eq!(settings.user_limits, UserLimits { sessions: 8, api_keys: 9 });
    assert_eq!(settings.build.build.as_deref(), Some("b"));
    assert_eq!(settings.build.source_commit.as_deref(), Some("c"));
    assert_eq!(url(&settings), "postgres://ann@db/x");
}

#[test]
fn every_error_is_reported_at_once() {
    let bad = [
        ("DB_HOSTNAME", "a,b"),
        ("DB_PORT", "0"),
        ("DB_SSL_MODE", "allow"),
        ("DB_SSL_ROOT_CERT", "/nonexistent/root.crt"),
        ("DB_SSL_CERT", "/nonexistent/client.crt"),
        ("DB_SSL_KEY", "/nonexistent/client.key"),
        ("DB_CHANNEL_BINDING", "maybe"),
        ("IMMICH_LOG_LEVEL", "info"),
        ("IMMICH_LOG_FORMAT", "xml"),
        ("IMMICH_HOST", "example.org"),
        ("IMMICH_PORT", "65536"),
        ("IMMICH_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("IMMICH_API_METRICS_HOST", "everywhere"),
        ("IMMICH_API_METRICS_PORT", "-1"),
        ("IMMICH_ENV", "test"),
        ("IMMICH_ALLOW_SETUP", "maybe"),
        ("IMMICH_CONFIG_FILE", "/nonexistent/immich.json"),
        ("IMMICH_MACHINE_LEARNING_ENABLED", "off"),
        ("IMMICH_LOGIN_MAX_FAILURES", "ten"),
        ("IMMICH_LOGIN_FAILURE_WINDOW", "0"),
        ("IMMICH_HASH_THREADS", "0"),
        ("IMMICH_HASH_QUEUE", "0"),
        ("IMMICH_DB_CONNECTIONS", "0"),
        ("IMMICH_HEADER_TIMEOUT", "10s"),
        ("IMMICH_BODY_TIMEOUT", "3601"),
        ("IMMICH_IDLE_TIMEOUT", "1.5"),
        ("IMMICH_SHUTDOWN_TIMEOUT", "0"),
        ("DB_WAIT", "-1"),
        ("DB_CONNECTION_MAX_AGE", "0"),
        ("IMMICH_READY", "maybe"),
        ("IMMICH_DRAIN_DELAY", "3601"),
    ];

    let errors = errors(&bad);

    for (name, value) in bad {
        let start = format!("{name} = {value:?} (environment): ");
        let reported = errors.iter().filter(|error| error.starts_with(&start)).count();
        assert_eq!(reported, 1, "{name}: {errors:#?}");
    }
    assert_eq!(errors.len(), bad.len(), "{errors:#?}");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf_8_is_rejected() {
    use std::os::unix::ffi::OsStringExt as _;

    let mut raw = raw(&[("DB_URL", "postgres://db")]);
    let value = std::ffi::OsString::from_vec(vec![b'a', 0xff]);
    raw.set(table::IMMICH_BUILD, value, Origin::Environment);

    let errors = Settings::from_raw(&raw).unwrap_err();

    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].variable, "IMMICH_BUILD");
    assert_eq!(errors[0].problem, "not valid UTF-8");
}

#[test]
fn a_database_given_in_parts_keeps_special_characters_in_its_password() {
    let settings = settings(&[
        ("DB_HOSTNAME", "::1"),
        ("DB_PORT", "6000"),
        ("DB_USERNAME", "o'neill"),
        ("DB_PASSWORD", r" p@ss'w\ord%41 "),
        ("DB_DATABASE_NAME", "photos"),
    ]);

    let config: tokio_postgres::Config = url(&settings).parse().unwrap();
    assert_eq!(config.get_password(), Some(br" p@ss'w\ord%41 ".as_slice()));
    assert_eq!(config.get_user(), Some("o'neill"));
    assert_eq!(config.get_ports(), [6000]);
    assert_eq!(config.get_dbname(), Some("photos"));
    assert!(matches!(
        &settings.database,
        DatabaseChoice::External { described, .. } if described == "o'neill@[::1]:6000/photos"
    ));
    assert!(!format!("{settings:?}").contains("ord%41"));
}

#[cfg(unix)]
#[test]
fn a_database_given_in_parts_may_listen_on_a_unix_socket() {
    let settings = settings(&[("DB_HOSTNAME", "/run/postgresql")]);

    let config: tokio_postgres::Config = url(&settings).parse().unwrap();
    let socket = tokio_postgres::config::Host::Unix("/run/postgresql".into());
    assert_eq!(config.get_hosts(), [socket]);
    assert_eq!(config.get_password(), None);
}

#[test]
fn a_database_url_replaces_the_parts_and_notes_them() {
    let settings = settings(&[
        ("DB_URL", "postgres://ann@db/x"),
        ("DB_HOSTNAME", "other"),
        ("DB_PORT", "none of your business"),
        ("IMMICH_DATA_DIR", "/srv/immich"),
    ]);

    assert_eq!(url(&settings), "postgres://ann@db/x");
    assert_eq!(
        settings.notes,
        [
            "DB_HOSTNAME is ignored: DB_URL is set",
            "DB_PORT is ignored: DB_URL is set",
            "IMMICH_DATA_DIR is ignored: an external database is configured",
        ]
    );
}

#[test]
fn parts_of_a_database_without_its_host_do_not_start_the_embedded_one() {
    let errors = errors(&[("DB_PASSWORD", "canary"), ("DB_DATABASE_NAME", "x")]);

    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0]
            .starts_with("DB_HOSTNAME: not set, but other parts of the address are: DB_PASSWORD, DB_DATABASE_NAME;"),
        "{errors:?}"
    );
}

#[test]
fn metrics_need_a_separate_port() {
    let errors =
        errors(&[("DB_URL", "postgres://db"), ("IMMICH_HOST", "0.0.0.0"), ("IMMICH_API_METRICS_PORT", "2283")]);

    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("IMMICH_API_METRICS_PORT = \"2283\""), "{errors:?}");
}

#[test]
fn the_folders_of_the_embedded_database_are_validated() {
    let folder = Folder::new("folders");
    let file = folder.file("postgres", "");
    let path = folder.0.to_str().unwrap();

    let errors = errors(&[("IMMICH_DATA_DIR", &file), ("IMMICH_POSTGRES_BIN_DIR", path)]);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("not a folder"), "{errors:?}");
    assert!(errors[1].contains("does not contain the program initdb"), "{errors:?}");

    folder.file("initdb", "");
    let sound = settings(&[("IMMICH_DATA_DIR", "relative"), ("IMMICH_POSTGRES_BIN_DIR", path)]);
    assert!(matches!(
        sound.database,
        DatabaseChoice::Embedded { data_dir, binaries: Some(binaries) }
            if data_dir.is_absolute() && data_dir.ends_with("relative") && binaries == folder.0
    ));
}

#[test]
fn every_default_is_valid() {
    for setting in SETTINGS {
        let Some(default) = setting.default.value().unwrap() else {
            continue;
        };
        let mut raw = raw(&[("DB_HOSTNAME", "db")]);
        raw.set(setting, default, Origin::Flag);
        let errors = match setting.commands {
            Commands::Mock => MockSettings::from_raw(&raw).err(),
            _ => Settings::from_raw(&raw).err(),
        };
        assert_eq!(errors, None, "{}", setting.variable);
    }
}
