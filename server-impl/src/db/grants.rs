//! The privileges that the server needs, and no more: for a role that does not own the tables.
//!
//! Foreign keys need none: Postgres checks and cascades them with the privileges of the owner. Nor do trigger functions,
//! but what they call.

use std::fmt::Write;

use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};

use super::migrate::Harness;

type Verbs = &'static [&'static str];

const READ: Verbs = &["select"];
const ALL: Verbs = &["select", "insert", "update", "delete"];
const NONE: Verbs = &[];

/// What the server does with a table.
struct Table {
    name: &'static str,
    /// In a database of our own.
    own: Verbs,
    /// In upstream's database.
    upstream: Verbs,
}

const TABLES: [Table; 10] = [
    // Upstream itself removes its deleted users.
    Table { name: "user", own: ALL, upstream: &["select", "insert", "update"] },
    Table { name: "session", own: ALL, upstream: ALL },
    Table { name: "api_key", own: ALL, upstream: ALL },
    Table { name: "user_metadata", own: READ, upstream: READ },
    // The first start inserts the key of the audit log.
    Table { name: "system_metadata", own: &["select", "insert"], upstream: READ },
    Table { name: "login_failure", own: ALL, upstream: NONE },
    Table { name: "login_address", own: ALL, upstream: NONE },
    Table { name: "login_hash_key", own: READ, upstream: NONE },
    Table { name: "__diesel_schema_migrations", own: READ, upstream: NONE },
    Table { name: "kysely_migrations", own: NONE, upstream: READ },
];

/// The functions that triggers and the defaults of columns call. Those that a database does not have are left out.
const FUNCTIONS: [&str; 2] = ["immich_uuid_v7(timestamptz)", "uuid_generate_v4()"];

/// Where the tables are: quoted names, ready for a statement.
const PLACE: &str = "
    select quote_ident(current_database()) as database, relnamespace::regnamespace::text as schema
    from pg_class where oid = to_regclass('session')";

const QUALIFIED_FUNCTIONS: &str = "
    select format('%s.%I(%s)', pronamespace::regnamespace, proname, oidvectortypes(proargtypes)) as name
    from unnest($1) with ordinality as wanted (signature, place)
    join pg_proc on oid = to_regprocedure(signature)
    order by place";

/// A schema that the role may not use looks as if it were empty, so it comes first.
const MISSING: &str = "
    select * from (
      select 0, format('USAGE on schema %I', n.nspname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relname = 'session' and c.relkind in ('r', 'p') and to_regclass('session') is null
        and not has_schema_privilege(n.oid, 'usage')
      union all
      select place, format('%s on table %I', upper(verb), name)
      from unnest($1, $2) with ordinality as wanted (name, verb, place)
      where has_table_privilege(to_regclass(quote_ident(name)), verb) is false
      union all
      select 1000 + place, format('EXECUTE on function %s', signature)
      from unnest($3) with ordinality as wanted (signature, place)
      where has_function_privilege(to_regprocedure(signature), 'execute') is false
    ) as missing (place, name)
    order by place";

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    database: String,
    #[diesel(sql_type = Text)]
    schema: String,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Table {
    fn verbs(&self, is_upstream: bool) -> Verbs {
        if is_upstream { self.upstream } else { self.own }
    }
}

fn names(rows: Vec<Name>) -> Vec<String> {
    rows.into_iter().map(|row| row.name).collect()
}

/// The privileges that the role of this connection lacks, such as `DELETE on table session`.
pub(super) fn missing(harness: &mut Harness, is_upstream: bool) -> QueryResult<Vec<String>> {
    let wanted = TABLES.iter().flat_map(|table| table.verbs(is_upstream).iter().map(|verb| (table.name, *verb)));
    let (tables, verbs): (Vec<&str>, Vec<&str>) = wanted.unzip();
    let missing = diesel::sql_query(MISSING)
        .bind::<Array<Text>, _>(tables)
        .bind::<Array<Text>, _>(verbs)
        .bind::<Array<Text>, _>(FUNCTIONS.as_slice());
    Ok(names(missing.load(harness)?))
}

/// The statements that grant this role what the server needs. The tables must exist.
pub(super) fn statements(harness: &mut Harness, is_upstream: bool, role: &str) -> QueryResult<String> {
    let Place { database, schema } = diesel::sql_query(PLACE).get_result(harness)?;
    let role = quoted(role);
    let mut text = "-- What immich-server serve --no-migrate needs. Run it as the owner of the tables.\n".to_owned();
    // Writing to a String does not fail.
    let mut grant = |privileges: &str, object: &str| {
        let _ = writeln!(text, "grant {privileges} on {object} to {role};");
    };
    grant("connect", &format!("database {database}"));
    grant("usage", &format!("schema {schema}"));
    for table in TABLES.iter().filter(|table| !table.verbs(is_upstream).is_empty()) {
        grant(&table.verbs(is_upstream).join(", "), &format!("table {schema}.{}", quoted(table.name)));
    }
    let functions = diesel::sql_query(QUALIFIED_FUNCTIONS).bind::<Array<Text>, _>(FUNCTIONS.as_slice());
    for function in names(functions.load(harness)?) {
        grant("execute", &format!("function {function}"));
    }
    Ok(text)
}

/// A name in SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
