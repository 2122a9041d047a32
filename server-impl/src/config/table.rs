//! Every setting: one entry each. The rest is derived from here: flag, `--help`, `check-config`, error messages and
//! `docs/configuration.md`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::database_url::DatabaseUrl;
use super::entry::{Entry, any_text, number, path, seconds, seconds_or_none, settings, text, words};
use super::setting::{Commands, Setting};
use super::{
    ChannelBinding, CleanupTime, CredentialCacheMode, Environment, ListenUrl, LogFormat, LogLevel, ReadyFor,
    RootCertificates, SecurityProfile, SslMode, TrustedProxies,
};
use super::{cleanup, database, database_tls, database_url, embedded, limits, listen, pooler, proxies, system_file};

settings! {
    "Database", OnDatabase {
        /// Connection URL of the PostgreSQL database, `postgres://user:password@host:port/name`; replaces
        /// `DB_HOSTNAME`, `DB_PORT`, `DB_USERNAME`, `DB_PASSWORD` and `DB_DATABASE_NAME`. With several hosts, as in
        /// `host1:5432,host2:5432`, the server uses the one that is the primary
        DB_URL: DatabaseUrl = text("URL", database_url::ALLOWED, database::parse_url).secret().or_file();

        /// Host of the PostgreSQL database, or the folder of its Unix socket; without `DB_HOSTNAME` and `DB_URL`,
        /// the program runs an embedded PostgreSQL
        DB_HOSTNAME: String = text("HOST", database::ALLOWED_HOST, database::parse_host).or_file();

        /// TCP port of the database
        DB_PORT: u16 = number("PORT", 1..=65_535).default("5432");

        /// User name for the database
        DB_USERNAME: String = text("NAME", "a name", database::parse_name).default("postgres").or_file();

        /// Password of that user; safer in a file or in the environment, because other users of the machine can see
        /// flags
        DB_PASSWORD: String = any_text("PASSWORD").secret().or_file();

        /// Name of the database
        DB_DATABASE_NAME: String = text("NAME", "a name", database::parse_name).default("immich").or_file();

        /// Whether connections to the database are encrypted by TLS. `prefer` encrypts when the server offers it;
        /// `require` always; `verify-ca` verifies that the certificate of the server is signed by a trusted authority;
        /// `verify-full` also that it contains the host name. The option `sslmode` of `DB_URL` is the same. Unix sockets
        /// are not encrypted
        DB_SSL_MODE: SslMode = words("MODE", database_tls::MODES).default("prefer");

        /// File with the certificates of the trusted authorities, or `system` for those of the operating system; with
        /// `require`, the certificate of the server is then verified as with `verify-ca`. The option `sslrootcert` of
        /// `DB_URL` is the same
        DB_SSL_ROOT_CERT: RootCertificates =
            path("FILE", database_tls::ALLOWED_ROOTS, database_tls::parse_roots);

        /// File with the certificate that the program shows to the database; the option `sslcert` of `DB_URL` is the
        /// same
        DB_SSL_CERT: PathBuf = path("FILE", database_tls::ALLOWED_CERTIFICATE, database_tls::parse_certificate);

        /// File with the private key of that certificate; the option `sslkey` of `DB_URL` is the same
        DB_SSL_KEY: PathBuf = path("FILE", database_tls::ALLOWED_KEY, database_tls::parse_key);

        /// Whether the password proves that no other server is between the program and the database: `require` fails
        /// where TLS or SCRAM is missing. The option `channel_binding` of `DB_URL` is the same
        DB_CHANNEL_BINDING: ChannelBinding = words("MODE", database_tls::CHANNEL_BINDINGS).default("prefer");

        /// Connection pooler in front of the database: `transaction` for PgBouncer with `pool_mode = transaction`, where
        /// nothing may depend on the session; `none` without one, and for PgBouncer in session mode
        DB_POOLER: bool = words("POOLER", &[("none", false), ("transaction", true)]).default("none");

        /// How long `serve` and `migrate` wait for a database that is not up yet, or has no primary; 0 for not at all.
        /// A wrong password, for example, fails at once
        DB_WAIT: Duration = seconds_or_none(86_400).default("60");

        /// Greatest age of a connection to the database. Older ones are replaced when they are not in use, so that
        /// connections follow a change of the database's address
        DB_CONNECTION_MAX_AGE: Duration = seconds(86_400).default("1800");

        /// Data folder of the embedded PostgreSQL; created when it does not exist
        IMMICH_DATA_DIR: PathBuf = path("FOLDER", embedded::ALLOWED_DATA_DIR, embedded::parse_data_dir)
            .computed("immich-api in the user's data folder; for root /var/lib/immich-api", embedded::default_data_dir);

        /// Folder with the programs `postgres` and `initdb`, for the embedded PostgreSQL; unset, the usual folders are
        /// searched
        IMMICH_POSTGRES_BIN_DIR: PathBuf =
            path("FOLDER", "a folder that contains postgres and initdb", embedded::parse_bin_dir);
    }

    "Database", Serve {
        /// Connection URL of the same database for the one connection that receives revocations, which needs a session;
        /// with `DB_POOLER=transaction`, the credential cache is off without it. Without options of TLS, those of the
        /// database apply
        DB_LISTEN_URL: ListenUrl = text("URL", database_url::ALLOWED, pooler::parse_listen_url).secret().or_file();
    }

    "Security", OnDatabase {
        /// What has precedence where upstream and OWASP ASVS 5.0 disagree: upstream with `compatible`, level 1 of the
        /// standard with `strict`, as far as the contract allows. `docs/asvs.md` lists the differences
        IMMICH_SECURITY_PROFILE: SecurityProfile = words("PROFILE", &[
            ("compatible", SecurityProfile::Compatible),
            ("strict", SecurityProfile::Strict),
        ]).default("compatible");
    }

    "Log", All {
        /// Lowest level that is logged
        IMMICH_LOG_LEVEL: LogLevel = words("LEVEL", &[
            ("verbose", LogLevel::Verbose),
            ("debug", LogLevel::Debug),
            ("log", LogLevel::Log),
            ("warn", LogLevel::Warn),
            ("error", LogLevel::Error),
            ("fatal", LogLevel::Fatal),
        ]).default("log");

        /// Format of log lines; `console`, upstream's word, is the same as `text`
        IMMICH_LOG_FORMAT: LogFormat = words("FORMAT", &[
            ("text", LogFormat::Text),
            ("json", LogFormat::Json),
            ("console", LogFormat::Text),
        ]).default("text");
    }

    "Log", Serve {
        /// Whether the audit log contains e-mail addresses; otherwise it contains the ids of accounts, and a keyed hash of
        /// an address that no account has
        IMMICH_LOG_EMAIL: bool = words("BOOLEAN", &[("true", true), ("false", false)]).default("false");
    }

    "Network", ServeAndMock {
        /// IP address to listen on; `0.0.0.0` for every IPv4 address, `::` for every address, as upstream does when it is
        /// not set
        IMMICH_HOST: IpAddr = text("ADDRESS", listen::ALLOWED_ADDRESS, listen::parse_address).default("127.0.0.1");

        /// TCP port to listen on; 0 lets the system choose one
        IMMICH_PORT: u16 = number("PORT", 0..=65_535).default("2283");
    }

    "Network", Serve {
        /// Reverse proxies whose `Forwarded` and `X-Forwarded-*` headers are trusted; `loopback` stands for this host,
        /// `linklocal` and `uniquelocal` for private networks. A proxy on another host or in a container must be listed
        IMMICH_TRUSTED_PROXIES: TrustedProxies =
            text("LIST", proxies::ALLOWED, TrustedProxies::parse).default("loopback");

        /// IP address on which Prometheus metrics are served
        IMMICH_API_METRICS_HOST: IpAddr =
            text("ADDRESS", listen::ALLOWED_ADDRESS, listen::parse_address).default("127.0.0.1");

        /// TCP port on which Prometheus metrics are served; unset, metrics are off
        IMMICH_API_METRICS_PORT: u16 = number("PORT", 0..=65_535);
    }

    "Health and shutdown", Serve {
        /// When `/readyz` answers 200: with `writes`, while the database takes reads and writes; with `reads`, also while
        /// its primary takes only reads
        IMMICH_READY: ReadyFor = words("OPERATIONS", &[
            ("writes", ReadyFor::Writes),
            ("reads", ReadyFor::Reads),
        ]).default("writes");

        /// How long the server goes on accepting requests after SIGTERM, while `/readyz` answers 503, so that load
        /// balancers stop sending requests first
        IMMICH_DRAIN_DELAY: Duration = seconds_or_none(limits::LONGEST_TIMEOUT).default("0");
    }

    "Installation", Serve {
        /// Kind of installation: `development` adds CORS headers for web pages of any origin; `testing` is the same as
        /// `production`
        IMMICH_ENV: Environment = words("ENVIRONMENT", &[
            ("production", Environment::Production),
            ("development", Environment::Development),
            ("testing", Environment::Production),
        ]).default("production");

        /// Whether the first administrator may sign up over the network
        IMMICH_ALLOW_SETUP: bool = words("BOOLEAN", &[("true", true), ("false", false)]).default("true");


        /// Whether upstream's machine learning is in use, for `GET /server/features`; the value of
        /// `machineLearning.enabled` in the system configuration has precedence
        IMMICH_MACHINE_LEARNING_ENABLED: bool = words("BOOLEAN", &[("true", true), ("false", false)]).default("true");
    }

    "Installation", ServeAndCleanup {
        /// JSON or YAML file with the system configuration; replaces the system configuration in the database
        IMMICH_CONFIG_FILE: Value = path("FILE", system_file::ALLOWED, system_file::parse);
    }

    "Login", Serve {
        /// Wrong passwords for an account from one client address within the window; further attempts are rejected with
        /// 429. An address with all its accounts, and an account from all new addresses, may have ten times as many. 0
        /// for no limit
        IMMICH_LOGIN_MAX_FAILURES: u32 = number("COUNT", 0..=1_000_000).default("10");

        /// Window in which wrong passwords are counted
        IMMICH_LOGIN_FAILURE_WINDOW: Duration = seconds(86_400).default("300");
    }

    "Credential cache", Serve {
        /// Whether reads are authorized from a cache. With `on`, other processes of the server may accept a revoked
        /// credential for up to 50 ms. With `strict`, no process accepts it after the response to the revocation, and
        /// that response takes 40 ms longer. With `off`, every request queries the database
        IMMICH_CREDENTIAL_CACHE: CredentialCacheMode = words("MODE", &[
            ("on", CredentialCacheMode::On),
            ("strict", CredentialCacheMode::Strict),
            ("off", CredentialCacheMode::Off),
        ]).default("on");

        /// Maximum number of cached credentials, at about half a kilobyte each
        IMMICH_CREDENTIAL_CACHE_SIZE: usize = number("COUNT", 1..=1_000_000).default("10000");
    }

    "Cleanup", Serve {
        /// Time of day, in UTC, at which the server removes expired sessions, sessions that were not used for 90 days,
        /// and users deleted longer than `user.deleteDelay` days ago; `off` if only `immich-server cleanup` does
        IMMICH_API_CLEANUP_TIME: CleanupTime = text("TIME", cleanup::ALLOWED, cleanup::parse).default("00:00");
    }

    "Limits", Serve {
        /// Threads that hash passwords
        IMMICH_HASH_THREADS: usize = number("COUNT", 1..=limits::MAX_HASH_THREADS)
            .computed("one less than the CPU cores, at least 1", limits::default_hash_threads);

        /// Passwords that may wait for a hashing thread, shared fairly by address and by account; further logins are
        /// rejected with 503
        IMMICH_HASH_QUEUE: usize = number("COUNT", 1..=100_000).default("64");

        /// Maximum number of database connections
        IMMICH_DB_CONNECTIONS: u32 = number("COUNT", 1..=1_000).default("16");

        /// Maximum number of client connections. One client address may have a quarter of them, trusted proxies all.
        /// A connection beyond that takes the place of the one that has been idle longest, or is closed at once
        IMMICH_MAX_CONNECTIONS: usize = number("COUNT", 1..=1_000_000).computed(
            "4096, or what the limit on open files leaves if that is less",
            limits::default_max_connections,
        );

        /// Sessions that a user may have; when there are more, the longest unused ones end
        IMMICH_USER_MAX_SESSIONS: i64 = number("COUNT", 1..=1_000_000).default("10000");

        /// API keys that a user may have; at the limit, no further one can be created
        IMMICH_USER_MAX_API_KEYS: i64 = number("COUNT", 1..=1_000_000).default("10000");

        /// Timeout for receiving the head of a request
        IMMICH_HEADER_TIMEOUT: Duration = seconds(limits::LONGEST_TIMEOUT).default("10");

        /// Timeout for receiving the body of a request, and for a client that reads the response too slowly: in each
        /// such period it must read 500 bytes per second on average
        IMMICH_BODY_TIMEOUT: Duration = seconds(limits::LONGEST_TIMEOUT).default("30");

        /// How long a connection may be idle between two requests
        IMMICH_IDLE_TIMEOUT: Duration = seconds(limits::LONGEST_TIMEOUT).default("75");

        /// Timeout for finishing requests in progress at shutdown
        IMMICH_SHUTDOWN_TIMEOUT: Duration = seconds(limits::LONGEST_TIMEOUT).default("25");
    }

    "Build information, shown to users", Serve {
        /// Name or number of the build
        IMMICH_BUILD: String = any_text("TEXT");

        /// Page that describes the build
        IMMICH_BUILD_URL: String = any_text("URL");

        /// Name of the container image
        IMMICH_BUILD_IMAGE: String = any_text("TEXT");

        /// Page that describes the container image
        IMMICH_BUILD_IMAGE_URL: String = any_text("URL");

        /// Name of the source repository
        IMMICH_REPOSITORY: String = any_text("TEXT");

        /// Address of the source repository
        IMMICH_REPOSITORY_URL: String = any_text("URL");

        /// Branch or tag from which the build was made
        IMMICH_SOURCE_REF: String = any_text("TEXT");

        /// Commit from which the build was made
        IMMICH_SOURCE_COMMIT: String = any_text("TEXT");

        /// Address of the source from which the build was made
        IMMICH_SOURCE_URL: String = any_text("URL");

        /// Address of the source of a modified distribution
        IMMICH_THIRD_PARTY_SOURCE_URL: String = any_text("URL");

        /// Page for reporting problems of a modified distribution
        IMMICH_THIRD_PARTY_BUG_FEATURE_URL: String = any_text("URL");

        /// Documentation of a modified distribution
        IMMICH_THIRD_PARTY_DOCUMENTATION_URL: String = any_text("URL");

        /// Page for support with a modified distribution
        IMMICH_THIRD_PARTY_SUPPORT_URL: String = any_text("URL");
    }

    "Mock", Mock {
        /// Seed of the generated examples: the same seed gives the same answers
        IMMICH_SEED: u64 = number("NUMBER", 0..=u64::MAX).default("0");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_settings_share_a_variable_or_a_flag() {
        let variables: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.variable).collect();
        let flags: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.flag()).collect();

        assert_eq!(variables.len(), SETTINGS.len());
        assert_eq!(flags.len(), SETTINGS.len());
        for (file, flag) in SETTINGS.iter().filter_map(|setting| Some((setting.file_variable?, setting.file_flag()?))) {
            assert!(!variables.contains(file) && !flags.contains(&flag), "{file}");
        }
    }

    #[test]
    fn a_flag_is_its_environment_variable_in_kebab_case() {
        assert_eq!(DB_DATABASE_NAME.flag(), "db-database-name");
        assert_eq!(IMMICH_CREDENTIAL_CACHE_SIZE.flag(), "credential-cache-size");
    }

    #[test]
    fn settings_that_may_contain_a_password_are_secret_and_have_no_default() {
        for setting in [DB_URL.setting(), DB_PASSWORD.setting(), DB_LISTEN_URL.setting()] {
            assert!(setting.secret, "{}", setting.variable);
            assert_eq!(setting.default.value(), Ok(None), "{}", setting.variable);
        }
    }

    #[test]
    fn every_secret_can_be_read_from_a_file() {
        let files: Vec<&str> = SETTINGS.iter().filter_map(|setting| setting.file_variable).collect();

        assert_eq!(
            files,
            [
                "DB_URL_FILE",
                "DB_HOSTNAME_FILE",
                "DB_USERNAME_FILE",
                "DB_PASSWORD_FILE",
                "DB_DATABASE_NAME_FILE",
                "DB_LISTEN_URL_FILE"
            ]
        );
        for setting in SETTINGS.iter().filter(|setting| setting.secret) {
            assert!(setting.file_variable.is_some(), "{}", setting.variable);
        }
    }
}
