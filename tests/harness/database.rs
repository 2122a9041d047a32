//! A separate database for each test, copied from the migrated template and dropped at the end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_postgres::NoTls;
use tokio_postgres::types::ToSql;

use super::{Proxy, Release};
use local_postgres::{Cluster, PREFIX};

use super::postgres::template;

/// How long a server may accept a credential after another process has revoked it.
pub(crate) const REVOCATION_LIMIT: Duration = Duration::from_millis(50);

/// A test's database. Clones are handles on the same one; the last one drops it.
#[derive(Clone)]
pub(crate) struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    cluster: &'static Cluster,
    name: String,
}

impl Database {
    /// With the tables, without rows.
    pub(crate) async fn new() -> Self {
        Self::copied_from(template().await).await
    }

    /// Without tables.
    pub(crate) async fn without_tables() -> Self {
        Self::copied_from("template0").await
    }

    async fn copied_from(template: &str) -> Self {
        let cluster = Cluster::of_this_run().await;
        let name = format!("{PREFIX}{}", uuid::Uuid::new_v4().simple());
        cluster.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self { inner: Arc::new(Inner { cluster, name }) }
    }

    pub(crate) fn url(&self) -> String {
        self.inner.cluster.url(&self.inner.name)
    }

    /// The same database, reached through a proxy that can be cut.
    pub(crate) fn url_through(&self, proxy: &Proxy) -> String {
        let address = proxy.address();
        let host = address.ip().to_string();
        self.inner.cluster.url_at(&host, address.port(), &self.inner.name)
    }

    /// The same database, reached through a port of this machine.
    pub(crate) fn url_on_port(&self, port: u16) -> String {
        self.inner.cluster.url_at("127.0.0.1", port, &self.inner.name)
    }

    /// `host:port` of the cluster.
    pub(crate) fn server_address(&self) -> String {
        format!("{}:{}", self.inner.cluster.host, self.inner.cluster.port)
    }

    /// The URL with the name and password of another role.
    pub(super) fn url_of(&self, role: &str, password: &str) -> String {
        let role = role.replace(' ', "%20").replace('"', "%22");
        format!("postgres://{role}:{password}@{}/{}", self.server_address(), self.inner.name)
    }

    /// The superuser's password, to check that it does not appear.
    pub(crate) fn password(&self) -> &str {
        &self.inner.cluster.password
    }

    /// Upstream's database of version 2.5, with users, sessions, keys and more.
    pub(crate) async fn of_upstream() -> Self {
        Self::of_release(Release::V2_5).await
    }

    /// Upstream's database of this release, with the same rows in its form.
    pub(crate) async fn of_release(release: Release) -> Self {
        let database = Self::without_tables().await;
        for statements in release.schema() {
            database.run(statements).await;
        }
        database.run(include_str!("../fixtures/upstream_rows.sql")).await;
        database
    }

    /// The output of `pg_dump` with these arguments.
    pub(crate) fn pg_dump(&self, arguments: &[&str]) -> String {
        local_postgres::pg_dump(&self.url(), arguments)
    }

    /// Run statements, with all their triggers.
    pub(crate) async fn run(&self, statements: &str) {
        let client = self.connect().await;
        let done = async {
            client.batch_execute("SET session_replication_role = origin").await?;
            client.batch_execute(statements).await
        };
        done.await.unwrap_or_else(|error| panic!("{statements}: {error:?}"));
        wait_for_revocations().await;
    }

    /// A connection that writes rows as given: no trigger touches `updatedAt`.
    pub(crate) async fn connect(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&self.url(), NoTls).await.expect("the test's database answers");
        tokio::spawn(connection);
        client
            .batch_execute("SET session_replication_role = replica; SET TIME ZONE 'UTC'")
            .await
            .expect("the tests connect as a superuser");
        client
    }

    /// Run a statement that changes rows; fails unless it changed at least one.
    pub(crate) async fn change(&self, statement: &str, parameters: &[&(dyn ToSql + Sync)]) {
        let changed = self
            .connect()
            .await
            .execute(statement, parameters)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        assert!(changed > 0, "no row was changed by {statement}");
        wait_for_revocations().await;
    }

    /// The single text that a query returns (`SELECT …::text`), `None` if it is NULL.
    pub(crate) async fn text(&self, query: &str, parameters: &[&(dyn ToSql + Sync)]) -> Option<String> {
        self.connect()
            .await
            .query_one(query, parameters)
            .await
            .unwrap_or_else(|error| panic!("{query}: {error:?}"))
            .get(0)
    }

    /// How many rows `FROM … WHERE …` has.
    pub(crate) async fn count(&self, from: &str) -> i64 {
        self.connect()
            .await
            .query_one(&format!("SELECT count(*) FROM {from}"), &[])
            .await
            .unwrap_or_else(|error| panic!("{from}: {error:?}"))
            .get(0)
    }

    /// Store overrides of the server's settings as an administrator's settings page does.
    pub(crate) async fn configure(&self, settings: &Value) {
        self.change(
            "INSERT INTO system_metadata (key, value) VALUES ('system-config', $1::text::jsonb) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &[&settings.to_string()],
        )
        .await;
    }

    /// Mark a user as deleted.
    pub(crate) async fn soft_delete(&self, email: &str) {
        self.change("UPDATE \"user\" SET \"deletedAt\" = now(), status = 'deleted' WHERE email = $1", &[&email]).await;
    }

    /// Let a session expire a second ago.
    pub(crate) async fn expire_session(&self, id: &str) {
        self.change(
            "UPDATE session SET \"expiresAt\" = now() - interval '1 second' \
             WHERE id = $1::text::uuid",
            &[&id],
        )
        .await;
    }

    /// Let a session have been used last so many minutes ago.
    pub(crate) async fn age_session(&self, id: &str, minutes: i32) {
        self.change(
            "UPDATE session SET \"updatedAt\" = now() - make_interval(mins => $2) \
             WHERE id = $1::text::uuid",
            &[&id, &minutes],
        )
        .await;
    }

    /// Every row of every table as text.
    pub(crate) async fn dump(&self) -> String {
        let client = self.connect().await;
        let tables = client
            .query(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
                 WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
                &[],
            )
            .await
            .unwrap();
        let mut dump = String::new();
        for table in tables {
            let table: String = table.get(0);
            let rows = client.query(&format!("SELECT t::text FROM {table} t"), &[]).await.unwrap();
            for row in rows {
                dump.push_str(row.get(0));
                dump.push('\n');
            }
        }
        assert!(!dump.is_empty(), "the dump found no table with rows");
        dump
    }
}

/// Waits until all servers have received what was changed directly in the database.
async fn wait_for_revocations() {
    tokio::time::sleep(REVOCATION_LIMIT).await;
}

impl Drop for Inner {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        run_on_thread(self.cluster.url(&self.cluster.maintenance), vec![statement]);
    }
}

/// Runs statements on a separate thread, for what is dropped: the test's runtime may be in the middle of unwinding.
pub(super) fn run_on_thread(url: String, statements: Vec<String>) {
    let running = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            runtime.block_on(async {
                if let Ok((client, connection)) = tokio_postgres::connect(&url, NoTls).await {
                    let connection = tokio::spawn(connection);
                    for statement in statements {
                        let _ = client.batch_execute(&statement).await;
                    }
                    drop(client);
                    let _ = connection.await;
                }
            });
        }
    });
    let _ = running.join();
}
