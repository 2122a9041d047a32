//! Failed logins and known addresses, shared by processes.

use std::time::Duration;

use futures_util::future::join_all;

use super::support::TestDatabase;
use crate::db::Database;
use crate::db::login_throttle::{Failures, Keys, Stored, add_failure, hash_key, purge, read, remember, reset};

const KEYS: Keys = Keys { pair: 1, address: i64::MAX, account: -3 };
const ALL: [i64; 3] = [KEYS.pair, KEYS.address, KEYS.account];
const WINDOW: Duration = Duration::from_secs(300);

async fn fail(database: &Database, keys: &[i64]) -> Vec<(i64, Failures)> {
    add_failure(&mut database.writer().await.unwrap(), keys, KEYS.pair, WINDOW).await.unwrap()
}

async fn stored(database: &Database) -> Stored {
    read(&database.reader().unwrap(), KEYS).await.unwrap()
}

fn count(stored: &Stored, key: i64) -> u32 {
    stored.failures.iter().find(|(found, _)| *found == key).map_or(0, |(_, failures)| failures.count)
}

async fn rows(test: &TestDatabase, table: &str) -> i64 {
    let count = test.sql(&format!("select count(*) from {table}")).await;
    count[0].as_ref().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_failures_at_once_then_each_is_counted_under_each_key_until_it_is_reset() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    let mut backwards = ALL;
    backwards.reverse();

    join_all((0..40).map(|number| fail(&database, if number % 2 == 0 { &ALL } else { &backwards }))).await;

    let found = stored(&database).await;
    assert_eq!(ALL.map(|key| count(&found, key)), [40; 3]);
    let counted = fail(&database, &[KEYS.pair]).await;
    assert_eq!((counted[0].0, counted[0].1.count), (KEYS.pair, 41));
    assert!(counted[0].1.remaining > WINDOW / 2 && counted[0].1.remaining <= WINDOW, "{counted:?}");
    reset(&mut database.writer().await.unwrap(), KEYS.pair).await.unwrap();
    assert_eq!(ALL.map(|key| count(&found, key)), [40; 3]);
    let found = stored(&database).await;
    assert_eq!(ALL.map(|key| count(&found, key)), [0, 40, 40]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_window_then_failures_of_a_pair_prolong_it_and_after_it_they_count_from_one() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    fail(&database, &ALL).await;
    test.sql("update login_failure set \"expiresAt\" = now() + interval '100 seconds'").await;

    fail(&database, &ALL).await;

    for (key, failures) in stored(&database).await.failures {
        assert_eq!(failures.count, 2);
        assert_eq!(failures.remaining > Duration::from_secs(200), key == KEYS.pair, "{failures:?}");
    }
    test.sql("update login_failure set \"expiresAt\" = now() - interval '1 second'").await;
    assert_eq!(stored(&database).await, Stored::default());
    let counted = fail(&database, &ALL).await;
    assert!(counted.iter().all(|(_, failures)| failures.count == 1), "{counted:?}");
    assert!(counted.iter().all(|(_, failures)| failures.remaining > WINDOW / 2), "{counted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_addresses_of_an_account_then_the_latest_are_remembered() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    for address in 1..=20_u64 {
        let keys = Keys { address: i64::try_from(address).unwrap(), ..KEYS };
        remember(&mut database.writer().await.unwrap(), keys, Duration::from_secs(1000 + address)).await.unwrap();
    }
    remember(&mut database.writer().await.unwrap(), Keys { account: 7, ..KEYS }, WINDOW).await.unwrap();

    let kept = test.sql("select string_agg(address::text, ' ' order by address) from login_address where account = -3");
    let latest = (5..=20).map(|address| address.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(kept.await, [Some(latest)]);
    assert!(stored(&database).await.familiar.is_none());
    let found = read(&database.reader().unwrap(), Keys { account: 7, ..KEYS }).await.unwrap();
    assert!(found.familiar.is_some_and(|remaining| remaining <= WINDOW && remaining > WINDOW / 2), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_expired_rows_and_more_than_the_bound_when_purged_then_the_latest_stay() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    test.sql(
        "insert into login_failure select key, 1, now() + make_interval(secs => key) from generate_series(1, 100100) key;
         insert into login_failure select -key, 1, now() - interval '1 second' from generate_series(1, 50) key;
         insert into login_address values (1, 1, now() - interval '1 second'), (1, 2, now() + interval '1 day')",
    )
    .await;

    purge(&mut database.writer().await.unwrap()).await.unwrap();

    assert_eq!(rows(&test, "login_failure").await, 100_000);
    assert_eq!(test.sql("select min(key) from login_failure").await, [Some("101".to_owned())]);
    assert_eq!(rows(&test, "login_address").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_two_databases_then_their_hash_keys_differ_and_upstreams_has_none() {
    let (one, other, upstream) =
        (TestDatabase::migrated().await, TestDatabase::migrated().await, TestDatabase::of_upstream().await);
    let [one, other, upstream] = [one.connect().await, other.connect().await, upstream.connect().await];
    let key = async |database: &Database| hash_key(&database.reader().unwrap()).await;

    assert_eq!(key(&one).await.unwrap(), key(&one).await.unwrap());
    assert_ne!(key(&one).await.unwrap(), key(&other).await.unwrap());
    key(&upstream).await.unwrap_err();
}
