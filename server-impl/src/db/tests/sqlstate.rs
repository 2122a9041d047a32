//! Errors are classified by their SQLSTATE, whatever their text says.

use std::sync::Arc;
use std::time::Duration;

use diesel::sql_query;
use diesel_async::RunQueryDsl;
use tokio::time::sleep;

use super::support::{TestDatabase, new_user};
use crate::db::connection::DbConnection;
use crate::db::error::Unavailable;
use crate::db::{Constraint, Database, DatabaseSettings, DbError, Writer, user};

/// Raises an error with this SQLSTATE, whose text is of no use.
fn raise(code: &str) -> String {
    format!("do $$ begin raise exception using errcode = '{code}', message = 'etwas ist schiefgegangen'; end $$")
}

async fn write(writer: &Writer, statement: &str) -> Result<usize, DbError> {
    writer.insert(sql_query(statement).execute(&mut writer.shared())).await
}

async fn read(database: &Database, statement: &str) -> Result<usize, DbError> {
    let statement = statement.to_owned();
    let run = |connection: Arc<DbConnection>| {
        let statement = statement.clone();
        async move { sql_query(statement).execute(&mut connection.shared()).await }
    };
    database.reader().unwrap().run(run).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_temporary_error_is_unavailable_and_a_connection_of_no_further_use_is_replaced() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    for (code, retires) in [
        ("08000", true),
        ("08006", true),
        ("25006", true),
        ("25P03", true),
        ("25P04", true),
        ("40001", false),
        ("40003", false),
        ("40P01", false),
        ("53000", false),
        ("53100", false),
        ("53200", false),
        ("53300", false),
        ("53400", false),
        ("55P03", false),
        ("57000", false),
        ("57014", false),
        ("57P01", true),
        ("57P02", true),
        ("57P03", true),
        ("57P04", true),
        ("57P05", true),
        ("58000", false),
        ("58030", false),
    ] {
        let writer = database.writer().await.unwrap();
        let raised = write(&writer, &raise(code)).await;
        assert!(matches!(raised, Err(DbError::Unavailable(Unavailable::Lost(_)))), "{code}: {raised:?}");
        assert!(raised.unwrap_err().to_string().ends_with(&format!("(SQLSTATE {code})")), "{code}");
        let after = write(&writer, "select 1").await;
        drop(writer);
        let pool_has_kept = database.statistics().write_connections == 1;
        assert!(after.is_ok(), "{code}: the server has not ended the connection");
        assert_eq!(pool_has_kept, !retires, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_read_on_a_connection_of_no_further_use_is_sent_again_on_another() {
    let test = TestDatabase::empty().await;
    let settings = DatabaseSettings { list_connections: 0, ..test.settings() };
    let database = Database::connect(&settings).await.unwrap();
    while database.statistics().read_connections < 2 {
        sleep(Duration::from_millis(5)).await;
    }
    // Fails on one of the two shared connections.
    test.sql(
        "create table refused as select min(pid) as pid from pg_stat_activity
             where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid();
         create function fail_on_one() returns void language plpgsql as $$ begin
             if pg_backend_pid() = (select pid from refused) then
                 raise exception using errcode = '57P01', message = 'Verbindung wird beendet';
             end if;
         end $$;",
    )
    .await;
    for _ in 0..4 {
        read(&database, "select fail_on_one()").await.unwrap();
    }
    assert_eq!(database.statistics().reads_retried_total, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_value_that_cannot_be_stored_is_unrepresentable() {
    let test = TestDatabase::empty().await;
    let database = test.connect().await;
    for code in ["22001", "22003", "22008", "22021", "22P05", "54000"] {
        let raised = read(&database, &raise(code)).await;
        assert!(matches!(raised, Err(DbError::Unrepresentable(_))), "{code}: {raised:?}");
    }
    for statement in [
        "select 300::int2 * 300::int2",
        "select '294277-01-01'::timestamptz",
        "select convert_from('\\x00', 'utf8')",
        "select '\"\\u0000\"'::jsonb ->> 0",
    ] {
        let failed = read(&database, statement).await;
        assert!(matches!(failed, Err(DbError::Unrepresentable(_))), "{statement}: {failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_statement_of_another_session_is_an_error_of_a_pooler() {
    let test = TestDatabase::empty().await;
    let database = test.connect().await;
    for code in ["26000", "42P05"] {
        let raised = read(&database, &raise(code)).await;
        assert!(matches!(raised, Err(DbError::Unavailable(Unavailable::Pooler(_)))), "{code}: {raised:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn any_other_error_is_a_fault_and_names_its_sqlstate() {
    let test = TestDatabase::empty().await;
    let database = test.connect().await;
    for code in ["22P02", "23502", "23514", "25P02", "28000", "42501", "42P01", "P0001", "XX000", "XX001"] {
        // A word that is in the text of temporary errors.
        let statement = raise(code).replace("etwas ist schiefgegangen", "terminating connection: out of memory");
        let raised = read(&database, &statement).await;
        let Err(DbError::Other(_)) = &raised else { panic!("{code}: {raised:?}") };
        assert!(raised.unwrap_err().to_string().ends_with(&format!("(SQLSTATE {code})")), "{code}");
    }
    // Upstream's constraints have names that this program does not know.
    let unknown = raise("23505").replace("message =", "table = 'user', detail = 'nichts', constraint = 'x', message =");
    assert!(matches!(read(&database, &unknown).await, Err(DbError::Other(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_constraint_is_found_by_its_name_or_by_table_and_column() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    let mut writer = database.writer().await.unwrap();
    user::insert(&mut writer, &new_user("a@b")).await.unwrap();
    for rename in ["", "alter table \"user\" rename constraint user_email_uq to other"] {
        test.sql(rename).await;
        let again = user::insert(&mut writer, &new_user("a@b")).await;
        assert!(matches!(again, Err(DbError::Violated(Constraint::UserEmail))), "{rename}: {again:?}");
    }
}
