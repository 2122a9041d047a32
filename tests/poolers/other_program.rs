//! Another program that uses the connections of the same pool.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinHandle;
use tokio_postgres::SimpleQueryMessage;

use crate::harness::{Database, PgBouncer};

/// Options with a value that a statement gave them. PgBouncer itself sets those below for each client.
const OPTIONS: &str = "select name || '=' || setting from pg_settings where source = 'session' and name not in
    ('application_name', 'client_encoding', 'DateStyle', 'standard_conforming_strings', 'TimeZone', 'IntervalStyle')";

/// What PgBouncer restores for each client, but for the name of the program.
const OWN_OPTIONS: &str = "select concat_ws(' ', current_setting('TimeZone'), current_setting('client_encoding'),
    current_setting('DateStyle'), current_setting('IntervalStyle'), current_setting('standard_conforming_strings'),
    current_setting('search_path'), current_setting('default_transaction_read_only'),
    current_setting('transaction_read_only'), current_setting('statement_timeout'), current_setting('lock_timeout'),
    current_setting('idle_in_transaction_session_timeout'), current_setting('plan_cache_mode'))";

/// What else a session may leave behind.
const LEFT: [&str; 5] = [
    OPTIONS,
    "select name from pg_prepared_statements",
    "select pg_listening_channels()",
    "select 'advisory lock ' || objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
    "select relname from pg_class where relpersistence = 't'",
];

/// Prepares a database that the program can use: its options differ from those that our server wants.
pub(super) async fn prepare(database: &Database) {
    let name = database.text("select current_database()::text", &[]).await.unwrap();
    database
        .run(&format!(
            "create table other_program (id int); alter database {name} set timezone = 'Asia/Tokyo';
             alter database {name} set statement_timeout = '77s'"
        ))
        .await;
}

/// The program at work, until it is stopped.
pub(super) struct OtherProgram {
    stop: Arc<AtomicBool>,
    work: JoinHandle<u32>,
}

impl OtherProgram {
    pub(super) async fn start(pooler: &PgBouncer) -> Self {
        let client = pooler.other_client().await;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let expected = "Asia/Tokyo UTF8 ISO, MDY postgres on \"$user\", public off off 77s 0 0 auto".to_owned();
        let work = tokio::spawn(async move {
            let mut turns = 0;
            while !stopped.load(Ordering::Relaxed) {
                let rows = client.simple_query(OWN_OPTIONS).await.expect("the pooler answers");
                assert_eq!(values(&rows), [expected.as_str()], "the options of the other program");
                client.simple_query("insert into other_program values (1)").await.expect("it may write");
                turns += 1;
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            turns
        });
        Self { stop, work }
    }

    /// It was never hindered.
    pub(super) async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        let turns = self.work.await.expect("the other program got the connections as it needs them");
        assert!(turns > 20, "the other program had only {turns} turns");
    }
}

/// Nothing is left on the connections of the pool.
pub(super) async fn nothing_is_left(pooler: &PgBouncer, size: usize) {
    let left = left(pooler, size).await;
    assert!(left.is_empty(), "{left:?}");
}

/// What is left on the connections of the pool. Clients hold all of them at once.
async fn left(pooler: &PgBouncer, size: usize) -> Vec<String> {
    let mut clients = Vec::new();
    for _ in 0..size {
        let client = pooler.other_client().await;
        client.simple_query("begin").await.expect("a connection is free");
        clients.push(client);
    }
    let (mut processes, mut left) = (BTreeSet::new(), Vec::new());
    for client in &clients {
        processes.extend(values(&client.simple_query("select pg_backend_pid()").await.unwrap()));
        for query in LEFT {
            left.extend(values(&client.simple_query(query).await.unwrap()));
        }
    }
    for client in &clients {
        client.simple_query("rollback").await.unwrap();
    }
    assert_eq!(processes.len(), size, "each client holds another connection");
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_leaves_behind_is_found() {
    let database = Database::new().await;
    let pooler = super::transaction_pooler(&database, 2).await;
    nothing_is_left(&pooler, 2).await;
    let careless = pooler.other_client().await;
    for statement in [
        "set lock_timeout = '7s'",
        "prepare careless_statement as select 1",
        "listen careless_channel",
        "select pg_advisory_lock(7)",
        "create temporary table careless_table ()",
    ] {
        careless.simple_query(statement).await.unwrap();
    }

    let mut left = left(&pooler, 2).await;

    left.sort();
    left.dedup();
    let expected = ["advisory lock 7", "careless_channel", "careless_statement", "careless_table", "lock_timeout=7000"];
    assert_eq!(left, expected);
}

fn values(messages: &[SimpleQueryMessage]) -> Vec<String> {
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    rows.collect()
}
