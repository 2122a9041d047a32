//! The indexes that are added to upstream's database. Without them, most requests read a whole table.
//!
//! Their names begin with `immich_api_`. The unique ones do not fail upstream's own writes: its tokens are random.

use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, Bool, Text};

use super::UpstreamError;
use crate::db::migrate::Harness;

const SERVING: &str = include_str!("serving.sql");

/// Whether this role owns the table or index $1 and may create others in its schema.
const OWNED: &str = "
    select exists (
      select from pg_class where oid = to_regclass(quote_ident($1))
        and pg_has_role(relowner, 'usage') and has_schema_privilege(relnamespace, 'create')
    ) as yes";

/// An index that should exist.
struct Addition {
    table: &'static str,
    columns: &'static [&'static str],
    /// How the columns are sorted.
    order: &'static str,
    /// Which rows are in it, as Postgres writes it; empty for all.
    filter: &'static str,
    /// Its name if it is unique; none if it need not be.
    unique: Option<&'static str>,
    /// Its name if it is not unique.
    plain: &'static str,
    /// What is slow without it.
    slow: &'static str,
}

const ADDITIONS: [Addition; 4] = [
    Addition {
        table: "session",
        columns: &["token"],
        order: "",
        filter: "",
        unique: Some("immich_api_session_token_uq"),
        plain: "immich_api_session_token_idx",
        slow: "each request with a session reads the whole table session",
    },
    Addition {
        table: "api_key",
        columns: &["key"],
        order: "",
        filter: "",
        unique: Some("immich_api_api_key_key_uq"),
        plain: "immich_api_api_key_key_idx",
        slow: "each request with an API key reads the whole table api_key",
    },
    Addition {
        table: "user",
        columns: &["createdAt", "id"],
        order: " desc",
        // Deleted users are not in the index.
        filter: "(\"deletedAt\" IS NULL)",
        unique: None,
        plain: "immich_api_user_live_createdAt_id_idx",
        slow: "each list of users sorts the whole table user",
    },
    Addition {
        table: "user",
        columns: &["isAdmin"],
        order: "",
        filter: "(\"isAdmin\" AND (\"deletedAt\" IS NULL))",
        // Upstream allows more than one administrator.
        unique: None,
        plain: "immich_api_user_live_admin_idx",
        slow: "each GET /server/config reads the whole table user",
    },
];

/// Indexes that earlier versions of this program added, and that another addition replaces.
const FORMER: [&str; 1] = ["immich_api_user_createdAt_id_idx"];

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// What to do about missing indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Additions {
    /// Create those that the role may create, and report the others.
    Create,
    /// Report them.
    Report,
}

/// Creates the missing indexes and returns their names. Adds notes for the operator to `notes`, also on those that are
/// still missing.
pub(super) fn ensure(
    harness: &mut Harness,
    additions: Additions,
    notes: &mut Vec<String>,
) -> Result<Vec<String>, UpstreamError> {
    let mut added = Vec::new();
    for addition in &ADDITIONS {
        let serving: Vec<Index> = diesel::sql_query(SERVING)
            .bind::<Text, _>(addition.table)
            .bind::<Array<Text>, _>(addition.columns)
            .bind::<Text, _>(addition.filter)
            .load(harness)?;
        if serving.iter().any(|index| index.name != addition.plain) {
            // This index exists as intended, or an index of upstream serves the same queries.
            continue;
        }
        let may_create = additions == Additions::Create && addition.may_be_created(harness)?;
        if let Some(unique) = addition.unique {
            let has_duplicates = addition.has_duplicates(harness)?;
            if !has_duplicates && may_create && addition.create_unique(harness, unique)? {
                added.push(unique.to_owned());
                continue;
            }
            if has_duplicates || may_create {
                notes.push(addition.note_of_duplicates());
            }
        }
        if !serving.is_empty() {
            continue;
        }
        if may_create {
            execute(harness, addition.plain, &addition.definition("index", addition.plain))?;
            added.push(addition.plain.to_owned());
        } else {
            notes.push(addition.note_if_missing());
        }
    }
    if additions == Additions::Create {
        remove_former(harness)?;
    }
    Ok(added)
}

/// Removes the indexes of earlier versions that belong to this role.
fn remove_former(harness: &mut Harness) -> Result<(), UpstreamError> {
    for former in FORMER {
        let is_removable: Answer = diesel::sql_query(OWNED).bind::<Text, _>(former).get_result(harness)?;
        if is_removable.yes {
            execute(harness, former, &format!("drop index if exists \"{former}\""))?;
        }
    }
    Ok(())
}

/// Removes what was added and returns the names.
pub(in crate::db) fn remove(harness: &mut Harness) -> Result<Vec<String>, UpstreamError> {
    let mut removed = Vec::new();
    let names = ADDITIONS.iter().flat_map(|addition| addition.unique.into_iter().chain([addition.plain]));
    for name in names.chain(FORMER) {
        let existing: Index = diesel::sql_query("select coalesce(to_regclass(quote_ident($1))::text, '') as name")
            .bind::<Text, _>(name)
            .get_result(harness)?;
        if !existing.name.is_empty() {
            execute(harness, name, &format!("drop index if exists \"{name}\""))?;
            removed.push(name.to_owned());
        }
    }
    Ok(removed)
}

impl Addition {
    /// False if there are duplicates: upstream may have written them since the check.
    fn create_unique(&self, harness: &mut Harness, name: &'static str) -> Result<bool, UpstreamError> {
        match execute(harness, name, &self.definition("unique index", name)) {
            Ok(()) => {
                // An earlier start created it, because there were duplicates then.
                execute(harness, self.plain, &format!("drop index if exists \"{}\"", self.plain))?;
                Ok(true)
            }
            Err(UpstreamError::Addition {
                reason: Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _),
                ..
            }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether this role owns the table and may create indexes in its schema.
    fn may_be_created(&self, harness: &mut Harness) -> Result<bool, UpstreamError> {
        let owned: Answer = diesel::sql_query(OWNED).bind::<Text, _>(self.table).get_result(harness)?;
        Ok(owned.yes)
    }

    fn note_of_duplicates(&self) -> String {
        format!(
            "{}.{} has duplicate hashes: one secret is valid for several rows, and the index is not unique; delete the \
             duplicates, then migrate again",
            self.table,
            self.columns.join(", ")
        )
    }

    fn note_if_missing(&self) -> String {
        format!(
            "the index {} is missing: {}; to create it, run `immich-server migrate` with the role that owns the table {}",
            self.unique.unwrap_or(self.plain),
            self.slow,
            self.table
        )
    }

    fn definition(&self, kind: &str, name: &str) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("\"{column}\"{}", self.order)).collect();
        let rows = if self.filter.is_empty() { String::new() } else { format!(" where {}", self.filter) };
        format!("create {kind} if not exists \"{name}\" on \"{}\" ({}){rows}", self.table, columns.join(", "))
    }

    fn has_duplicates(&self, harness: &mut Harness) -> Result<bool, UpstreamError> {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("\"{column}\"")).collect();
        let query = format!(
            "select exists (select from \"{}\" group by {} having count(*) > 1) as yes",
            self.table,
            columns.join(", ")
        );
        Ok(diesel::sql_query(query).get_result::<Answer>(harness)?.yes)
    }
}

fn execute(harness: &mut Harness, name: &'static str, statement: &str) -> Result<(), UpstreamError> {
    SimpleConnection::batch_execute(harness, statement).map_err(|reason| UpstreamError::Addition { name, reason })
}
