//! Upstream's database, used in place.
//!
//! Upstream must be able to use the database again. So this program applies none of its migrations to it, and records
//! nothing in it. It only creates a few indexes that upstream does not have; they are checked at every start. A role that
//! may not create them can run the server without them, which is slower.

mod additions;

use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};

use super::migrate::Harness;

pub(super) use additions::{Additions, remove};

/// Detects upstream's database. The second half detects upstream before version 2.
const DETECT: &str = "
    select
      to_regclass('kysely_migrations') is not null
      or (to_regclass('migrations') is not null and to_regclass('users') is not null
          and to_regclass('api_keys') is not null) as is_upstream,
      to_regclass('kysely_migrations') is not null as has_history,
      to_regclass('__diesel_schema_migrations') is not null as has_own_history";

/// Whether this program has applied migrations. The list alone proves nothing: a failed attempt leaves it empty.
const HAS_OWN_MIGRATIONS: &str = "select exists (select from __diesel_schema_migrations) as has_own_history";

const FOREIGN_TABLES: &str = "
    select name as line from unnest(array['user', 'session', 'api_key', 'system_metadata', 'user_metadata']) name
    where to_regclass(quote_ident(name)) is not null and to_regclass('__diesel_schema_migrations') is null";

/// Lists the columns that are missing or have another type, one per row.
pub(super) const COLUMNS: &str = include_str!("columns.sql");
const UNFILLABLE: &str = include_str!("unfillable.sql");
const NOTES: &str = include_str!("notes.sql");

/// The name of the last migration in upstream's list, which begins with the time at which the migration was written.
pub(super) const LAST_MIGRATION: &str = "select max(name)::text as name from kysely_migrations";

/// 2026-09-16, in milliseconds of Unix time. By then the newest version that this program knows, 3.2.2, was published:
/// migrations that were written later belong to newer versions.
const NEWEST_KNOWN: u64 = 1_789_572_755_000;

/// Why upstream's database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The schema lacks what this program needs of the schemas of upstream's 2.0 to 3.2.
    #[error(
        "this database was created by upstream Immich, but its schema differs from those of versions 2.0 to 3.2: {}; \
         if it is older, start upstream 2.5 on it once; if it is newer, update this program",
        .0.join("; ")
    )]
    Schema(Vec<String>),
    /// An index could not be created or dropped.
    #[error("could not create or drop the index {name} in the database of upstream Immich: {reason}")]
    Addition {
        /// Its name.
        name: &'static str,
        /// The error of the database.
        #[source]
        reason: diesel::result::Error,
    },
    /// A query for the schema failed.
    #[error("could not read the schema of the database of upstream Immich: {0}")]
    Examine(#[from] diesel::result::Error),
}

/// What was found and done in upstream's database.
#[derive(Debug)]
pub(super) struct Adopted {
    /// The name of upstream's last migration.
    pub(super) last_migration: Option<String>,
    /// The indexes that were added now.
    pub(super) added: Vec<String>,
    /// Notes for the operator, one line each.
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

/// Whether this is upstream's database.
pub(super) fn is_upstream(harness: &mut Harness) -> Result<bool, UpstreamError> {
    let marks: Marks = diesel::sql_query(DETECT).get_result(harness)?;
    if !marks.is_upstream || !marks.has_own_history {
        return Ok(marks.is_upstream);
    }
    let own: OwnHistory = diesel::sql_query(HAS_OWN_MIGRATIONS).get_result(harness)?;
    Ok(!own.has_own_history)
}

/// A table with one of our names in a database without any list of migrations.
pub(super) fn foreign_table(harness: &mut Harness) -> Result<Option<String>, UpstreamError> {
    Ok(lines(harness, FOREIGN_TABLES)?.into_iter().next())
}

/// What this program needs and the tables do not have; empty if it can use them. For databases of either kind.
pub(super) fn faults(harness: &mut Harness) -> Result<Vec<String>, UpstreamError> {
    let faults = lines(harness, COLUMNS)?;
    if faults.is_empty() { lines(harness, UNFILLABLE) } else { Ok(faults) }
}

/// Checks that the database can be used, and creates or reports the missing indexes.
pub(super) fn adopt(harness: &mut Harness, additions: Additions) -> Result<Adopted, UpstreamError> {
    let faults = faults(harness)?;
    if !faults.is_empty() {
        return Err(UpstreamError::Schema(faults));
    }
    let last_migration = last_migration(harness)?;
    let mut notes = Vec::from_iter(last_migration.as_deref().and_then(note_if_newer));
    notes.extend(lines(harness, NOTES)?);
    let added = additions::ensure(harness, additions, &mut notes)?;
    Ok(Adopted { last_migration, added, notes })
}

/// A note for the operator if this migration belongs to a newer version than this program knows.
pub(super) fn note_if_newer(last_migration: &str) -> Option<String> {
    let written = last_migration.split('-').next().and_then(|time| time.parse::<u64>().ok());
    if written.is_some_and(|written| written <= NEWEST_KNOWN) {
        return None;
    }
    Some(format!(
        "the database is newer than upstream Immich 3.2, the newest version that this program knows: its last \
         migration is {last_migration}; it is used, because it has all columns that this program needs"
    ))
}

fn last_migration(harness: &mut Harness) -> Result<Option<String>, UpstreamError> {
    let marks: Marks = diesel::sql_query(DETECT).get_result(harness)?;
    if !marks.has_history {
        return Ok(None);
    }
    let last: LastMigration = diesel::sql_query(LAST_MIGRATION).get_result(harness)?;
    Ok(last.name)
}

fn lines(harness: &mut Harness, query: &str) -> Result<Vec<String>, UpstreamError> {
    let lines: Vec<Line> = diesel::sql_query(query).load(harness)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}
