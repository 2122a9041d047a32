//! The table `system_metadata`.

use serde_json::json;

use super::support::Fixture;
use crate::db::DbError;
use crate::db::system_metadata::{SYSTEM_CONFIG, get, set};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_value_when_set_twice_then_the_later_one_is_read() {
    let fixture = Fixture::new().await;
    let reader = fixture.reader();
    let mut writer = fixture.writer().await;
    assert_eq!(get(&reader, SYSTEM_CONFIG).await.unwrap(), None);
    for value in [json!({"server": {"publicUsers": false}}), json!({"user": {"deleteDelay": 3}}), json!(null)] {
        set(&mut writer, SYSTEM_CONFIG, &value).await.unwrap();
        assert_eq!(get(&reader, SYSTEM_CONFIG).await.unwrap(), Some(value));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_nul_in_a_value_or_a_key_when_set_then_it_is_unrepresentable() {
    let fixture = Fixture::new().await;
    let mut writer = fixture.writer().await;
    for (key, value) in [("key", json!({"a": ["b\0"]})), ("k\0", json!(1))] {
        let outcome = set(&mut writer, key, &value).await;
        assert!(matches!(outcome, Err(DbError::Unrepresentable(_))), "{outcome:?}");
    }
}
