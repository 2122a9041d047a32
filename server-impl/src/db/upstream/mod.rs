//! A database that upstream made, used where it is.
//!
//! It has upstream's history of migrations and not ours, and upstream must find it again as it left it. So nothing of
//! ours is applied to it and nothing is noted in it. What this program needs beside what upstream made are a few
//! indexes: they are described as what shall be there, and looked for at every start.

mod additions;

use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};

use super::migrate::Harness;

pub(super) use additions::remove;

/// Tells a database that upstream uses from one of our own. In the second half: upstream before version 2.
const RECOGNISE: &str = "
    select
      to_regclass('kysely_migrations') is not null
      or (to_regclass('migrations') is not null and to_regclass('users') is not null
          and to_regclass('api_keys') is not null) as is_upstream,
      to_regclass('kysely_migrations') is not null as has_history,
      to_regclass('__diesel_schema_migrations') is not null as has_own_history";

/// An empty list of ours is what a failed attempt leaves behind.
const HAS_OWN_MIGRATIONS: &str = "select exists (select from __diesel_schema_migrations) as has_own_history";

/// The faults that keep a database from being used as upstream made it.
pub(super) const COLUMNS: &str = include_str!("columns.sql");
const UNFILLABLE: &str = include_str!("unfillable.sql");
const NOTES: &str = include_str!("notes.sql");

/// Why a database that upstream uses cannot be used here.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The schema is not that of upstream's 2.5.
    #[error("the database is upstream's, but not as its version 2.5 has it: {}", .0.join("; "))]
    Schema(Vec<String>),
    /// Something that was needed could not be added.
    #[error("the index {name} cannot be added to upstream's database: {reason}")]
    Addition {
        /// Its name.
        name: &'static str,
        /// What the database says.
        #[source]
        reason: diesel::result::Error,
    },
    /// A question to the database failed.
    #[error("upstream's database cannot be examined: {0}")]
    Examine(#[from] diesel::result::Error),
}

/// What was found and done in a database that upstream made.
#[derive(Debug)]
pub(super) struct Adopted {
    /// The name of the last migration of upstream's.
    pub(super) last_migration: Option<String>,
    /// What was added now.
    pub(super) added: Vec<String>,
    /// What an operator should know, one line each.
    pub(super) notes: Vec<String>,
}

#[derive(QueryableByName)]
struct Marks {
    #[diesel(sql_type = Bool)]
    is_upstream: bool,
    #[diesel(sql_type = Bool)]
    has_history: bool,
    #[diesel(sql_type = Bool)]
    has_own_history: bool,
}

#[derive(QueryableByName)]
struct OwnHistory {
    #[diesel(sql_type = Bool)]
    has_own_history: bool,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct LastMigration {
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

/// Whether upstream made this database.
pub(super) fn is_upstream(harness: &mut Harness) -> Result<bool, UpstreamError> {
    let marks: Marks = diesel::sql_query(RECOGNISE).get_result(harness)?;
    if !marks.is_upstream || !marks.has_own_history {
        return Ok(marks.is_upstream);
    }
    let own: OwnHistory = diesel::sql_query(HAS_OWN_MIGRATIONS).get_result(harness)?;
    Ok(!own.has_own_history)
}

/// Checks that the database can be used, and adds what is needed and missing.
pub(super) fn adopt(harness: &mut Harness) -> Result<Adopted, UpstreamError> {
    let mut faults = lines(harness, COLUMNS)?;
    if faults.is_empty() {
        faults = lines(harness, UNFILLABLE)?;
    }
    if !faults.is_empty() {
        return Err(UpstreamError::Schema(faults));
    }
    let mut notes = lines(harness, NOTES)?;
    let added = additions::ensure(harness, &mut notes)?;
    Ok(Adopted { last_migration: last_migration(harness)?, added, notes })
}

fn last_migration(harness: &mut Harness) -> Result<Option<String>, UpstreamError> {
    let marks: Marks = diesel::sql_query(RECOGNISE).get_result(harness)?;
    if !marks.has_history {
        return Ok(None);
    }
    let last: LastMigration =
        diesel::sql_query("select max(name)::text as name from kysely_migrations").get_result(harness)?;
    Ok(last.name)
}

fn lines(harness: &mut Harness, query: &str) -> Result<Vec<String>, UpstreamError> {
    let lines: Vec<Line> = diesel::sql_query(query).load(harness)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}
