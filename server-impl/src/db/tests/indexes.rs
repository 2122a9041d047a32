//! No query of a request reads a whole table.

use std::time::Duration;

use futures_util::stream::{StreamExt, TryStreamExt};
use uuid::Uuid;

use super::support::{TestDatabase, new_key, new_session, new_user, streamed, streamed_users, whole};
use crate::db::api_key::{self, ApiKeyChanges};
use crate::db::session::{self, DeviceDetails, NewSession};
use crate::db::session_limit::{self, Enforced};
use crate::db::user::{self, Sessions, UserChanges};
use crate::db::user_admin::{self, Ended, Ending};
use crate::db::{Database, PasswordHash, TokenHash};

/// Creates this many users, twice as many sessions, and as many keys; and 1,000 more of each for one user.
pub(super) async fn fill(test: &TestDatabase, users: usize) {
    let insert = format!(
        "insert into \"user\" (email, \"isAdmin\", \"createdAt\")
         select i || '@x', i = 1, now() - i * interval '1 second' from generate_series(1, {users}) i"
    );
    test.sql(&insert).await;
    for statement in FILL.split_inclusive(';') {
        test.sql(statement).await;
    }
}

// The last rows come after the statistics, which would otherwise differ from run to run.
const FILL: &str = "
    insert into session (token, \"userId\")
      select sha256(uuid_send(gen_random_uuid())), id from \"user\", generate_series(1, 2);
    insert into api_key (key, name, \"userId\", permissions)
      select sha256(uuid_send(gen_random_uuid())), 'key', id, '{all}' from \"user\";
    update session set \"parentId\" = (select id from session limit 1) where random() < 0.01;
    vacuum analyze \"user\"; vacuum analyze session; vacuum analyze api_key;
    insert into session (token, \"userId\")
      select sha256(uuid_send(gen_random_uuid())), id from \"user\", generate_series(1, 1000) where email = '2@x';
    insert into api_key (key, name, \"userId\", permissions)
      select sha256(uuid_send(gen_random_uuid())), 'key', id, '{all}' from \"user\", generate_series(1, 1000)
      where email = '2@x';";

const SCANS: &str = "select relname || ' ' || seq_scan from pg_stat_user_tables
                     where relname in ('user', 'session', 'api_key') order by 1";

/// A table is small as long as reading it whole is the fastest way: these have 20,000 rows and more.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_rows_when_every_query_runs_then_none_reads_a_whole_table() {
    assert_no_query_reads_a_whole_table(TestDatabase::migrated().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_upstreams_database_with_many_rows_when_every_query_runs_then_none_reads_a_whole_table() {
    assert_no_query_reads_a_whole_table(TestDatabase::of_upstream().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_upstreams_database_with_hashes_as_bytes_when_every_query_runs_then_none_reads_a_whole_table() {
    assert_no_query_reads_a_whole_table(TestDatabase::of_upstream_with_bytes().await).await;
}

async fn assert_no_query_reads_a_whole_table(test: TestDatabase) {
    fill(&test, 20_000).await;
    let before = settled_scans(&test).await;

    let database = test.connect().await;
    // More often than the five times after which Postgres may choose a generic plan.
    for round in 0..12 {
        every_query(&database, round).await;
    }
    database.close().await;

    assert_eq!(settled_scans(&test).await, before);
}

/// After an import, all users were made at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_users_of_one_moment_when_streamed_then_each_is_read_about_once() {
    const USERS: usize = 10_000;
    let test = TestDatabase::migrated().await;
    test.sql(&format!("insert into \"user\" (email) select i || '@x' from generate_series(1, {USERS}) i")).await;
    test.sql("vacuum analyze \"user\"").await;

    let database = test.connect().await;
    assert_eq!(streamed_users(&database).await.count().await, USERS);
    database.close().await;

    let read = entries_read(&test).await;
    assert!((USERS..USERS * 2).contains(&read), "{read} entries of the index were read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_deleted_users_when_the_live_ones_are_listed_then_no_deleted_one_is_read() {
    assert_only_live_users_are_read(TestDatabase::migrated().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_upstreams_database_with_many_deleted_users_when_the_live_ones_are_listed_then_no_deleted_one_is_read() {
    assert_only_live_users_are_read(TestDatabase::of_upstream().await).await;
}

async fn assert_only_live_users_are_read(test: TestDatabase) {
    // The live ones are at either end of the list.
    test.sql(
        "insert into \"user\" (email, \"createdAt\", \"deletedAt\")
         select i || '@x', now() - i * interval '1 second', case when i between 6 and 100005 then now() end
           from generate_series(1, 100010) i",
    )
    .await;
    test.sql("vacuum analyze \"user\"").await;
    let before = (entries_read(&test).await, settled_scans(&test).await);

    let database = test.connect().await;
    let users = whole(user::list_live(database.list_reader(Uuid::nil()).await.unwrap(), 1_000).await.unwrap());
    database.close().await;

    let emails: Vec<_> = users.iter().map(|user| user.email.as_str()).collect();
    let [first, .., last] = emails[..] else { panic!("{emails:?}") };
    assert_eq!((emails.len(), first, last), (10, "1@x", "100010@x"));
    assert_eq!((entries_read(&test).await, settled_scans(&test).await), (before.0 + 10, before.1));
}

/// How many entries of the index on live users were read until now.
async fn entries_read(test: &TestDatabase) -> usize {
    tokio::time::sleep(Duration::from_millis(300)).await;
    let read = "select idx_tup_read from pg_stat_user_indexes where indexrelname like '%user_live_createdAt_id_idx'";
    test.sql(read).await[0].as_ref().unwrap().parse().unwrap()
}

/// Postgres sessions report their counts when they end.
async fn settled_scans(test: &TestDatabase) -> Vec<Option<String>> {
    tokio::time::sleep(Duration::from_millis(300)).await;
    test.sql(SCANS).await
}

/// Reads every row on purpose: a list on the command line.
const WHOLE_TABLE: &str = "user_admin::list_all(";

/// A query that is run neither here nor in `plans.rs` is not checked by any test of the two files.
#[test]
fn every_function_of_the_tables_is_among_every_query() {
    let asked = concat!(include_str!("indexes.rs"), include_str!("support.rs"), include_str!("plans.rs"));
    for (table, source) in [
        ("user", include_str!("../user.rs")),
        ("session", include_str!("../session.rs")),
        ("api_key", include_str!("../api_key.rs")),
        ("login_throttle", include_str!("../login_throttle.rs")),
    ] {
        let functions: Vec<_> = source.lines().filter_map(|line| line.strip_prefix("pub async fn ")).collect();
        assert!(functions.len() > 5, "{table}: the functions are found");
        for function in functions {
            let (name, _) = function.split_once('(').unwrap();
            let call = format!("{table}::{name}(");
            assert!(asked.contains(&call) || call == WHOLE_TABLE, "{call} is missing in every_query");
        }
    }
}

pub(super) async fn every_query(database: &Database, round: usize) {
    let mut writer = database.writer().await.unwrap();
    let reader = database.reader().unwrap();
    let email = format!("round{round}@x");

    let made = user::insert(&mut writer, &new_user(&email)).await.unwrap();
    let (_, exceeds) = session::insert(&mut writer, &new_session(&made, &email), 1).await.unwrap();
    assert!(!exceeds);
    let (key, exceeds) = api_key::insert(&mut writer, &new_key(&made, &email), 1).await.unwrap();
    assert!(!exceeds);
    let hash = TokenHash::of(&email);

    assert!(session::find_caller(&reader, &hash).await.unwrap().is_some());
    assert!(api_key::find_caller(&reader, &hash).await.unwrap().is_some());
    let lists = async || database.list_reader(made.id).await.unwrap();
    assert_eq!(whole(session::list_for_user(lists().await, made.id, 1_000).await.unwrap()).len(), 1);
    assert_eq!(whole(api_key::list_for_user(lists().await, made.id, 1_000).await.unwrap()).len(), 1);
    assert!(api_key::find_of_user(&reader, key.id, made.id).await.unwrap().is_some());

    assert!(user::find_for_login(&reader, &email).await.unwrap().is_some());
    assert!(user::find_password(&reader, made.id).await.unwrap().is_some());
    assert!(user::find_live(&reader, made.id).await.unwrap().is_some());
    assert!(user_admin::find_by_email_any(&reader, &email).await.unwrap().is_some());
    assert!(user::live_admin_exists(&reader).await.unwrap());
    assert!(!user::email_taken_by_other(&reader, &email, made.id).await.unwrap());
    let pages: Vec<_> = streamed_users(database).await.take(1_200).try_collect().await.unwrap();
    assert_eq!(pages.len(), 1_200);
    let many = user_admin::find_by_email_any(&reader, "2@x").await.unwrap().unwrap().id;
    let pages: Vec<_> =
        streamed(session::list_for_user(lists().await, many, 500).await.unwrap()).try_collect().await.unwrap();
    assert_eq!(pages.len(), 1_002);
    let pages: Vec<_> =
        streamed(api_key::list_for_user(lists().await, many, 500).await.unwrap()).try_collect().await.unwrap();
    assert_eq!(pages.len(), 1_001);

    let changes = UserChanges { name: Some("N".to_owned()), ..UserChanges::default() };
    user::update(&mut writer, made.id, &changes).await.unwrap().unwrap();
    let (newer, exceeds) = session::insert(&mut writer, &new_session(&made, &format!("{email}2")), 1).await.unwrap();
    assert!(exceeds);
    assert_eq!(session_limit::enforce(&mut writer, &newer, 2).await.unwrap(), Enforced::Removed(0));
    let child = NewSession { parent_id: Some(newer.id), ..new_session(&made, &format!("{email}3")) };
    let (child, _) = session::insert(&mut writer, &child, 1).await.unwrap();
    assert_eq!(session_limit::enforce(&mut writer, &child, 2).await.unwrap(), Enforced::Removed(1));
    assert_eq!(session_limit::enforce(&mut writer, &child, 1).await.unwrap(), Enforced::OnlyAncestors);
    let session = newer;
    let device = DeviceDetails { device_type: String::new(), device_os: String::new(), app_version: None };
    session::touch(&mut writer, session.id, &device).await.unwrap().unwrap();
    let changes = ApiKeyChanges { name: Some("N".to_owned()), permissions: None };
    api_key::update(&mut writer, key.id, made.id, &changes).await.unwrap().unwrap();
    let kept = Sessions::EndAllBut(Some(session.id));
    user::change_password(&mut writer, made.id, PasswordHash::new(""), kept).await.unwrap().unwrap();
    assert!(user::insert_admin(&mut writer, &new_user("other@x")).await.is_err());

    assert!(!session::delete_of_user(&mut writer, session.id, Uuid::new_v4()).await.unwrap());
    assert!(session::delete(&mut writer, session.id).await.unwrap());
    assert_eq!(session::delete_all_of_user(&mut writer, made.id, None).await.unwrap(), 0);
    assert!(api_key::delete(&mut writer, key.id, made.id).await.unwrap());
    user_admin::soft_delete(&mut writer, made.id).await.unwrap().unwrap();
    user_admin::restore(&mut writer, made.id).await.unwrap().unwrap();
    let own = session::insert(&mut writer, &new_session(&made, &email), 10_000).await.unwrap().0.id;
    let reader = database.reader().unwrap();
    assert_eq!(user_admin::list_sessions(&reader, made.id).await.unwrap().len(), 1);
    assert_eq!(user_admin::count_keys(&reader, made.id).await.unwrap(), 0);
    assert_eq!(user_admin::end_sessions(&mut writer, made.id, &[own]).await.unwrap(), Ok(1));
    let ending = Ending { sessions: true, keys: true };
    let changes = UserChanges { name: Some("N".to_owned()), ..UserChanges::default() };
    let (_, ended) = user_admin::update_and_end(&mut writer, made.id, &changes, ending).await.unwrap().unwrap();
    assert_eq!(ended, Ended::default());
}
