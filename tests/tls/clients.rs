//! The certificate of this program, where the server demands one.

use std::time::Duration;

use crate::harness::{Database, Server, eventually};

use super::{Authority, Kind, cluster, migrate, must_fail};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_demands_a_client_certificate_gets_it() {
    let cluster = cluster().await;
    let (certificate, key) = cluster.authority.issue(Kind::Client);
    let url = cluster.url("certified", "localhost", "sslmode=require");

    let missing = migrate(&url).await;
    must_fail(&missing, &["does not admit the user", "set sslcert and sslkey (DB_SSL_CERT, DB_SSL_KEY)"]);
    let preferred = migrate(&cluster.url("certified", "localhost", "")).await;
    must_fail(&preferred, &["set sslcert and sslkey (DB_SSL_CERT, DB_SSL_KEY)"]);

    migrate(&format!("{url}&sslcert={certificate}&sslkey={key}")).await.must_succeed();
    let by_settings = migrate(&url).with("DB_SSL_CERT", &certificate).with("DB_SSL_KEY", &key);
    by_settings.await.must_succeed();

    // Where the server demands none, it does no harm.
    let other = cluster.url("postgres", "localhost", &format!("sslmode=require&sslcert={certificate}&sslkey={key}"));
    migrate(&other).await.must_succeed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_that_the_server_does_not_trust_is_refused_in_one_line() {
    let cluster = cluster().await;
    let stranger = Authority::new();
    let (certificate, key) = stranger.issue(Kind::Client);
    let url = cluster.url("certified", "localhost", "sslmode=require");
    let refused = migrate(&format!("{url}&sslcert={certificate}&sslkey={key}")).await;
    must_fail(&refused, &["the server ended the handshake", "check sslcert and sslkey (DB_SSL_CERT, DB_SSL_KEY)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_do_not_fit_are_named() {
    let cluster = cluster().await;
    let (certificate, _) = cluster.authority.issue(Kind::Client);
    let (_, key) = cluster.authority.issue(Kind::Client);
    let url = cluster.url("certified", "localhost", &format!("sslmode=require&sslcert={certificate}&sslkey={key}"));
    must_fail(&migrate(&url).await, &["a file for TLS to the database cannot be used", &certificate, "do not fit"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let cluster = cluster().await;
    let (certificate, key) = cluster.authority.issue(Kind::Client);
    let url = cluster.url("certified", "localhost", "sslmode=require");
    let database = Database::new().await;
    let server = Server::on(&database).with("DB_URL", url);
    let server = server.with("DB_SSL_CERT", &certificate).with("DB_SSL_KEY", &key).start().await;
    let serials = "select count(distinct client_serial)::text || (select string_agg(distinct client_serial::text, ',')
                   from pg_stat_ssl where client_serial is not null) from pg_stat_ssl where client_serial is not null";
    let before = cluster.execute(serials).await;

    let (renewed, renewed_key) = cluster.authority.issue(Kind::Client);
    std::fs::rename(renewed, &certificate).unwrap();
    std::fs::rename(renewed_key, &key).unwrap();
    let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'immich-server'";
    cluster.execute(end).await;

    eventually("the new certificate is used", Duration::from_secs(10), async || {
        let now = cluster.execute(serials).await;
        now.is_some() && now != before && server.raw("GET", "/readyz").await.status == 200
    })
    .await;
}
