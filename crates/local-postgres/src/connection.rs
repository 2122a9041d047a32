//! Connecting to the cluster: the address, whether Postgres accepts connections, and creating the role and database.

use std::{fmt::Write as _, os::unix::ffi::OsStrExt as _, path::PathBuf, time::Duration};

use tokio_postgres::{Client, Config, Error, NoTls, error::SqlState};

use super::error::PostgresError;

/// The role that created the cluster. Used to create the program's role, and by TCP.
pub(super) const SUPERUSER: &str = "postgres";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How to connect by the unix socket. There is no password: Postgres asks the kernel which account connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionTarget {
    /// The folder of the unix socket.
    pub socket_dir: PathBuf,
    /// The port, which is part of the socket's name.
    pub port: u16,
    /// The role.
    pub user: String,
    /// The database.
    pub database: String,
}

impl ConnectionTarget {
    /// The program's role, in the database of the same name.
    pub(super) fn new(socket_dir: PathBuf, port: u16, role: &str) -> Self {
        Self { socket_dir, port, user: role.to_owned(), database: role.to_owned() }
    }

    /// As a URL, with the socket's folder percent-encoded as the host.
    #[must_use]
    pub fn url(&self) -> String {
        let mut host = String::new();
        for byte in self.socket_dir.as_os_str().as_bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
                host.push(char::from(*byte));
            } else {
                // Writing to a String does not fail.
                let _ = write!(host, "%{byte:02X}");
            }
        }
        format!("postgres://{}@{host}:{}/{}", self.user, self.port, self.database)
    }

    fn config(&self, user: &str, database: &str) -> Config {
        let mut config = Config::new();
        config.host_path(&self.socket_dir).port(self.port).user(user).dbname(database);
        config.connect_timeout(CONNECT_TIMEOUT).application_name(env!("CARGO_PKG_NAME"));
        config
    }
}

/// The result of an attempt to connect.
#[derive(Debug)]
pub(super) enum Readiness {
    /// The database accepts connections.
    Ready,
    /// Postgres is starting, recovering or stopping.
    Busy,
    /// No process listens.
    NotListening,
    /// Postgres is ready but has no such role or database.
    Missing,
    /// Postgres refuses the connection.
    Refused(Error),
}

/// Tries to connect as the program will.
pub(super) async fn probe(target: &ConnectionTarget) -> Readiness {
    let Err(error) = connect(&target.config(&target.user, &target.database)).await else {
        return Readiness::Ready;
    };
    let Some(code) = error.code() else {
        return Readiness::NotListening;
    };
    // 57P01 to 57P03: it is being stopped, has crashed, or is not ready to take connections.
    if code.code().starts_with("57P") {
        Readiness::Busy
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        // It accepts other clients.
        Readiness::Ready
    } else if *code == SqlState::INVALID_CATALOG_NAME || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        Readiness::Missing
    } else {
        Readiness::Refused(error)
    }
}

/// Creates the role and the database, whichever is missing.
pub(super) async fn create(target: &ConnectionTarget) -> Result<(), PostgresError> {
    let refused = |error: Error| refused("create the role and the database", &error);
    let (name, database_name) = (&target.user, &target.database);
    let client = connect_as_superuser(target).await.map_err(refused)?;
    let role = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1";
    if client.query_opt(role, &[name]).await.map_err(refused)?.is_none() {
        client.batch_execute(&format!("CREATE ROLE {name} LOGIN")).await.map_err(refused)?;
    }
    let database = "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1";
    if client.query_opt(database, &[database_name]).await.map_err(refused)?.is_none() {
        let create = format!("CREATE DATABASE {database_name} OWNER {name}");
        client.batch_execute(&create).await.map_err(refused)?;
    }
    Ok(())
}

/// Sets the superuser's password, for TCP.
pub(super) async fn set_password(target: &ConnectionTarget, password: &str) -> Result<(), PostgresError> {
    let refused = |error: Error| refused("set the superuser's password", &error);
    let client = connect_as_superuser(target).await.map_err(refused)?;
    let quoted = password.replace('\'', "''");
    client.batch_execute(&format!("ALTER ROLE {SUPERUSER} PASSWORD '{quoted}'")).await.map_err(refused)
}

/// Postgres's answer to something it refused.
pub(super) fn refused(action: &'static str, error: &Error) -> PostgresError {
    let message = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    PostgresError::Refused { action, message }
}

async fn connect_as_superuser(target: &ConnectionTarget) -> Result<Client, Error> {
    connect(&target.config(SUPERUSER, SUPERUSER)).await
}

async fn connect(config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    // The task ends when the client is dropped.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection to the local Postgres lost");
        }
    });
    Ok(client)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    #[test]
    fn the_url_names_the_same_folder_whatever_its_characters() {
        let folder = PathBuf::from("/tmp/a b,c/%41?x#y@z:1/é");
        let target = ConnectionTarget::new(folder.clone(), 5432, "app");
        let config: Config = target.url().parse().unwrap();
        assert_eq!(config.get_hosts(), [Host::Unix(folder)]);
        assert_eq!(config.get_ports(), [5432]);
        assert_eq!((config.get_user(), config.get_dbname()), (Some("app"), Some("app")));
    }
}
