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
    /// What else is to be known, one line each.
    pub notes: Vec<String>,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Everything that was to be written is written.
    Imported,
    /// There was nothing to write.
    NothingToDo,
    /// It was to be tried only: everything was undone.
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
    /// Rows that were not here.
    pub inserted: u64,
    /// Rows that were here and older.
    pub updated: u64,
    /// Rows that were here already.
    pub unchanged: u64,
    /// Rows that were left as they are here, or left out with what they belong to.
    pub skipped: u64,
    /// Rows that cannot be taken over.
    pub conflicts: u64,
}

/// A row that cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The name of its table.
    pub table: String,
    /// What tells it from other rows: its id.
    pub id: String,
    /// Why not. Holds no secret.
    pub reason: String,
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It begins to read a table of so many rows.
    Reading {
        /// Its name.
        table: &'static str,
        /// How many rows it has.
        rows: u64,
    },
    /// It has read so many rows of that table.
    Read(u64),
    /// It compares what it read with what is here.
    Comparing,
    /// It begins to write a table.
    Writing {
        /// Its name.
        table: &'static str,
    },
    /// It is still at it.
    Waiting,
}
