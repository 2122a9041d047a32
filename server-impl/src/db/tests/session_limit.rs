//! The limit of a user's sessions.

use super::support::{Fixture, new_session};
use crate::db::session;
use crate::db::session_limit::{self, Enforced};
use crate::db::user::UserRow;

/// The user gets this many sessions beyond a limit of one, and another one, which is returned.
async fn exceed(fixture: &Fixture, user: &UserRow, sessions: usize) -> session::SessionRow {
    let insert = format!(
        "insert into session (token, \"userId\", \"updatedAt\")
         select gen_random_uuid(), '{}', now() - i * interval '1 minute' from generate_series(1, {sessions}) i",
        user.id
    );
    fixture.test.sql(&insert).await;
    let (new, exceeds) =
        session::insert(&mut fixture.writer().await, &new_session(user, &user.email), 1).await.unwrap();
    assert!(exceeds);
    new
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_limit_when_sessions_are_inserted_then_the_first_one_beyond_it_is_reported() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let other = fixture.user("c@d").await;
    let mut writer = fixture.writer().await;
    let mut exceeded = Vec::new();
    for token in ["1", "2", "3", "4"] {
        exceeded.push(session::insert(&mut writer, &new_session(&user, token), 3).await.unwrap().1);
    }
    assert_eq!(exceeded, [false, false, false, true]);
    assert!(!session::insert(&mut writer, &new_session(&other, "5"), 3).await.unwrap().1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_another_transaction_that_removes_sessions_then_they_are_left_to_it_unless_there_are_many() {
    let fixture = Fixture::new().await;
    let few = fixture.user("few@x").await;
    let many = fixture.user("many@x").await;
    let new_of_few = exceed(&fixture, &few, 10).await;
    let new_of_many = exceed(&fixture, &many, 600).await;
    let locks = format!(
        "select pg_advisory_lock(1936028531, hashtext(id::text)) from \"user\" where id in ('{}', '{}');
         select pg_sleep(1)",
        few.id, many.id
    );
    let enforced = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let mut writer = fixture.writer().await;
        assert_eq!(session_limit::enforce(&mut writer, &new_of_few, 1).await.unwrap(), Enforced::Removed(0));
        assert_eq!(session_limit::enforce(&mut writer, &new_of_many, 1).await.unwrap(), Enforced::Busy);
    };
    futures_util::join!(fixture.test.sql(&locks), enforced);

    assert_eq!(fixture.sessions_of(few.id).await.len(), 11);
    assert!(!fixture.sessions_of(many.id).await.contains(&new_of_many));
    assert_eq!(fixture.sessions_of(many.id).await.len(), 600);
}
