//! When the database is down, hung or ends connections: errors in time, then recovery.

use std::sync::Arc;
use std::time::Duration;

use diesel::sql_query;
use diesel_async::RunQueryDsl;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};

use super::proxy::{Mode, Proxy};
use super::support::{TestDatabase, new_user, ping, wait_for_readers};
use crate::db::connection::DbConnection;
use crate::db::error::Unavailable;
use crate::db::{Database, DatabaseSettings, DbError, Reader, Writer, user};

const TWO_SECONDS: Duration = Duration::from_secs(2);

async fn behind_proxy(mode: Mode) -> (TestDatabase, Proxy, DatabaseSettings) {
    let test = TestDatabase::migrated().await;
    let proxy = Proxy::new(mode).await;
    let settings = test.settings_through(proxy.port);
    (test, proxy, settings)
}

async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = T>) -> T {
    timeout(limit, work).await.unwrap_or_else(|_| panic!("{what} took longer than {limit:?}"))
}

async fn is_up_within(limit: Duration, database: &Database) {
    let up = async {
        while ping(database).await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    within(limit, "recovery", up).await;
}

async fn run_sql(reader: &Reader, text: &'static str) -> Result<usize, DbError> {
    let run = |connection: Arc<DbConnection>| async move { sql_query(text).execute(&mut connection.shared()).await };
    reader.run(run).await
}

async fn insert(writer: &mut Writer, email: &str) -> Result<user::UserRow, DbError> {
    user::insert(writer, &new_user(email)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_database_that_hangs_when_read_then_it_is_unavailable_in_time_and_then_at_once() {
    let (_test, proxy, settings) = behind_proxy(Mode::Pass).await;
    let database = Database::connect(&settings).await.unwrap();
    wait_for_readers(&database).await;
    proxy.set(Mode::Hang);

    let reads = join_all((0..20).map(|_| async { user::live_admin_exists(&database.reader().unwrap()).await }));
    for read in within(TWO_SECONDS, "reading", reads).await {
        assert!(matches!(read, Err(DbError::Unavailable(Unavailable::NoAnswer(_)))), "{read:?}");
    }
    assert!(!database.is_up());
    let begin = Instant::now();
    assert!(matches!(database.reader().err(), Some(DbError::Unavailable(Unavailable::Disconnected))));
    assert!(database.writer().await.err().is_some_and(|error| error.is_unavailable()));
    assert!(begin.elapsed() < Duration::from_millis(50));
    assert_eq!(database.statistics().reads_unanswered_total, 20);

    proxy.set(Mode::Pass);
    is_up_within(Duration::from_millis(1_100), &database).await;
    assert!(!user::live_admin_exists(&database.reader().unwrap()).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_database_that_hangs_when_written_then_it_is_unavailable_in_time_and_the_connection_is_replaced() {
    let (_test, proxy, settings) = behind_proxy(Mode::Pass).await;
    let database = Database::connect(&settings).await.unwrap();
    let mut writer = database.writer().await.unwrap();
    proxy.set(Mode::Hang);

    let written = within(TWO_SECONDS, "writing", insert(&mut writer, "a@b")).await;
    assert!(matches!(written, Err(DbError::Unavailable(Unavailable::NoAnswer(_)))), "{written:?}");
    drop(writer);
    let refused = within(TWO_SECONDS, "waiting", database.writer()).await.err().unwrap();
    assert!(refused.is_unavailable());

    proxy.set(Mode::Pass);
    is_up_within(TWO_SECONDS, &database).await;
    insert(&mut database.writer().await.unwrap(), "c@d").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_transaction_when_the_database_hangs_then_it_is_rolled_back() {
    let (test, proxy, settings) = behind_proxy(Mode::Pass).await;
    let database = Database::connect(&settings).await.unwrap();
    let mut writer = database.writer().await.unwrap();
    let work = writer.transaction(async |writer: &mut Writer| {
        insert(writer, "a@b").await?;
        proxy.set(Mode::Hang);
        insert(writer, "c@d").await
    });
    let done = within(Duration::from_secs(4), "the transaction", work).await;
    assert!(done.is_err_and(|error| error.is_unavailable()));
    drop(writer);
    proxy.set(Mode::Cut);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(test.sql("select email from \"user\"").await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_database_that_is_down_when_queried_then_it_is_unavailable_at_once_until_it_recovers() {
    let (_test, proxy, settings) = behind_proxy(Mode::Pass).await;
    let database = Database::connect(&settings).await.unwrap();
    drop(database.writer().await.unwrap());
    proxy.set(Mode::Cut);
    sleep(Duration::from_millis(100)).await;

    let begin = Instant::now();
    assert!(!database.is_up());
    assert!(database.reader().err().is_some_and(|error| error.is_unavailable()));
    assert!(database.writer().await.err().is_some_and(|error| error.is_unavailable()));
    assert!(ping(&database).await.is_err_and(|error| error.is_unavailable()));
    assert!(begin.elapsed() < Duration::from_millis(50));

    sleep(Duration::from_millis(1_500)).await;
    proxy.set(Mode::Pass);
    is_up_within(Duration::from_millis(1_100), &database).await;
    // The connections of the pool are broken as well, and are not handed out.
    insert(&mut database.writer().await.unwrap(), "a@b").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_no_database_yet_when_connected_lazily_then_it_is_used_as_soon_as_it_is_available() {
    let (_test, proxy, settings) = behind_proxy(Mode::Cut).await;
    let database = Database::connect_lazy(&settings).unwrap();
    sleep(Duration::from_millis(300)).await;
    assert!(!database.is_up());
    proxy.set(Mode::Pass);
    is_up_within(Duration::from_millis(1_100), &database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_shared_connection_that_is_ended_when_read_then_another_answers() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    wait_for_readers(&database).await;
    let end_one = "select pg_terminate_backend(pid) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid() limit 1";
    for _ in 0..10 {
        let readers = [database.reader().unwrap(), database.reader().unwrap()];
        test.sql(end_one).await;
        for reader in &readers {
            user::live_admin_exists(reader).await.unwrap();
        }
        wait_for_readers(&database).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_read_in_flight_when_its_connection_is_ended_then_it_is_read_again_on_another() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    wait_for_readers(&database).await;
    let reader = database.reader().unwrap();
    let read = run_sql(&reader, "select pg_sleep(0.5)");
    let end = async {
        sleep(Duration::from_millis(100)).await;
        let sleeping = "select pg_terminate_backend(pid) from pg_stat_activity
                        where query = 'select pg_sleep(0.5)' and datname = current_database()";
        assert_eq!(test.sql(sleeping).await, [Some("t".to_owned())]);
    };
    let (read, ()) = futures_util::join!(read, end);
    read.unwrap();
    assert_eq!(database.statistics().reads_retried_total, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_write_when_its_connection_is_ended_then_it_is_unavailable_and_not_retried() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    test.sql(
        "create function slow() returns trigger language plpgsql as
           $$ begin perform pg_sleep(0.5); return new; end $$;
         create trigger slow before insert on \"user\" for each row execute function slow()",
    )
    .await;
    let mut writer = database.writer().await.unwrap();
    let end = async {
        sleep(Duration::from_millis(150)).await;
        let inserting = "select pg_terminate_backend(pid) from pg_stat_activity
                         where query like 'INSERT%' and datname = current_database()";
        assert_eq!(test.sql(inserting).await, [Some("t".to_owned())]);
    };
    let (written, ()) = futures_util::join!(insert(&mut writer, "a@b"), end);
    assert!(matches!(written, Err(DbError::Unavailable(Unavailable::Lost(_)))), "{written:?}");
    assert_eq!(test.sql("select email from \"user\"").await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_statement_over_the_limit_of_the_server_when_run_then_it_is_unavailable_and_the_connection_stays() {
    let test = TestDatabase::migrated().await;
    let settings = DatabaseSettings { statement_timeout: Duration::from_millis(100), ..test.settings() };
    let database = Database::connect(&settings).await.unwrap();
    wait_for_readers(&database).await;
    let slow = run_sql(&database.reader().unwrap(), "select pg_sleep(1)").await;
    assert!(matches!(slow, Err(DbError::Unavailable(Unavailable::Lost(_)))), "{slow:?}");
    assert_eq!(database.statistics().read_connections, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_statement_that_never_ends_when_run_then_its_connection_is_replaced() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    wait_for_readers(&database).await;
    let reader = database.reader().unwrap();
    let slow = within(TWO_SECONDS, "reading", run_sql(&reader, "select pg_sleep(60)")).await;
    assert!(matches!(slow, Err(DbError::Unavailable(Unavailable::NoAnswer(_)))), "{slow:?}");
    user::live_admin_exists(&reader).await.expect("the reader moves to another connection");
    wait_for_readers(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_missing_table_when_read_then_it_is_a_fault_and_not_an_outage() {
    let test = TestDatabase::empty().await;
    let database = test.connect().await;
    let read = user::live_admin_exists(&database.reader().unwrap()).await;
    assert!(matches!(read, Err(DbError::Other(_))), "{read:?}");
}
