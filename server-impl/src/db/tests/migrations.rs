//! The schema: up, down, up again, and by many servers at once.

use futures_util::future::join_all;

use super::support::TestDatabase;
use crate::db::{migrate, pending, revert_all};

/// Everything that the migrations create, from the catalog.
async fn schema(test: &TestDatabase) -> Vec<Option<String>> {
    test.sql(
        "select format('%s.%s %s %s %s %s', table_name, column_name, ordinal_position, data_type, is_nullable,
                column_default)
           from information_schema.columns where table_schema = 'public' order by 1;
         select indexdef from pg_indexes where schemaname = 'public' order by 1;
         select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
          where connamespace = 'public'::regnamespace order by 1;
         select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1;
         select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace order by 1;",
    )
    .await
}

async fn tables(test: &TestDatabase) -> Vec<Option<String>> {
    test.sql("select tablename::text from pg_tables where schemaname = 'public' order by 1").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_an_empty_database_when_migrated_down_and_up_then_the_schema_is_the_same() {
    let test = TestDatabase::empty().await;
    let settings = test.settings();

    let all = pending(&settings).await.unwrap();
    assert!(tables(&test).await.is_empty(), "asking changes nothing");
    assert_eq!(migrate(&settings).await.unwrap().applied, all);
    assert_eq!(pending(&settings).await.unwrap(), [""; 0]);
    let first = schema(&test).await;

    let mut reverted = revert_all(&settings).await.unwrap();
    reverted.reverse();
    assert_eq!(reverted, all);
    assert_eq!(tables(&test).await, [Some("__diesel_schema_migrations".to_owned())]);
    assert_eq!(pending(&settings).await.unwrap(), all);

    assert_eq!(migrate(&settings).await.unwrap().applied, all);
    assert_eq!(schema(&test).await, first);
    assert!(first.len() > 60, "the comparison has seen a schema");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_migrated_database_when_migrated_again_then_nothing_is_done() {
    let test = TestDatabase::migrated().await;
    assert_eq!(migrate(&test.settings()).await.unwrap().applied, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_servers_when_they_start_at_once_then_each_migration_is_applied_once() {
    let test = TestDatabase::empty().await;
    let settings = test.settings();
    let all = pending(&settings).await.unwrap();

    let starts = join_all((0..8).map(|_| migrate(&settings))).await;

    let mut applied: Vec<String> = starts.into_iter().flat_map(|start| start.unwrap().applied).collect();
    applied.sort();
    assert_eq!(applied, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_an_index_in_the_way_when_migrated_then_the_migration_is_named_and_rolled_back() {
    let test = TestDatabase::empty().await;
    test.sql("create table other (id int); create index \"user_createdAt_id_idx\" on other (id)").await;
    let error = migrate(&test.settings()).await.unwrap_err().to_string();
    assert!(error.contains("create_users") && error.contains("already exists"), "{error}");
    assert_eq!(test.sql("select count(*) from pg_proc where proname = 'immich_touch'").await, [Some("0".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_updates_when_ids_of_updates_are_made_then_they_are_of_version_7_and_of_now() {
    let test = TestDatabase::migrated().await;
    let ids = test.sql("select immich_uuid_v7() from generate_series(1, 1000)").await;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    for id in ids {
        let id: uuid::Uuid = id.unwrap().parse().unwrap();
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        let seconds = i64::try_from(id.as_u128() >> 80).unwrap() / 1000;
        assert!((now - seconds).abs() < 60);
    }
}
