//! The options of a connection by its purpose: how long a statement may run, whether it may write.
//!
//! They are set once on a session. Behind a pooler in transaction mode, a session belongs to other clients too: there
//! [`super::pooler`] sets the same options in each transaction.

use std::fmt::Write;
use std::time::Duration;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Shared by many readers; the database refuses writes on it.
    Read,
    /// For one writer at a time.
    Write,
    /// For migrations: no limit on how long a statement runs.
    Migrate,
    /// For the transaction that holds the lock of migrations: no limit on how long it is idle meanwhile.
    MigrationLock,
    /// For copying whole tables: no limit on how long a statement runs, or on how long a transaction waits for the
    /// other side.
    Import,
    /// For copying from another database, which may be a standby.
    Export,
}

impl Purpose {
    /// Whether the server must accept writes.
    pub(super) fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::Export)
    }
}

/// Names and values.
pub(super) struct Options(Vec<(&'static str, String)>);

impl Options {
    pub(super) fn new(purpose: Purpose, statement_timeout: Duration) -> Self {
        let statement_timeout = match purpose {
            Purpose::Read | Purpose::Write => statement_timeout.as_millis(),
            Purpose::Migrate | Purpose::MigrationLock | Purpose::Import | Purpose::Export => 0,
        };
        let idle = match purpose {
            Purpose::Read | Purpose::Write | Purpose::Migrate => "30s",
            Purpose::MigrationLock | Purpose::Import | Purpose::Export => "0",
        };
        let mut options = vec![
            ("statement_timeout", statement_timeout.to_string()),
            ("idle_in_transaction_session_timeout", idle.to_owned()),
        ];
        match purpose {
            Purpose::Read => {
                options.push(("transaction_read_only", "on".to_owned()));
                // Plans that do not depend on the values: all reads are look-ups by an index. With many ids as a
                // value, Postgres would read a whole table of moderate size instead.
                options.push(("plan_cache_mode", "force_generic_plan".to_owned()));
            }
            // While a migration waits for a lock on a table, all other queries wait behind it.
            Purpose::Migrate => options.push(("lock_timeout", "5s".to_owned())),
            Purpose::Import | Purpose::Export => options.push(("lock_timeout", "30s".to_owned())),
            Purpose::Write | Purpose::MigrationLock => {}
        }
        Self(options)
    }

    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Statements that set them until the end of the session.
    pub(super) fn of_session(&self) -> String {
        let mut statements = String::new();
        for (name, value) in &self.0 {
            // A session begins many transactions.
            let prefix = if *name == "transaction_read_only" { "default_" } else { "" };
            // Writing to a String does not fail.
            let _ = write!(statements, " set {prefix}{name} = '{value}';");
        }
        statements
    }

    /// A query that sets them until the end of the transaction. None of the values needs quoting.
    pub(super) fn as_select(&self) -> String {
        let calls = self.0.iter().map(|(name, value)| format!("set_config('{name}', '{value}', true)"));
        format!("select {}", calls.collect::<Vec<_>>().join(", "))
    }

    /// What to add to the statement that begins a transaction.
    pub(super) fn after_begin(&self) -> String {
        self.0.iter().fold(String::new(), |text, (name, value)| format!("{text}; set local {name} = '{value}'"))
    }
}
