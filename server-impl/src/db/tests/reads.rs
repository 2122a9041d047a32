//! Many reads on few connections.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::join;
use futures_util::stream::StreamExt;
use tokio::time::{Instant, timeout};

use super::support::{Fixture, streamed_users, wait_for_readers};
use crate::db::{TokenHash, api_key, session, user};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_200_callers_at_once_when_they_read_then_each_gets_its_own_answer() {
    let fixture = Fixture::new().await;
    fixture.test.sql("insert into \"user\" (email) select i || '@x' from generate_series(0, 199) i").await;
    for round in 0..5 {
        let reads = (0..200).map(|i| {
            let reader = fixture.reader();
            tokio::spawn(async move {
                let email = format!("{i}@x");
                let found = user::find_for_login(&reader, &email).await.unwrap().unwrap().user;
                assert_eq!(found.email, email, "in round {round}");
                assert_eq!(user::find_live(&reader, found.id).await.unwrap(), Some(found.into()));
            })
        });
        for read in join_all(reads).await {
            read.unwrap();
        }
    }
    assert_eq!(fixture.database.statistics().reads_unanswered_total, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_callers_that_drop_their_reads_when_others_read_then_no_answer_is_mixed_up() {
    let fixture = Fixture::new().await;
    fixture.test.sql("insert into \"user\" (email) select i || '@x' from generate_series(0, 99) i").await;
    wait_for_readers(&fixture.database).await;
    let connections = "select pid from pg_stat_activity
                       where datname = current_database() and pid <> pg_backend_pid() order by 1";
    let before = fixture.test.sql(connections).await;
    for i in 0..300_u64 {
        let reader = fixture.reader();
        let email = format!("{}@x", i % 100);
        let left_early = timeout(Duration::from_micros(i * 3), user::find_for_login(&reader, "7@x"));
        let (_, found) = join!(left_early, user::find_for_login(&reader, &email));
        assert_eq!(found.unwrap().unwrap().user.email, email);
    }
    assert_eq!(fixture.test.sql(connections).await, before, "no connection was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_one_reader_when_two_reads_are_awaited_together_then_both_are_right() {
    let fixture = Fixture::new().await;
    let user = fixture.user("a@b").await;
    let made = fixture.session(&user, "token").await;
    let key = fixture.key(&user, "secret").await;
    let token = TokenHash::of("token");
    let reader = fixture.reader();
    let (caller, live, found) = join!(
        session::find_caller(&reader, &token),
        user::find_live(&reader, user.id),
        api_key::find_of_user(&reader, key.id, user.id),
    );
    assert_eq!(caller.unwrap(), Some((made, user.clone())));
    assert_eq!((live.unwrap(), found.unwrap()), (Some(user.into()), Some(key)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_slow_reader_of_many_users_when_others_read_then_they_do_not_wait() {
    let fixture = Fixture::new().await;
    fixture.test.sql("insert into \"user\" (email) select i || '@x' from generate_series(1, 5000) i").await;
    let stream = streamed_users(&fixture.database).await;
    let mut stream = std::pin::pin!(stream);
    stream.next().await.unwrap().unwrap();
    let begin = Instant::now();
    for _ in 0..20 {
        user::live_admin_exists(&fixture.reader()).await.unwrap();
    }
    assert!(begin.elapsed() < Duration::from_secs(1));
    assert_eq!(stream.count().await, 4999);
}
