//! The databases that are measured on: all in one cluster of this run's own.

use crate::cores::Cores;
use crate::error::BenchError;
use crate::query::{self, Query};
use local_postgres::{Cluster, PREFIX};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

/// A cluster, on cores of its own.
pub(crate) struct Databases {
    runtime: Runtime,
    cluster: &'static Cluster,
}

/// One of its databases.
pub(crate) struct Database<'a> {
    all: &'a Databases,
    name: String,
    client: Client,
}

impl Databases {
    /// Starts the cluster on these cores.
    pub(crate) fn start(cores: &Cores, back_to: &Cores) -> Result<Self, BenchError> {
        // On the calling thread, so that what is started inherits its cores.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        cores.adopt()?;
        let cluster = runtime.block_on(Cluster::of_this_run());
        back_to.adopt()?;
        Ok(Self { runtime, cluster })
    }

    /// An empty database.
    pub(crate) fn create(&self, name: &str) -> Result<Database<'_>, BenchError> {
        let name = format!("{PREFIX}bench_{name}");
        let (client, url) = self.runtime.block_on(async {
            self.cluster.execute(&format!("CREATE DATABASE {name}")).await;
            let url = self.cluster.url(&name);
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            self.runtime.spawn(connection);
            Ok::<_, BenchError>((client, url))
        })?;
        let _ = url;
        Ok(Database { all: self, name, client })
    }
}

impl Database<'_> {
    pub(crate) fn url(&self) -> String {
        self.all.cluster.url(&self.name)
    }

    /// Runs statements.
    pub(crate) fn execute(&self, statements: &str) -> Result<(), BenchError> {
        Ok(self.all.runtime.block_on(self.client.batch_execute(statements))?)
    }

    /// The one text that a query gives.
    pub(crate) fn text(&self, query: &str) -> Result<String, BenchError> {
        let row = self.all.runtime.block_on(self.client.query_one(query, &[]))?;
        Ok(row.try_get(0)?)
    }

    /// Has the connections that are made from now on, to any database of the cluster, served on these cores.
    pub(crate) fn serve_on(&self, cores: &Cores) -> Result<(), BenchError> {
        let file = self.text("SELECT pg_read_file('postmaster.pid')")?;
        let process = file.lines().next().and_then(|line| line.trim().parse().ok());
        cores.assign(process.ok_or_else(|| BenchError::Invalid("postmaster.pid holds no number".to_owned()))?)
    }

    /// The queries that the database sees while something is done. Only connections that are made after
    /// [`Self::log_statements`] log theirs.
    pub(crate) fn queries_of(&self, act: impl FnOnce() -> Result<(), BenchError>) -> Result<Vec<Query>, BenchError> {
        let before = self.log()?.len();
        act()?;
        let log = self.log()?;
        Ok(query::in_log(log.get(before..).unwrap_or_default()))
    }

    /// Switches on or off that connections made from now on have their statements logged.
    pub(crate) fn log_statements(&self, on: bool) -> Result<(), BenchError> {
        let value = if on { "all" } else { "none" };
        self.execute(&format!("ALTER DATABASE {} SET log_statement = '{value}'", self.name))
    }

    fn log(&self) -> Result<String, BenchError> {
        self.text("SELECT pg_read_file(current_setting('data_directory') || '/../log')")
    }
}
