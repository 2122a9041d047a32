//! Compares the migrations that are built into the program with those that a database has.

use std::collections::BTreeSet;

use diesel::deserialize::QueryableByName;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::migrate::{Harness, MigrateError};
use super::schema::__diesel_schema_migrations as applied;
use super::upstream;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// Whether there is a list of migrations. diesel's own query would create it.
const HAS_LIST: &str = "select to_regclass('__diesel_schema_migrations') is not null as yes";

pub(super) type Migrations = Vec<Box<dyn Migration<Pg>>>;

/// What distinguishes the migrations of a database from those of this program.
pub(super) struct Differences {
    /// Those that the database lacks, oldest first.
    pub(super) pending: Migrations,
    /// The versions of those that this program does not have, oldest first: of a newer release.
    pub(super) unknown: Vec<String>,
}

/// Whether this role may create tables, and change those that exist.
const MAY_MIGRATE: &str = "
    select coalesce(has_schema_privilege(current_schema(), 'create'), false)
      and not exists (
        select from pg_class where oid = to_regclass('session') and not pg_has_role(relowner, 'usage')
      ) as yes";

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// The migrations of this program, oldest first.
pub(super) fn known() -> Result<Migrations, MigrateError> {
    let mut known: Migrations = MIGRATIONS.migrations().map_err(MigrateError::List)?;
    known.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
    Ok(known)
}

/// Whether this role may apply migrations.
pub(super) fn may_migrate(harness: &mut Harness) -> Result<bool, MigrateError> {
    ask(harness, MAY_MIGRATE)
}

fn ask(harness: &mut Harness, query: &str) -> Result<bool, MigrateError> {
    let answer: QueryResult<Answer> = diesel::sql_query(query).get_result(harness);
    Ok(answer.map_err(|error| MigrateError::List(error.into()))?.yes)
}

impl Differences {
    /// Reads the list of a database of our own; a missing one is empty. Changes nothing.
    pub(super) fn read(harness: &mut Harness) -> Result<Self, MigrateError> {
        let mut unknown = if ask(harness, HAS_LIST)? {
            let versions = applied::table.select(applied::version).load(harness);
            BTreeSet::<String>::from_iter(versions.map_err(|error| MigrateError::List(error.into()))?)
        } else {
            BTreeSet::new()
        };
        let mut pending = known()?;
        pending.retain(|migration| !unknown.remove(&migration.name().version().to_string()));
        Ok(Self { pending, unknown: unknown.into_iter().collect() })
    }

    /// Fails with [`MigrateError::Pending`] if anything is pending.
    pub(super) fn must_be_complete(&self) -> Result<(), MigrateError> {
        match self.pending.last() {
            None => Ok(()),
            Some(last) => Err(MigrateError::Pending { count: self.pending.len(), last: last.name().to_string() }),
        }
    }

    /// A note for the operator if a newer release has migrated the database and this program can use it.
    ///
    /// # Errors
    /// [`MigrateError::Newer`] if this program cannot use it.
    pub(super) fn note_if_newer(&self, harness: &mut Harness) -> Result<Option<String>, MigrateError> {
        let Some(last) = self.unknown.last() else { return Ok(None) };
        let mut faults = upstream::faults(harness)?;
        faults.extend(self.pending.iter().map(|migration| format!("the migration {} is missing", migration.name())));
        if !faults.is_empty() {
            return Err(MigrateError::Newer { last: last.clone(), faults });
        }
        Ok(Some(format!(
            "a newer release of this program has migrated the database, up to {last}; it is used, because it has all \
             columns that this program needs"
        )))
    }
}
