//! The table `api_key`.

use uuid::Uuid;

use super::support::{Fixture, new_key};
use crate::db::api_key::{self, ApiKeyChanges, NewApiKey};
use crate::db::{Constraint, DbError, TokenHash};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_key_when_looked_up_by_secret_then_it_comes_with_its_user() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let made = fixture.key(&user, "secret").await;
    assert_eq!(made.permissions, ["user.read", "all", "user.read"], "order and duplicates are kept");
    assert_eq!(made.id.get_version_num(), 4);
    let found = api_key::find_caller(&fixture.reader(), &TokenHash::of("secret")).await.unwrap();
    assert_eq!(found, Some((made, user)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_no_valid_key_when_looked_up_by_secret_then_no_user_is_found() {
    let fixture = Fixture::new().await;
    let gone = fixture.deleted_user("gone@x").await;
    fixture.key(&gone, "of the deleted").await;
    fixture.session(&fixture.user("a@b").await, "a session").await;
    let reader = fixture.reader();
    for secret in ["of the deleted", "a session", "unknown"] {
        let secret = TokenHash::of(secret);
        assert_eq!(api_key::find_caller(&reader, &secret).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_keys_when_listed_then_those_of_the_user_come_newest_first() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let other = fixture.user("c@d").await;
    let first = fixture.key(&user, "first").await;
    let second = fixture.key(&user, "second").await;
    let foreign = fixture.key(&other, "foreign").await;

    let reader = fixture.reader();
    let listed = [second.clone(), first.clone()];
    assert_eq!(fixture.keys_of(user.id).await, listed);

    assert_eq!(api_key::find_of_user(&reader, second.id, user.id).await.unwrap(), Some(second));
    assert_eq!(api_key::find_of_user(&reader, foreign.id, user.id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_changes_when_updated_then_only_they_and_the_time_change() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let before = fixture.key(&user, "secret").await;
    let mut writer = fixture.writer().await;

    let none = ApiKeyChanges::default();
    assert_eq!(api_key::update(&mut writer, before.id, user.id, &none).await.unwrap(), Some(before.clone()));

    let name = ApiKeyChanges { name: Some("New".to_owned()), permissions: None };
    let renamed = api_key::update(&mut writer, before.id, user.id, &name).await.unwrap().unwrap();
    assert!(renamed.updated_at > before.updated_at);
    assert_eq!((renamed.name.as_str(), &renamed.permissions), ("New", &before.permissions));

    let permissions = ApiKeyChanges { name: None, permissions: Some(vec!["session.read".to_owned()]) };
    let limited = api_key::update(&mut writer, before.id, user.id, &permissions).await.unwrap().unwrap();
    assert_eq!((limited.name.as_str(), limited.permissions), ("New", vec!["session.read".to_owned()]));

    for changes in [&none, &name] {
        assert_eq!(api_key::update(&mut writer, before.id, Uuid::new_v4(), changes).await.unwrap(), None);
        assert_eq!(api_key::update(&mut writer, Uuid::new_v4(), user.id, changes).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_key_when_deleted_then_only_its_user_can_and_only_once() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let other = fixture.user("c@d").await;
    let key = fixture.key(&user, "secret").await;
    let mut writer = fixture.writer().await;
    assert!(!api_key::delete(&mut writer, key.id, other.id).await.unwrap());
    assert!(api_key::delete(&mut writer, key.id, user.id).await.unwrap());
    assert!(!api_key::delete(&mut writer, key.id, user.id).await.unwrap());
    assert_eq!(api_key::find_caller(&fixture.reader(), &TokenHash::of("secret")).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_taken_secret_a_missing_user_or_a_nul_when_inserted_then_each_has_its_own_error() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    fixture.key(&user, "secret").await;
    let mut writer = fixture.writer().await;
    let taken = api_key::insert(&mut writer, &new_key(&user, "secret"), i64::MAX).await;
    assert!(matches!(taken, Err(DbError::Violated(Constraint::ApiKeyKey))), "{taken:?}");
    let orphan = NewApiKey { user_id: Uuid::new_v4(), ..new_key(&user, "x") };
    let orphan = api_key::insert(&mut writer, &orphan, i64::MAX).await;
    assert!(matches!(orphan, Err(DbError::Violated(Constraint::ApiKeyUser))), "{orphan:?}");
    let nul = NewApiKey { name: "a\0".to_owned(), ..new_key(&user, "x") };
    let nul = api_key::insert(&mut writer, &nul, i64::MAX).await;
    assert!(matches!(nul, Err(DbError::Unrepresentable(_))), "{nul:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_user_when_removed_for_good_then_keys_and_sessions_go_too() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    fixture.key(&user, "secret").await;
    fixture.session(&user, "token").await;
    fixture.test.sql("delete from \"user\"").await;
    let left = "select (select count(*) from session) + (select count(*) from api_key)";
    assert_eq!(fixture.test.sql(left).await, [Some("0".to_owned())]);
}
