//! What an import found and did.

use serde::Serialize;

/// How many conflicts are listed; all are counted.
pub(super) const LISTED: i64 = 1_000;

/// What an import found and did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// Table by table, in the order in which they were written.
    pub tables: Vec<TableReport>,
    /// The first conflicts.
    pub conflicts: Vec<Conflict>,
    /// How many conflicts there are.
    pub conflicts_total: u64,
    /// Notes for the operator, one line each.
    pub notes: Vec<String>,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// All rows were written, except those left out.
    Imported,
    /// There was nothing to write.
    NothingToDo,
    /// A dry run: everything was rolled back.
    Tried,
    /// There were conflicts: nothing was written.
    Refused,
}

/// The rows of one table. `read` is the sum of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableReport {
    /// Its name.
    pub table: &'static str,
    /// Rows in the source.
    pub read: u64,
    /// Rows that were not in the target.
    pub inserted: u64,
    /// Rows whose copy in the target was older.
    pub updated: u64,
    /// Rows that were in the target already, with the same values.
    pub unchanged: u64,
    /// Rows whose copy in the target is newer, and rows left out because the row that they belong to is left out.
    pub skipped: u64,
    /// Rows that cannot be imported.
    pub conflicts: u64,
}

/// A row that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The name of its table.
    pub table: String,
    /// Its id.
    pub id: String,
    /// Why it cannot be imported. Contains no secret.
    pub reason: String,
}

/// The progress of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It begins to read a table.
    Reading {
        /// Its name.
        table: &'static str,
        /// How many rows it has.
        rows: u64,
    },
    /// The number of rows that it has read of that table.
    Read(u64),
    /// It compares the rows.
    Comparing,
    /// It begins to write a table.
    Writing {
        /// Its name.
        table: &'static str,
    },
    /// It is still working.
    Waiting,
}
