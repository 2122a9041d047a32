//! A database per test, and the rows that tests begin with.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use futures_util::Stream;
use local_postgres::{Cluster, PREFIX};
use secrecy::SecretString;
use time::OffsetDateTime;
use tokio::time::{sleep, timeout};
use tokio_postgres::config::Host;
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};
use uuid::Uuid;

use crate::db::api_key::{self, ApiKeyRow, NewApiKey};
use crate::db::connection::DbConnection;
use crate::db::session::{self, NewSession, SessionRow};
use crate::db::user::{self, NewUser, ProfileRow, UserRow};
use crate::db::user_admin;
use crate::db::{Database, DatabaseSettings, DbError, List, PasswordHash, Reader, TokenHash, Writer, migrate};

/// A database that lives as long as this value.
pub(super) struct TestDatabase {
    server: Config,
    name: String,
}

impl TestDatabase {
    /// An empty database.
    pub(super) async fn empty() -> Self {
        let name = format!("{PREFIX}{}", Uuid::new_v4().simple());
        let server = server().await;
        sql(&server, &format!("create database {name}")).await;
        Self { server, name }
    }

    /// A database with the schema.
    pub(super) async fn migrated() -> Self {
        let database = Self::empty().await;
        migrate(&database.settings()).await.unwrap();
        database
    }

    /// Upstream's database of version 2.5, used in place.
    pub(super) async fn of_upstream() -> Self {
        let database = Self::empty().await;
        database.sql(include_str!("../../../../tests/fixtures/upstream.sql")).await;
        migrate(&database.settings()).await.unwrap();
        database
    }

    /// Upstream's database of version 2.7, used in place. It stores hashes as bytes and has its own indexes on them.
    pub(super) async fn of_upstream_with_bytes() -> Self {
        let database = Self::empty().await;
        database.sql(include_str!("../../../../tests/fixtures/upstream.sql")).await;
        database.sql(include_str!("../../../../tests/fixtures/upstream_2_6.sql")).await;
        migrate(&database.settings()).await.unwrap();
        database
    }

    pub(super) fn settings(&self) -> DatabaseSettings {
        DatabaseSettings::new(dsn(&self.server, &self.name, None))
    }

    /// The same database, reached through a port of this machine.
    pub(super) fn settings_through(&self, port: u16) -> DatabaseSettings {
        DatabaseSettings::new(dsn(&self.server, &self.name, Some(port)))
    }

    pub(super) async fn connect(&self) -> Database {
        Database::connect(&self.settings()).await.unwrap()
    }

    /// Runs SQL on a separate connection, and returns the values of all rows.
    pub(super) async fn sql(&self, text: &str) -> Vec<Option<String>> {
        let mut config = self.server.clone();
        config.dbname(&self.name);
        sql(&config, text).await
    }
}

impl Drop for TestDatabase {
    /// Waits, so that the database is dropped when the test ends. The tests need a runtime with another thread than the
    /// one that waits here: a connection in the middle of its login delays the drop by a minute.
    fn drop(&mut self) {
        let drop = format!("drop database if exists {} with (force)", self.name);
        let server = self.server.clone();
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(sql(&server, &drop));
        });
        let _ = dropped.join();
    }
}

/// The server that the tests may use.
pub(super) async fn server() -> Config {
    let cluster = Cluster::of_this_run().await;
    cluster.url(&cluster.maintenance).parse().expect("the cluster's URL is a postgres:// URL")
}

async fn sql(config: &Config, text: &str) -> Vec<Option<String>> {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    let moved = tokio::spawn(connection);
    let messages = client.simple_query(text).await.unwrap();
    drop(client);
    moved.await.unwrap().unwrap();
    let mut values = Vec::new();
    for message in messages {
        if let SimpleQueryMessage::Row(row) = message {
            values.extend((0..row.len()).map(|column| row.get(column).map(str::to_owned)));
        }
    }
    values
}

/// The connection string for `database` on `server`, or through a port of this machine instead.
pub(super) fn dsn(server: &Config, database: &str, through: Option<u16>) -> SecretString {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let host = match (through, server.get_hosts().first()) {
        (Some(_), _) => "127.0.0.1".to_owned(),
        (None, Some(Host::Tcp(name))) => name.clone(),
        (None, Some(Host::Unix(folder))) => folder.to_string_lossy().into_owned(),
        (None, None) => panic!("TEST_DATABASE_URL names a host"),
    };
    let port = through.unwrap_or_else(|| server.get_ports().first().copied().unwrap_or(5432));
    let mut text = format!("host={} port={port} dbname={}", quoted(&host), quoted(database));
    if let Some(user) = server.get_user() {
        write!(text, " user={}", quoted(user)).unwrap();
    }
    if let Some(password) = server.get_password() {
        write!(text, " password={}", quoted(&String::from_utf8_lossy(password))).unwrap();
    }
    SecretString::from(text)
}

/// Waits until the connections that open in the background are open: one of the two shared ones, and those for lists.
pub(super) async fn wait_for_readers(database: &Database) {
    let all = async {
        let is_open = || {
            let open = database.statistics();
            (open.read_connections, open.list_connections) == (2, 2)
        };
        while !is_open() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), all).await.expect("all connections open");
}

pub(super) fn new_user(email: &str) -> NewUser {
    NewUser {
        email: email.to_owned(),
        password_hash: PasswordHash::new("$2b$10$hash"),
        name: format!("Name of {email}"),
        is_admin: false,
        storage_label: None,
    }
}

pub(super) fn new_session(user: &UserRow, token: &str) -> NewSession {
    NewSession {
        token: TokenHash::of(token),
        user_id: user.id,
        parent_id: None,
        expires_at: None,
        device_type: "Firefox".to_owned(),
        device_os: "Linux".to_owned(),
        app_version: None,
    }
}

pub(super) fn new_key(user: &UserRow, secret: &str) -> NewApiKey {
    NewApiKey {
        key: TokenHash::of(secret),
        user_id: user.id,
        name: format!("key {secret}"),
        permissions: vec!["user.read".to_owned(), "all".to_owned(), "user.read".to_owned()],
    }
}

/// A migrated database with connections to it: what most tests use.
pub(super) struct Fixture {
    pub(super) database: Database,
    pub(super) test: TestDatabase,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let test = TestDatabase::migrated().await;
        let database = test.connect().await;
        Self { database, test }
    }

    pub(super) fn reader(&self) -> Reader {
        self.database.reader().unwrap()
    }

    pub(super) async fn writer(&self) -> Writer {
        self.database.writer().await.unwrap()
    }

    pub(super) async fn user(&self, email: &str) -> UserRow {
        user::insert(&mut self.writer().await, &new_user(email)).await.unwrap()
    }

    pub(super) async fn deleted_user(&self, email: &str) -> UserRow {
        let user = self.user(email).await;
        user_admin::soft_delete(&mut self.writer().await, user.id).await.unwrap().unwrap()
    }

    pub(super) async fn session(&self, user: &UserRow, token: &str) -> SessionRow {
        self.new_session(&new_session(user, token)).await
    }

    pub(super) async fn child(&self, parent: &SessionRow, user: &UserRow, token: &str) -> SessionRow {
        let child = NewSession { parent_id: Some(parent.id), ..new_session(user, token) };
        self.new_session(&child).await
    }

    pub(super) async fn expired_session(&self, user: &UserRow, token: &str) -> SessionRow {
        let past = Some(OffsetDateTime::now_utc() - time::Duration::seconds(1));
        let expired = NewSession { expires_at: past, ..new_session(user, token) };
        self.new_session(&expired).await
    }

    pub(super) async fn new_session(&self, new: &NewSession) -> SessionRow {
        session::insert(&mut self.writer().await, new, i64::MAX).await.unwrap().0
    }

    pub(super) async fn key(&self, user: &UserRow, secret: &str) -> ApiKeyRow {
        api_key::insert(&mut self.writer().await, &new_key(user, secret), i64::MAX).await.unwrap().0
    }

    /// The sessions of a user, in one list.
    pub(super) async fn sessions_of(&self, user: Uuid) -> Vec<SessionRow> {
        let reader = self.database.list_reader(user).await.unwrap();
        whole(session::list_for_user(reader, user, usize::MAX).await.unwrap())
    }

    /// The keys of a user, in one list.
    pub(super) async fn keys_of(&self, user: Uuid) -> Vec<ApiKeyRow> {
        let reader = self.database.list_reader(user).await.unwrap();
        whole(api_key::list_for_user(reader, user, usize::MAX).await.unwrap())
    }
}

/// All live users, in one list.
pub(super) async fn listed_users(database: &Database) -> Vec<ProfileRow> {
    let reader = database.list_reader(Uuid::nil()).await.unwrap();
    whole(user::list_live(reader, usize::MAX).await.unwrap())
}

/// All live users, as a stream.
pub(super) async fn streamed_users(database: &Database) -> impl Stream<Item = Result<ProfileRow, DbError>> + use<> {
    let reader = database.list_reader(Uuid::nil()).await.unwrap();
    streamed(user::list_live(reader, 0).await.unwrap())
}

/// A list that is not streamed.
pub(super) fn whole<T, S>(list: List<T, S>) -> Vec<T> {
    match list {
        List::All(rows) => rows,
        List::Stream(_) => panic!("the list is streamed"),
    }
}

/// A list that is streamed.
pub(super) fn streamed<T, S>(list: List<T, S>) -> S {
    match list {
        List::All(_) => panic!("the list is not streamed"),
        List::Stream(rows) => rows,
    }
}

/// Sends a query to the database.
pub(super) async fn ping(database: &Database) -> Result<(), DbError> {
    let query = |connection: Arc<DbConnection>| async move { connection.shared().batch_execute("select 1").await };
    database.reader()?.run(query).await
}
