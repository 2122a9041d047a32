//! The indexes that are added to upstream's database. Without them, every request would read a whole table.
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

/// An index that must exist.
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
}

const ADDITIONS: [Addition; 4] = [
    Addition {
        table: "session",
        columns: &["token"],
        order: "",
        filter: "",
        unique: Some("immich_api_session_token_uq"),
        plain: "immich_api_session_token_idx",
    },
    Addition {
        table: "api_key",
        columns: &["key"],
        order: "",
        filter: "",
        unique: Some("immich_api_api_key_key_uq"),
        plain: "immich_api_api_key_key_idx",
    },
    Addition {
        table: "user",
        columns: &["createdAt", "id"],
        order: " desc",
        // Deleted users are not in the index.
        filter: "(\"deletedAt\" IS NULL)",
        unique: None,
        plain: "immich_api_user_live_createdAt_id_idx",
    },
    Addition {
        table: "user",
        columns: &["isAdmin"],
        order: "",
        filter: "(\"isAdmin\" AND (\"deletedAt\" IS NULL))",
        // Upstream allows more than one administrator.
        unique: None,
        plain: "immich_api_user_live_admin_idx",
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
struct Duplicates {
    #[diesel(sql_type = Bool)]
    exist: bool,
}

/// Adds the missing indexes and returns their names. Adds notes for the operator to `notes`.
pub(super) fn ensure(harness: &mut Harness, notes: &mut Vec<String>) -> Result<Vec<String>, UpstreamError> {
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
        if let Some(unique) = addition.unique {
            if !addition.has_duplicates(harness)? && addition.create_unique(harness, unique)? {
                added.push(unique.to_owned());
                continue;
            }
            notes.push(format!(
                "{}.{} has duplicate hashes: one secret is valid for several rows, and the index is not unique; \
                 delete the duplicates, then migrate again",
                addition.table,
                addition.columns.join(", ")
            ));
        }
        if serving.is_empty() {
            execute(harness, addition.plain, &addition.definition("index", addition.plain))?;
            added.push(addition.plain.to_owned());
        }
    }
    for former in FORMER {
        execute(harness, former, &format!("drop index if exists \"{former}\""))?;
    }
    Ok(added)
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

    fn definition(&self, kind: &str, name: &str) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("\"{column}\"{}", self.order)).collect();
        let rows = if self.filter.is_empty() { String::new() } else { format!(" where {}", self.filter) };
        format!("create {kind} if not exists \"{name}\" on \"{}\" ({}){rows}", self.table, columns.join(", "))
    }

    fn has_duplicates(&self, harness: &mut Harness) -> Result<bool, UpstreamError> {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("\"{column}\"")).collect();
        let query = format!(
            "select exists (select from \"{}\" group by {} having count(*) > 1) as exist",
            self.table,
            columns.join(", ")
        );
        Ok(diesel::sql_query(query).get_result::<Duplicates>(harness)?.exist)
    }
}

fn execute(harness: &mut Harness, name: &'static str, statement: &str) -> Result<(), UpstreamError> {
    SimpleConnection::batch_execute(harness, statement).map_err(|reason| UpstreamError::Addition { name, reason })
}
