//! Connecting, and errors in one line.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::support::{TestDatabase, dsn, ping, server};
use crate::db::{ConnectError, Database, DatabaseSettings};

async fn refusal(url: &str) -> ConnectError {
    Database::connect(&DatabaseSettings::new(SecretString::from(url))).await.err().expect("is refused")
}

fn is_one_line_without(error: &ConnectError, secret: &str) {
    let texts = [error.to_string(), format!("{error:?}")];
    assert!(!texts[0].contains('\n'));
    assert!(texts.iter().all(|text| !text.contains(secret)), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_database_when_connecting_then_it_answers() {
    let test = TestDatabase::empty().await;
    let database = test.connect().await;
    assert!(database.is_up());
    ping(&database).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_closed_port_when_connecting_then_it_is_refused() {
    let error = refusal("postgres://someone:s3cret@127.0.0.1:1/photos").await;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1/photos"), "{error}");
    is_one_line_without(&error, "s3cret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_an_unknown_host_when_connecting_then_it_cannot_be_reached() {
    let error = refusal("postgres://someone:s3cret@no-such-host.invalid/photos").await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
    is_one_line_without(&error, "s3cret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_database_that_does_not_exist_when_connecting_then_it_is_named() {
    let error = Database::connect(&DatabaseSettings::new(dsn(&server().await, "no_such_database", None))).await.err();
    let error = error.expect("is refused");
    assert!(matches!(error, ConnectError::NoSuchDatabase { .. }), "{error:?}");
    assert!(error.to_string().contains("no_such_database"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_role_that_does_not_exist_when_connecting_then_it_is_denied() {
    let mut config = server().await;
    config.user("no_such_role").password("s3cret");
    let error = Database::connect(&DatabaseSettings::new(dsn(&config, "postgres", None))).await.err();
    let error = error.expect("is refused");
    assert!(matches!(error, ConnectError::Denied { .. }), "{error:?}");
    is_one_line_without(&error, "s3cret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_no_url_when_connecting_then_the_text_is_not_repeated() {
    for url in
        ["host=localhost password=my s3cret", "postgres://someone:s3cret@host:port/x", "://s3cret", "mysql://s3cret"]
    {
        let error = refusal(url).await;
        assert!(matches!(error, ConnectError::Url), "{url}: {error:?}");
        is_one_line_without(&error, "s3cret");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_several_hosts_when_connecting_then_the_first_that_can_be_used_is() {
    let test = TestDatabase::empty().await;
    let own = test.settings().url.expose_secret().to_owned();
    let url = |first: u16| {
        let hosts = own.replacen("host='", "host='127.0.0.1,", 1);
        SecretString::from(hosts.replacen(" port=", &format!(" port={first},"), 1))
    };
    // Accepts connections, and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    for first in [1, silent.local_addr().unwrap().port()] {
        let database = Database::connect(&DatabaseSettings::new(url(first))).await.unwrap();
        ping(&database).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_several_hosts_of_which_none_can_be_used_when_connecting_then_each_reason_is_given() {
    let error = refusal("postgres://someone:s3cret@127.0.0.1:1,127.0.0.1:2/photos").await;
    let text = error.to_string();
    assert!(text.contains("127.0.0.1:1/photos") && text.contains("127.0.0.1:2/photos"), "{text}");
    is_one_line_without(&error, "s3cret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_settings_when_shown_then_the_password_is_not() {
    let settings = DatabaseSettings::new(SecretString::from("postgres://someone:s3cret@localhost/photos"));
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_connections_when_closed_then_none_is_left_and_everything_is_unavailable() {
    let test = TestDatabase::empty().await;
    let database = test.connect().await;
    drop(database.writer().await.unwrap());
    database.close().await;
    let others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    // The server's side of a connection ends a moment after ours.
    let all_gone = async {
        while test.sql(others).await != [Some("0".to_owned())] {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), all_gone).await.expect("no connection is left");
    assert!(database.reader().err().is_some_and(|error| error.is_unavailable()));
    assert!(database.writer().await.err().is_some_and(|error| error.is_unavailable()));
    assert!(!database.is_up());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_readers_when_they_write_then_the_database_refuses() {
    let test = TestDatabase::migrated().await;
    let database = test.connect().await;
    let reader = database.reader().unwrap();
    let write = |connection: std::sync::Arc<crate::db::connection::DbConnection>| async move {
        use diesel_async::SimpleAsyncConnection;
        connection.shared().batch_execute("delete from \"user\"").await
    };
    assert!(reader.run(write).await.is_err());
}
