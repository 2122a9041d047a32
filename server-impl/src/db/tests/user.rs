//! The table `user`.

use futures_util::future::join_all;
use futures_util::stream::TryStreamExt;
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::support::{Fixture, listed_users, new_user, streamed_users};
use crate::db::user::{self, KnownStatus, LoginRow, NewUser, ProfileRow, UserChanges, UserStatus};
use crate::db::user_admin;
use crate::db::{Constraint, DbError, PasswordHash};

fn violated<T: std::fmt::Debug>(outcome: Result<T, DbError>) -> Constraint {
    match outcome {
        Err(DbError::Violated(constraint)) => constraint,
        other => panic!("expected a violated constraint, got {other:?}"),
    }
}

fn admin(email: &str) -> NewUser {
    NewUser { is_admin: true, ..new_user(email) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_new_user_when_inserted_then_it_has_the_defaults_and_an_id_of_version_4() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    assert_eq!(user.id.get_version_num(), 4);
    assert_eq!((user.email.as_str(), user.name.as_str()), ("a@b", "Name of a@b"));
    assert_eq!((user.is_admin, user.should_change_password), (false, true));
    assert_eq!((user.status, user.deleted_at), (UserStatus::Known(KnownStatus::Active), None));
    assert_eq!(user::find_live(&fixture.reader(), user.id).await.unwrap(), Some(user.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_live_and_a_deleted_user_when_looked_up_then_only_the_live_one_is_found() {
    let fixture = Fixture::new().await;
    let live = fixture.user("live@x").await;
    let gone = fixture.deleted_user("gone@x").await;
    let reader = fixture.reader();

    let LoginRow { user: found, password, is_onboarded: _ } =
        user::find_for_login(&reader, "live@x").await.unwrap().unwrap();
    assert_eq!((&found, password.expose_secret()), (&live, "$2b$10$hash"));
    assert!(user::find_for_login(&reader, "gone@x").await.unwrap().is_none());
    assert!(user::find_for_login(&reader, "LIVE@x").await.unwrap().is_none());
    assert!(user::find_password(&reader, live.id).await.unwrap().unwrap().is_set());
    assert!(user::find_password(&reader, gone.id).await.unwrap().is_none());
    assert_eq!(user::find_live(&reader, gone.id).await.unwrap(), None);
    assert_eq!(user::find_live(&reader, Uuid::new_v4()).await.unwrap(), None);
    assert_eq!(listed_users(&fixture.database).await, [ProfileRow::from(live.clone())]);
    assert_eq!(user_admin::list_all(&reader).await.unwrap(), [gone.clone(), live.clone()]);
    assert_eq!(user_admin::find_by_email_any(&reader, "gone@x").await.unwrap(), Some(gone.clone()));
    assert!(user::email_taken_by_other(&reader, "live@x", gone.id).await.unwrap());
    assert!(!user::email_taken_by_other(&reader, "live@x", live.id).await.unwrap());
    assert!(!user::email_taken_by_other(&reader, "gone@x", live.id).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_user_without_password_when_found_then_the_password_is_not_set() {
    let fixture = Fixture::new().await;
    let passwordless = NewUser { password_hash: PasswordHash::new(""), ..new_user("a@b") };
    user::insert(&mut fixture.writer().await, &passwordless).await.unwrap();
    let LoginRow { password, .. } = user::find_for_login(&fixture.reader(), "a@b").await.unwrap().unwrap();
    assert!(!password.is_set());
    assert_eq!(format!("{:?}", PasswordHash::new("$2b$secret")), "PasswordHash(..)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_more_users_than_a_page_when_listed_or_streamed_then_each_comes_once_and_newest_first() {
    let fixture = Fixture::new().await;
    // 1,250 users, 250 at each moment: pages end within a moment. And 50 deleted ones.
    fixture
        .test
        .sql(
            "insert into \"user\" (email, \"createdAt\", \"deletedAt\")
             select i || '@x', timestamptz '2026-01-01' + (i % 5) * interval '1 microsecond',
                    case when i > 1250 then now() end
               from generate_series(1, 1300) i",
        )
        .await;
    let expected = fixture
        .test
        .sql("select id from \"user\" where \"deletedAt\" is null order by \"createdAt\" desc, id desc")
        .await;

    let listed = listed_users(&fixture.database).await;
    let streamed: Vec<_> = streamed_users(&fixture.database).await.try_collect().await.unwrap();

    let ids: Vec<_> = listed.iter().map(|user| Some(user.id.to_string())).collect();
    assert_eq!(ids, expected);
    assert_eq!(streamed, listed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_exactly_a_page_of_users_when_listed_then_all_come() {
    let fixture = Fixture::new().await;
    fixture.test.sql("insert into \"user\" (email) select i || '@x' from generate_series(1, 500) i").await;
    assert_eq!(listed_users(&fixture.database).await.len(), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_taken_address_or_label_when_inserted_then_the_constraint_is_named() {
    let fixture = Fixture::new().await;
    let mut writer = fixture.writer().await;
    let labeled = NewUser { storage_label: Some("label".to_owned()), ..new_user("a@b") };
    user::insert(&mut writer, &labeled).await.unwrap();
    assert_eq!(violated(user::insert(&mut writer, &new_user("a@b")).await), Constraint::UserEmail);
    let same_label = NewUser { email: "c@d".to_owned(), ..labeled };
    assert_eq!(violated(user::insert(&mut writer, &same_label).await), Constraint::UserStorageLabel);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_an_admin_when_another_is_inserted_then_it_is_refused_unless_the_first_is_deleted() {
    let fixture = Fixture::new().await;
    let mut writer = fixture.writer().await;
    assert!(!user::live_admin_exists(&fixture.reader()).await.unwrap());

    let first = user::insert_admin(&mut writer, &admin("a@b")).await.unwrap();
    assert!(first.is_admin && first.should_change_password);
    assert!(user::live_admin_exists(&fixture.reader()).await.unwrap());
    assert_eq!(violated(user::insert_admin(&mut writer, &admin("c@d")).await), Constraint::OneLiveAdmin);
    assert_eq!(violated(user::insert_admin(&mut writer, &admin("a@b")).await), Constraint::OneLiveAdmin);
    assert_eq!(violated(user::insert(&mut writer, &admin("c@d")).await), Constraint::OneLiveAdmin);

    user_admin::soft_delete(&mut writer, first.id).await.unwrap().unwrap();
    assert!(!user::live_admin_exists(&fixture.reader()).await.unwrap());
    assert_eq!(violated(user::insert_admin(&mut writer, &admin("a@b")).await), Constraint::UserEmail);
    let second = user::insert_admin(&mut writer, &admin("c@d")).await.unwrap();
    assert_eq!(violated(user_admin::restore(&mut writer, first.id).await), Constraint::OneLiveAdmin);

    let labels = "select \"storageLabel\" from \"user\" order by email";
    assert_eq!(fixture.test.sql(labels).await, [Some("admin".to_owned()), None]);
    user_admin::soft_delete(&mut writer, second.id).await.unwrap().unwrap();
    user_admin::restore(&mut writer, first.id).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_sign_ups_at_once_when_inserted_then_one_is_admin_and_the_others_are_refused() {
    let fixture = Fixture::new().await;
    for email in ["same@x", "other"] {
        fixture.test.sql("delete from \"user\"").await;
        let sign_ups = join_all((0..8).map(|i| {
            let email = if email == "same@x" { email.to_owned() } else { format!("{email}{i}@x") };
            let fixture = &fixture;
            async move { user::insert_admin(&mut fixture.writer().await, &admin(&email)).await }
        }))
        .await;
        let (made, refused): (Vec<_>, Vec<_>) = sign_ups.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 1);
        assert!(refused.into_iter().all(|refusal| violated(refusal) == Constraint::OneLiveAdmin));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_changes_when_updated_then_only_they_and_the_time_change() {
    let fixture = Fixture::new().await;
    let before = fixture.user("a@b").await;
    let mut writer = fixture.writer().await;
    let update_id = "select \"updateId\" from \"user\"";
    let id_before = fixture.test.sql(update_id).await;

    let unchanged = user::update(&mut writer, before.id, &UserChanges::default()).await.unwrap().unwrap();
    assert_eq!(unchanged, before);

    let changes = UserChanges { name: Some("New".to_owned()), ..UserChanges::default() };
    let after = user::update(&mut writer, before.id, &changes).await.unwrap().unwrap();
    assert!(after.updated_at > before.updated_at);
    assert_ne!(fixture.test.sql(update_id).await, id_before);
    assert_eq!(after, user::UserRow { name: "New".to_owned(), updated_at: after.updated_at, ..before.clone() });

    let again = user::update(&mut writer, before.id, &changes).await.unwrap().unwrap();
    assert!(again.updated_at > after.updated_at, "an update without a difference counts");

    let all = UserChanges {
        email: Some("c@d".to_owned()),
        name: None,
        password: Some(PasswordHash::new("other")),
        should_change_password: Some(false),
        avatar_color: Some(Some("pink".to_owned())),
        storage_label: Some(Some("label".to_owned())),
        quota_size_in_bytes: Some(Some(5_000_000_000)),
    };
    let after = user::update(&mut writer, before.id, &all).await.unwrap().unwrap();
    assert_eq!((after.email.as_str(), after.should_change_password), ("c@d", false));
    assert_eq!(
        (after.avatar_color.as_deref(), after.storage_label.as_deref(), after.quota_size_in_bytes),
        (Some("pink"), Some("label"), Some(5_000_000_000))
    );
    let password = user::find_password(&fixture.reader(), before.id).await.unwrap().unwrap();
    assert_eq!(password.expose_secret(), "other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_no_live_user_when_updated_then_none_is_given() {
    let fixture = Fixture::new().await;
    let gone = fixture.deleted_user("a@b").await;
    let mut writer = fixture.writer().await;
    for changes in [UserChanges::default(), UserChanges { name: Some("N".to_owned()), ..UserChanges::default() }] {
        assert_eq!(user::update(&mut writer, gone.id, &changes).await.unwrap(), None);
        assert_eq!(user::update(&mut writer, Uuid::new_v4(), &changes).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_the_address_of_a_deleted_user_when_updated_then_it_is_taken() {
    let fixture = Fixture::new().await;
    fixture.deleted_user("gone@x").await;
    let user = fixture.user("a@b").await;
    let changes = UserChanges { email: Some("gone@x".to_owned()), ..UserChanges::default() };
    assert_eq!(violated(user::update(&mut fixture.writer().await, user.id, &changes).await), Constraint::UserEmail);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_user_when_deleted_and_restored_then_the_status_follows() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let mut writer = fixture.writer().await;

    let deleted = user_admin::soft_delete(&mut writer, user.id).await.unwrap().unwrap();
    assert!(deleted.deleted_at.is_some());
    assert_eq!(deleted.status, UserStatus::Known(KnownStatus::Deleted));
    assert_eq!(user_admin::soft_delete(&mut writer, user.id).await.unwrap(), None);

    let restored = user_admin::restore(&mut writer, user.id).await.unwrap().unwrap();
    assert_eq!((restored.deleted_at, restored.status), (None, UserStatus::Known(KnownStatus::Active)));
    assert_eq!(user_admin::restore(&mut writer, user.id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_nul_character_when_stored_or_looked_up_then_it_is_unrepresentable() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let mut writer = fixture.writer().await;
    let name = UserChanges { name: Some("a\0b".to_owned()), ..UserChanges::default() };
    let stored = user::update(&mut writer, user.id, &name).await;
    assert!(matches!(stored, Err(DbError::Unrepresentable(_))), "{stored:?}");
    let looked_up = user::find_for_login(&fixture.reader(), "a\0@b").await;
    assert!(matches!(looked_up, Err(DbError::Unrepresentable(_))), "{looked_up:?}");
    assert!(user::find_live(&fixture.reader(), user.id).await.unwrap().is_some(), "the connections live on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_an_address_too_long_for_the_index_when_stored_then_it_is_unrepresentable() {
    let fixture = Fixture::new().await;
    // Random, since Postgres compresses.
    let email: String = (0..400).map(|_| Uuid::new_v4().simple().to_string()).collect();
    let stored = user::insert(&mut fixture.writer().await, &new_user(&email)).await;
    assert!(matches!(stored, Err(DbError::Unrepresentable(_))), "{stored:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_an_unknown_status_when_read_then_it_is_unknown() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    fixture
        .test
        .sql("alter table \"user\" drop constraint user_status_check; update \"user\" set status = 'odd'")
        .await;
    let read = user_admin::find_by_email_any(&fixture.reader(), &user.email).await.unwrap().unwrap();
    assert_eq!(read.status, UserStatus::Unknown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_license_and_the_onboarding_come_from_the_metadata_of_the_user() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    assert_eq!(user.license, None);
    let read = async || user::find_for_login(&fixture.reader(), "a@b").await.unwrap().unwrap();
    let store = async |key: &str, value: &str| {
        let statement = format!(
            "insert into user_metadata (\"userId\", key, value) values ('{}', '{key}', '{value}')
             on conflict (\"userId\", key) do update set value = excluded.value",
            user.id
        );
        fixture.test.sql(&statement).await;
    };

    for (license, is_none) in [
        (r#"{"licenseKey": "IMCL-1", "activationKey": "abc", "activatedAt": "2026-01-02T03:04:05.678Z"}"#, false),
        (r#"{"licenseKey": "IMCL-1", "activationKey": "abc", "activatedAt": "yesterday"}"#, true),
        (r#"{"licenseKey": "IMCL-1"}"#, true),
        ("null", true),
    ] {
        store("license", license).await;
        assert_eq!(read().await.user.license.is_none(), is_none, "{license}");
    }
    for (onboarding, is_onboarded) in
        [(r#"{"isOnboarded": true}"#, true), (r#"{"isOnboarded": false}"#, false), ("[]", false), ("7", false)]
    {
        store("onboarding", onboarding).await;
        assert_eq!(read().await.is_onboarded, is_onboarded, "{onboarding}");
    }
}
