//! The plan of every statement on tables with many rows, as the database itself reports it.
//!
//! Nothing is listed by hand: the extension `auto_explain` reports each statement that runs, also those of triggers and
//! foreign keys, as a notice on the connection that it runs on. `cargo insta review` accepts what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::indexes::{every_query, fill};
use super::support::{TestDatabase, new_user};
use crate::db::login_throttle::{self, Keys};
use crate::db::{Database, TokenHash, session, system_metadata, user};

/// So many users, as many API keys, failed logins and addresses, and twice as many sessions.
const USERS: usize = 100_000;

/// Generic plans do not depend on the values, so there is one of each statement.
const REPORT: [&str; 7] = [
    "session_preload_libraries = 'auto_explain'",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_level = 'notice'",
    "auto_explain.log_nested_statements = on",
    "client_min_messages = 'notice'",
    "plan_cache_mode = 'force_generic_plan'",
    "max_parallel_workers_per_gather = 0",
];

/// Relations that do not grow with the number of users, sessions and keys.
const SMALL: [&str; 4] = ["before", "unnest owner", "system_metadata", "login_hash_key"];

/// The purge of the throttle, which reads its tables whole on purpose: in the background, now and then.
const PURGES: [&str; 2] = [
    "delete from login_failure where key in",
    "DELETE FROM \"login_address\" WHERE (\"login_address\".\"expiresAt\" <=",
];

static NOTICES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps the notices of the database.
struct Notices;

impl<S: Subscriber> Layer<S> for Notices {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Notice(Option<String>);
        impl Visit for Notice {
            fn record_str(&mut self, field: &Field, value: &str) {
                if field.name() == "notice" {
                    self.0 = Some(value.to_owned());
                }
            }
            fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
        }
        let mut notice = Notice(None);
        event.record(&mut notice);
        NOTICES.lock().unwrap_or_else(PoisonError::into_inner).extend(notice.0);
    }
}

/// Statements with their plans: `duration: 0.1 ms  plan:`, `Query Text: …`, and the plan.
fn plans(notices: &[String]) -> BTreeMap<String, BTreeSet<String>> {
    let mut plans = BTreeMap::<_, BTreeSet<_>>::new();
    for notice in notices {
        let Some((_, text)) = notice.split_once("Query Text: ") else { continue };
        // The plan begins with the first line that has costs.
        let lines: Vec<&str> = text.lines().collect();
        let begin = lines.iter().position(|line| line.contains("(cost=")).expect("a plan");
        let statement = lines[..begin].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        let plan = lines[begin..].iter().map(|line| redacted(line)).collect::<Vec<_>>().join("\n");
        plans.entry(statement).or_default().insert(plan);
    }
    plans
}

/// The line without costs.
fn redacted(line: &str) -> String {
    match line.split_once("  (cost=") {
        Some((node, _)) => node.to_owned(),
        None => line.to_owned(),
    }
}

async fn fill_throttle(test: &TestDatabase) {
    let numbers = format!("now() + interval '1 day' from generate_series(1, {USERS}) i");
    test.sql(&format!("insert into login_failure select i, 1, {numbers}")).await;
    test.sql(&format!("insert into login_address select i / 10, i, {numbers}")).await;
    test.sql("analyze login_failure, login_address").await;
}

async fn every_query_of_the_throttle(database: &Database) {
    let mut writer = database.writer().await.unwrap();
    let reader = database.reader().unwrap();
    let (keys, day) = (Keys { pair: 1, address: 2, account: 3 }, Duration::from_secs(86_400));

    assert!(login_throttle::hash_key(&reader).await.unwrap().is_some());
    assert_eq!(login_throttle::read(&reader, keys).await.unwrap().failures.len(), 3);
    assert_eq!(login_throttle::add_failure(&mut writer, &[1, 2, 3], keys.pair, day).await.unwrap().len(), 3);
    login_throttle::reset(&mut writer, keys.pair).await.unwrap();
    login_throttle::remember(&mut writer, keys, day).await.unwrap();
    login_throttle::purge(&mut writer).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_many_users_then_every_statement_has_its_accepted_plan_and_reads_no_whole_table() {
    let subscriber = tracing_subscriber::registry()
        .with(Notices.with_filter(Targets::new().with_target("immich_server::db::connection", LevelFilter::DEBUG)));
    tracing::subscriber::set_global_default(subscriber).expect("no other test of this program sets one");
    let test = TestDatabase::migrated().await;
    fill(&test, USERS).await;
    fill_throttle(&test).await;
    for setting in REPORT {
        let name = test.sql("select current_database()").await;
        let name = name[0].as_ref().unwrap();
        test.sql(&format!("alter database {name} set {setting}")).await;
    }

    let database = test.connect().await;
    every_query(&database, 0).await;
    every_query_of_the_throttle(&database).await;
    // Idle connections make the same query at any time.
    assert!(session::find_caller(&database.reader().unwrap(), &TokenHash::of("unknown")).await.unwrap().is_none());
    test.sql("update \"user\" set \"deletedAt\" = now() where \"isAdmin\"").await;
    let mut writer = database.writer().await.unwrap();
    user::insert_admin(&mut writer, &new_user("first@x")).await.unwrap();
    system_metadata::set(&mut writer, "key", &serde_json::json!({})).await.unwrap();
    system_metadata::set_if_missing(&mut writer, "key", &serde_json::json!({})).await.unwrap();
    system_metadata::get(&database.reader().unwrap(), "key").await.unwrap().unwrap();
    drop(writer);
    database.close().await;

    let plans = plans(&NOTICES.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(plans.len() > 42, "{} statements were seen", plans.len());
    let mut snapshot = String::new();
    for (statement, plans) in &plans {
        for plan in plans {
            for line in plan.lines() {
                if PURGES.iter().any(|purge| statement.trim_start().starts_with(purge)) {
                    continue;
                }
                if let Some((_, relation)) = line.split_once("Seq Scan on ") {
                    let is_small = SMALL.iter().any(|small| relation.starts_with(small));
                    assert!(is_small, "{statement}\nreads a whole table:\n{plan}");
                }
            }
            snapshot.extend([statement, "\n", plan, "\n\n"]);
        }
    }
    insta::assert_snapshot!("every_statement", snapshot);
}
