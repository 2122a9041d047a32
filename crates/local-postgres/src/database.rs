//! The server's database and role in the cluster: how to connect, whether they answer, and making them.

use std::{fmt::Write as _, os::unix::ffi::OsStrExt as _, path::PathBuf, time::Duration};

use tokio_postgres::{Client, Config, Error, NoTls, error::SqlState};

use super::error::EmbeddedError;

/// The role the server works as: it owns its database, and nothing else.
pub(super) const ROLE: &str = "immich";

/// The role that made the cluster. Used once, to create the others.
pub(super) const SUPERUSER: &str = "postgres";

const DATABASE: &str = "immich";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How to connect to the embedded database. There is no password: Postgres asks the kernel who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionTarget {
    /// The folder of the unix socket.
    pub socket_dir: PathBuf,
    /// The port, which only names the socket; there is no TCP.
    pub port: u16,
    /// The role.
    pub user: String,
    /// The database.
    pub database: String,
}

impl ConnectionTarget {
    pub(super) fn new(socket_dir: PathBuf, port: u16) -> Self {
        Self { socket_dir, port, user: ROLE.to_owned(), database: DATABASE.to_owned() }
    }

    /// As a URL, the socket's folder percent-encoded in the place of the host.
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
        config.connect_timeout(CONNECT_TIMEOUT).application_name("immich-server start");
        config
    }
}

/// What came of an attempt to connect.
#[derive(Debug)]
pub(super) enum Answer {
    /// The database answers.
    Ready,
    /// Postgres answers that it is starting, recovering or stopping.
    Busy,
    /// Nobody listens.
    Silent,
    /// Postgres is ready but does not know the role or the database.
    Missing,
    /// Postgres refuses.
    Refused(Error),
}

/// Tries to connect as the server will.
pub(super) async fn ask(target: &ConnectionTarget) -> Answer {
    let Err(error) = connect(&target.config(&target.user, &target.database)).await else {
        return Answer::Ready;
    };
    let Some(code) = error.code() else {
        return Answer::Silent;
    };
    // 57P01 to 57P03: it is being stopped, has crashed, or is not ready to take connections.
    if code.code().starts_with("57P") {
        Answer::Busy
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        // Others are being served.
        Answer::Ready
    } else if *code == SqlState::INVALID_CATALOG_NAME || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        Answer::Missing
    } else {
        Answer::Refused(error)
    }
}

/// Creates the role and the database, whichever is missing.
pub(super) async fn create(target: &ConnectionTarget) -> Result<(), EmbeddedError> {
    let refused = |error: Error| refused("create the server's role and database", &error);
    let client = connect(&target.config(SUPERUSER, "postgres")).await.map_err(refused)?;
    let role = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1";
    if client.query_opt(role, &[&ROLE]).await.map_err(refused)?.is_none() {
        client.batch_execute(&format!("CREATE ROLE {ROLE} LOGIN")).await.map_err(refused)?;
    }
    let database = "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1";
    if client.query_opt(database, &[&DATABASE]).await.map_err(refused)?.is_none() {
        let create = format!("CREATE DATABASE {DATABASE} OWNER {ROLE}");
        client.batch_execute(&create).await.map_err(refused)?;
    }
    Ok(())
}

/// The database's answer to something it refused.
pub(super) fn refused(action: &'static str, error: &Error) -> EmbeddedError {
    let message = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    EmbeddedError::Refused { action, message }
}

async fn connect(config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    // Ends with the client.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection to the embedded database lost");
        }
    });
    Ok(client)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    #[test]
    fn the_url_means_the_same_folder_whatever_is_in_its_name() {
        let folder = PathBuf::from("/tmp/a b,c/%41?x#y@z:1/é");
        let target = ConnectionTarget::new(folder.clone(), 5432);
        let config: Config = target.url().parse().unwrap();
        assert_eq!(config.get_hosts(), [Host::Unix(folder)]);
        assert_eq!(config.get_ports(), [5432]);
        assert_eq!((config.get_user(), config.get_dbname()), (Some("immich"), Some("immich")));
    }
}
