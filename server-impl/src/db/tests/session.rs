//! The table `session`.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::support::{Fixture, new_session};
use crate::db::session::{self, DeviceDetails, NewSession, SessionRow};
use crate::db::{Constraint, DbError, TokenHash};

fn ids(sessions: &[SessionRow]) -> Vec<Uuid> {
    sessions.iter().map(|session| session.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_token_when_its_session_is_stored_then_only_the_padded_base64_of_its_hash_is() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    fixture.session(&user, "abc").await;
    // printf abc | openssl dgst -sha256 -binary | base64
    let hash = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    assert_eq!(fixture.test.sql("select token from session").await, [Some(hash.to_owned())]);
    assert_eq!(format!("{:?}", TokenHash::of("abc")), "TokenHash(..)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_session_when_looked_up_by_token_then_it_comes_with_its_user() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let made = fixture.session(&user, "token").await;
    assert_eq!(made.id.get_version_num(), 4);
    assert_eq!(
        (made.device_type.as_str(), made.device_os.as_str(), made.app_version.as_deref()),
        ("Firefox", "Linux", None)
    );
    assert!(!made.is_pending_sync_reset);
    let found = session::find_caller(&fixture.reader(), &TokenHash::of("token")).await.unwrap();
    assert_eq!(found, Some((made, user)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_no_valid_session_when_looked_up_by_token_then_no_user_is_found() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let gone = fixture.deleted_user("gone@x").await;
    fixture.expired_session(&user, "expired").await;
    fixture.session(&gone, "of the deleted").await;
    let reader = fixture.reader();
    for token in ["expired", "of the deleted", "unknown", ""] {
        let token = TokenHash::of(token);
        assert_eq!(session::find_caller(&reader, &token).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_session_that_will_expire_when_looked_up_before_then_it_is_found() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let soon = OffsetDateTime::now_utc() + Duration::hours(1);
    let new = NewSession { expires_at: Some(soon), ..new_session(&user, "token") };
    let made = fixture.new_session(&new).await;
    let left = made.expires_at.unwrap() - soon;
    assert!(left.abs() < Duration::milliseconds(1));
    assert!(session::find_caller(&fixture.reader(), &TokenHash::of("token")).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_sessions_when_listed_then_the_unexpired_of_the_user_come_last_changed_first() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let other = fixture.user("c@d").await;
    let first = fixture.session(&user, "first").await;
    let second = fixture.session(&user, "second").await;
    let third = fixture.child(&second, &user, "third").await;
    fixture.expired_session(&user, "expired").await;
    fixture.session(&other, "foreign").await;
    fixture.key(&user, "key").await;
    let touched = DeviceDetails { device_type: String::new(), device_os: String::new(), app_version: None };
    session::touch(&mut fixture.writer().await, first.id, &touched).await.unwrap().unwrap();

    let listed = fixture.sessions_of(user.id).await;
    assert_eq!(ids(&listed), [first.id, third.id, second.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_session_when_touched_then_the_device_and_the_time_change() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let before = fixture.session(&user, "token").await;
    let device = |version: Option<&str>| DeviceDetails {
        device_type: "Chrome".to_owned(),
        device_os: "Android".to_owned(),
        app_version: version.map(str::to_owned),
    };
    let mut writer = fixture.writer().await;
    let after = session::touch(&mut writer, before.id, &device(Some("2.5.6"))).await.unwrap().unwrap();
    assert!(after.updated_at > before.updated_at);
    assert_eq!((after.device_type.as_str(), after.device_os.as_str()), ("Chrome", "Android"));
    assert_eq!(after.app_version.as_deref(), Some("2.5.6"));
    let after = session::touch(&mut writer, before.id, &device(None)).await.unwrap().unwrap();
    assert_eq!(after.app_version, None);
    assert_eq!(session::touch(&mut writer, Uuid::new_v4(), &device(None)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_parent_when_it_ends_then_its_descendants_end() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let parent = fixture.session(&user, "parent").await;
    let child = fixture.child(&parent, &user, "child").await;
    fixture.child(&child, &user, "grandchild").await;
    let mut writer = fixture.writer().await;
    assert!(session::delete(&mut writer, parent.id).await.unwrap());
    assert!(!session::delete(&mut writer, parent.id).await.unwrap());
    assert_eq!(fixture.sessions_of(user.id).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_two_users_when_one_deletes_then_the_other_keeps_its_sessions() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let other = fixture.user("c@d").await;
    let mine = fixture.session(&user, "mine").await;
    let foreign = fixture.session(&other, "foreign").await;
    let expired = fixture.expired_session(&user, "expired").await;
    let mut writer = fixture.writer().await;
    assert!(!session::delete_of_user(&mut writer, foreign.id, user.id).await.unwrap());
    assert!(session::delete_of_user(&mut writer, expired.id, user.id).await.unwrap());
    for token in ["1", "2"] {
        fixture.session(&user, token).await;
    }
    assert_eq!(session::delete_all_of_user(&mut writer, user.id, Some(mine.id)).await.unwrap(), 2);
    assert_eq!(ids(&fixture.sessions_of(user.id).await), [mine.id]);
    assert_eq!(session::delete_all_of_user(&mut writer, user.id, None).await.unwrap(), 1);
    assert_eq!(ids(&fixture.sessions_of(other.id).await), [foreign.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_taken_token_or_a_missing_owner_when_inserted_then_the_constraint_is_named() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    fixture.session(&user, "token").await;
    let mut writer = fixture.writer().await;
    let cases = [
        (new_session(&user, "token"), Constraint::SessionToken),
        (NewSession { user_id: Uuid::new_v4(), ..new_session(&user, "x") }, Constraint::SessionUser),
        (NewSession { parent_id: Some(Uuid::new_v4()), ..new_session(&user, "x") }, Constraint::SessionParent),
    ];
    for (new, expected) in cases {
        let refused = session::insert(&mut writer, &new, i64::MAX).await;
        assert!(matches!(&refused, Err(DbError::Violated(found)) if *found == expected), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_the_last_representable_day_when_stored_then_it_is_read_back() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let last = time::macros::datetime!(9999-12-31 23:59:59.999999 UTC);
    let new = NewSession { expires_at: Some(last), ..new_session(&user, "token") };
    assert_eq!(fixture.new_session(&new).await.expires_at, Some(last));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_an_expiry_out_of_range_when_read_then_there_is_none() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    fixture.session(&user, "token").await;
    for end in ["infinity", "20000-01-01"] {
        fixture.test.sql(&format!("update session set \"expiresAt\" = '{end}'")).await;
        let (read, _) = session::find_caller(&fixture.reader(), &TokenHash::of("token")).await.unwrap().unwrap();
        assert_eq!(read.expires_at, None, "{end}");
    }
    fixture.test.sql("update session set \"expiresAt\" = '-infinity'").await;
    assert!(session::find_caller(&fixture.reader(), &TokenHash::of("token")).await.unwrap().is_none());
}
