//! Lists: on separate connections, one page at a time for each user.

use std::sync::Arc;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::support::{Fixture, TestDatabase, wait_for_readers};
use crate::db::connection::DbConnection;
use crate::db::{Database, DatabaseSettings, DbError, ListReader, Unavailable, user};

const PAGES_IN_PROGRESS: &str = "select count(*) from pg_stat_activity
     where datname = current_database() and state = 'active' and query like 'select pg_sleep%'";

/// Reads a page that takes this long.
async fn read(list: &ListReader, time: Duration) {
    let sleep = format!("select pg_sleep({})", time.as_secs_f64());
    let query = move |connection: Arc<DbConnection>| {
        let sleep = sleep.clone();
        async move { connection.shared().batch_execute(&sleep).await }
    };
    list.run(query).await.unwrap();
}

/// Starts this many lists of one user, each with one page that takes `time`.
async fn start(database: &Database, user: Uuid, lists: usize, time: Duration) -> Vec<tokio::task::JoinHandle<()>> {
    let mut started = Vec::new();
    for _ in 0..lists {
        let list = database.list_reader(user).await.unwrap();
        started.push(tokio::spawn(async move { read(&list, time).await }));
    }
    sleep(Duration::from_millis(20)).await;
    started
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_long_lists_when_others_read_then_they_do_not_wait() {
    let fixture = Fixture::new().await;
    wait_for_readers(&fixture.database).await;
    let mut lists = start(&fixture.database, Uuid::new_v4(), 4, Duration::from_millis(300)).await;
    lists.extend(start(&fixture.database, Uuid::new_v4(), 4, Duration::from_millis(300)).await);

    let begin = Instant::now();
    for _ in 0..20 {
        user::live_admin_exists(&fixture.reader()).await.unwrap();
    }

    assert!(begin.elapsed() < Duration::from_millis(250), "{:?}", begin.elapsed());
    for list in join_all(lists).await {
        list.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_many_lists_of_users_when_another_lists_then_it_waits_for_one_page() {
    let fixture = Fixture::new().await;
    wait_for_readers(&fixture.database).await;
    let mut lists = Vec::new();
    for _ in 0..2 {
        lists.extend(start(&fixture.database, Uuid::new_v4(), 4, Duration::from_millis(200)).await);
    }
    assert_eq!(fixture.test.sql(PAGES_IN_PROGRESS).await, [Some("2".to_owned())]);

    let begin = Instant::now();
    read(&fixture.database.list_reader(Uuid::new_v4()).await.unwrap(), Duration::ZERO).await;

    assert!(begin.elapsed() < Duration::from_millis(450), "{:?}", begin.elapsed());
    for list in join_all(lists).await {
        list.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_lists_whose_callers_are_dropped_then_the_user_still_has_one_page_in_progress() {
    let fixture = Fixture::new().await;
    wait_for_readers(&fixture.database).await;
    let user = Uuid::new_v4();
    for _ in 0..4 {
        let list = fixture.database.list_reader(user).await.unwrap();
        let left = timeout(Duration::from_millis(20), read(&list, Duration::from_millis(300))).await;
        assert!(left.is_err());
    }
    assert_eq!(fixture.test.sql(PAGES_IN_PROGRESS).await, [Some("1".to_owned())]);

    let begin = Instant::now();
    read(&fixture.database.list_reader(user).await.unwrap(), Duration::ZERO).await;
    assert!(begin.elapsed() > Duration::from_millis(100), "{:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_a_user_with_many_lists_in_progress_when_another_is_requested_then_it_waits_and_is_refused() {
    let fixture = Fixture::new().await;
    wait_for_readers(&fixture.database).await;
    let user = Uuid::new_v4();
    let mut lists = Vec::new();
    for _ in 0..4 {
        lists.push(fixture.database.list_reader(user).await.unwrap());
    }

    let refused = fixture.database.list_reader(user).await;

    assert!(matches!(refused, Err(DbError::Unavailable(Unavailable::TooManyLists(_)))));
    fixture.database.list_reader(Uuid::new_v4()).await.unwrap();
    let (admitted, ()) = futures_util::join!(fixture.database.list_reader(user), async {
        sleep(Duration::from_millis(50)).await;
        lists.pop();
    });
    admitted.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_no_connections_for_lists_then_the_shared_ones_are_used() {
    let test = TestDatabase::migrated().await;
    let settings = DatabaseSettings { list_connections: 0, ..test.settings() };
    let database = Database::connect(&settings).await.unwrap();

    let lists = start(&database, Uuid::new_v4(), 3, Duration::from_millis(10)).await;

    for list in join_all(lists).await {
        list.unwrap();
    }
    database.close().await;
}
