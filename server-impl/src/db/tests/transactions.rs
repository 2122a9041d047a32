//! All or nothing.

use std::time::Duration;

use futures_util::future::join_all;
use secrecy::ExposeSecret;
use tokio::time::Instant;
use uuid::Uuid;

use super::support::{Fixture, new_user};
use crate::db::user::{self, Sessions, UserChanges};
use crate::db::{DbError, PasswordHash, Writer};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_sessions_when_the_password_changes_then_those_asked_for_end() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let kept = fixture.session(&user, "kept").await;
    fixture.session(&user, "other").await;
    let mut writer = fixture.writer().await;
    let left = async || fixture.sessions_of(user.id).await.len();

    let changed = user::change_password(&mut writer, user.id, PasswordHash::new("1"), Sessions::Keep).await;
    let changed = changed.unwrap().unwrap();
    assert!(changed.updated_at > user.updated_at);
    assert!(changed.should_change_password, "asking for a new password is another matter");
    assert_eq!(left().await, 2);

    let but_one = Sessions::EndAllBut(Some(kept.id));
    user::change_password(&mut writer, user.id, PasswordHash::new("2"), but_one).await.unwrap().unwrap();
    assert_eq!(left().await, 1);

    let all = Sessions::EndAllBut(None);
    user::change_password(&mut writer, user.id, PasswordHash::new("3"), all).await.unwrap().unwrap();
    assert_eq!(left().await, 0);

    let password = user::find_password(&fixture.reader(), user.id).await.unwrap().unwrap();
    assert_eq!(password.expose_secret(), "3");
    let unknown = user::change_password(&mut writer, Uuid::new_v4(), PasswordHash::new("4"), all).await.unwrap();
    assert_eq!(unknown, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_sessions_that_cannot_end_when_the_password_changes_then_it_stays() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    fixture.session(&user, "token").await;
    fixture
        .test
        .sql(
            "create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
             create trigger no before delete on session for each row execute function no()",
        )
        .await;
    let mut writer = fixture.writer().await;
    let all = Sessions::EndAllBut(None);
    let changed = user::change_password(&mut writer, user.id, PasswordHash::new("new"), all).await;
    assert!(matches!(changed, Err(DbError::Other(_))), "{changed:?}");
    let password = user::find_password(&fixture.reader(), user.id).await.unwrap().unwrap();
    assert_eq!(password.expose_secret(), "$2b$10$hash");
    user::insert(&mut writer, &new_user("c@d")).await.expect("the connection can be used again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_transaction_when_its_caller_drops_it_then_it_is_rolled_back() {
    let fixture = Fixture::new().await;
    let mut writer = fixture.writer().await;
    let work = async {
        writer
            .transaction(async |writer: &mut Writer| {
                user::insert(writer, &new_user("a@b")).await?;
                std::future::pending::<Result<(), DbError>>().await
            })
            .await
    };
    assert!(tokio::time::timeout(Duration::from_millis(200), work).await.is_err());
    drop(writer);

    fixture.user("a@b").await;
    let statistics = fixture.database.statistics();
    assert_eq!(statistics.write_connections_in_use, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_failed_inner_transaction_when_the_outer_continues_then_only_the_inner_is_rolled_back() {
    let fixture = Fixture::new().await;
    let mut writer = fixture.writer().await;
    writer
        .transaction(async |writer: &mut Writer| {
            user::insert(writer, &new_user("outer@x")).await?;
            let inner = writer.transaction(async |writer: &mut Writer| {
                user::insert(writer, &new_user("inner@x")).await?;
                user::insert(writer, &new_user("outer@x")).await
            });
            assert!(matches!(inner.await, Err(DbError::Violated(_))));
            Ok::<_, DbError>(())
        })
        .await
        .unwrap();
    let emails = fixture.test.sql("select email from \"user\"").await;
    assert_eq!(emails, [Some("outer@x".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_all_connections_in_use_when_one_more_is_requested_then_it_is_refused_in_time() {
    let fixture = Fixture::new().await;
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(fixture.writer().await);
    }
    let begin = Instant::now();
    let refused = fixture.database.writer().await.err().unwrap();
    assert!(refused.is_unavailable(), "{refused}");
    assert!(begin.elapsed() < Duration::from_secs(2));
    let statistics = fixture.database.statistics();
    assert_eq!((statistics.write_connections_in_use, statistics.write_waits_failed_total), (10, 1));
    held.pop();
    fixture.writer().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_more_callers_than_connections_when_they_write_without_pause_then_each_gets_its_share() {
    const CALLERS: usize = 40;
    let fixture = Fixture::new().await;
    let end = Instant::now() + Duration::from_secs(3);
    let callers = (0..CALLERS).map(|_| {
        let database = fixture.database.clone();
        tokio::spawn(async move {
            let mut turns = 0_usize;
            while Instant::now() < end {
                let mut writer = database.writer().await.expect("every caller gets a writer");
                user::update(&mut writer, Uuid::nil(), &UserChanges::default()).await.unwrap();
                turns += 1;
            }
            turns
        })
    });
    let turns: Vec<usize> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    let fair = turns.iter().sum::<usize>() / CALLERS;
    assert!(turns.iter().all(|&turns| turns > fair / 2), "{turns:?}");
    assert!(fixture.database.statistics().write_waits_total > 0, "callers had to wait");
}

/// Handlers run on a runtime with many threads.
#[test]
fn given_futures_of_writes_when_spawned_then_they_may_change_threads() {
    fn sent<T: Send>(_: &T) {}
    fn check(writer: &mut Writer) {
        sent(&user::change_password(writer, Uuid::nil(), PasswordHash::new(""), Sessions::Keep));
    }
    fn check_transaction(writer: &mut Writer, email: &str) {
        sent(&writer.transaction(async |writer: &mut Writer| user::insert(writer, &new_user(email)).await));
    }
    let _ = (check, check_transaction);
}
