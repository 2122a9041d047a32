//! The database to import from has its own TLS, in its URL.

use crate::harness::{Database, Program};

use super::{Authority, cluster, must_fail};

#[tokio::test(flavor = "multi_thread")]
async fn the_source_of_an_import_is_verified_as_its_url_says() {
    let source = cluster().await;
    let target = Database::new().await;
    let import = |from: String| Program::run(["import", "--from", &from]).with("DB_URL", target.url());
    let stranger = Authority::new();
    let other = format!("sslmode=verify-full&sslrootcert={}", stranger.root());

    let connected = import(source.verified("sslmode=verify-full&channel_binding=require")).await;
    must_fail(&connected, &["the schema of the source database differs"]);
    let unknown = import(source.url("postgres", "localhost", &other)).await;
    must_fail(
        &unknown,
        &["could not connect to the source database (--from): no TLS with", "not signed by a trusted authority"],
    );
    let plain = import(source.url("postgres", "localhost", "sslmode=disable")).await;
    must_fail(&plain, &["(--from)", "does not admit the user", "set sslmode=require"]);
    // The settings are those of the target, which does not offer TLS.
    let of_target = import(source.verified("sslmode=verify-full")).with("DB_SSL_MODE", "require").await;
    must_fail(&of_target, &["does not offer TLS"]);
    let invalid = import(source.url("postgres", "localhost", "sslmode=verify-ca")).await;
    must_fail(&invalid, &["the URL of the source database (--from): sslmode=verify-ca needs trusted authorities"]);
}
