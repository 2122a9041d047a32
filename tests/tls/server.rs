//! The certificate of the server.

use crate::harness::{Database, Program, Server};

use super::{Authority, Cluster, Kind, cluster, migrate, must_fail};

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_of_a_server_is_encrypted() {
    let cluster = cluster().await;
    let database = Database::new().await;
    let url = cluster.verified("sslmode=verify-full&channel_binding=require");
    let server = Server::on(&database).with("DB_URL", url).start().await;
    let admin = server.sign_up_admin().await;
    server.get("/users/me").bearer(&admin.token).await.must_be(200);

    let encrypted = "select string_agg(distinct ssl::text, ',') || ' ' || (count(*) > 3)::text
                     from pg_stat_ssl natural join pg_stat_activity where application_name = 'immich-server'";
    assert_eq!(cluster.execute(encrypted).await.as_deref(), Some("true true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mode_connects_to_a_server_that_accepts_only_tls() {
    let cluster = cluster().await;
    let at = |host, options| cluster.url("postgres", host, options);
    for url in [
        at("localhost", ""),
        at("localhost", "sslmode=prefer"),
        at("127.0.0.1", "sslmode=require"),
        at("127.0.0.1", "sslmode=require&channel_binding=require"),
        cluster.verified("sslmode=require"),
        cluster.verified("sslmode=verify-ca").replace("localhost", "127.0.0.1"),
        cluster.verified("sslmode=verify-full"),
    ] {
        migrate(&url).await.must_succeed();
    }
    let (port, password) = cluster.port_and_password();
    let parts = Program::run(["migrate"]).with("DB_HOSTNAME", "localhost").with("DB_PORT", port);
    let parts =
        parts.with("DB_PASSWORD", password).with("DB_DATABASE_NAME", "postgres").with("DB_SSL_MODE", "verify-full");
    let parts = parts.with("DB_SSL_ROOT_CERT", cluster.authority.root()).with("DB_CHANNEL_BINDING", "require");
    parts.await.must_succeed();

    let without = migrate(&at("localhost", "sslmode=disable")).await;
    must_fail(&without, &["does not admit the user", "if the server demands TLS, set sslmode=require (DB_SSL_MODE)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn prefer_does_without_tls_where_it_must() {
    // The server offers TLS, but admits this user only without.
    let cluster = cluster().await;
    migrate(&cluster.url("unencrypted", "localhost", "")).await.must_succeed();
    let encrypted = migrate(&cluster.url("unencrypted", "localhost", "sslmode=require")).await;
    must_fail(&encrypted, &["does not admit the user"]);

    // The server does not offer TLS.
    let database = Database::without_tables().await;
    migrate(&format!("{}?sslmode=prefer", database.url())).await.must_succeed();
    for demand in ["sslmode=require", "sslrootcert=system", "channel_binding=require"] {
        let refused = migrate(&format!("{}?{demand}", database.url())).await;
        must_fail(&refused, &["does not offer TLS", "turn ssl on in its postgresql.conf", "DB_SSL_MODE"]);
        assert!(!refused.stderr.contains(database.password()), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_name_is_refused_by_verify_full_only() {
    let cluster = cluster().await;
    let by_address = cluster.verified("sslmode=verify-full").replace("localhost", "127.0.0.1");
    let texts = ["its certificate is for localhost, not for 127.0.0.1", "sslmode=verify-ca (DB_SSL_MODE)"];
    must_fail(&migrate(&by_address).await, &texts);
    // Of several hosts, the name of the one that is connected to counts.
    let several = by_address.replace("127.0.0.1:", "127.0.0.1:1,localhost:");
    migrate(&several).await.must_succeed();
    // The address is known, and the name is what is verified.
    let port = cluster.port_and_password().0;
    let named = cluster.verified("sslmode=verify-full&hostaddr=127.0.0.1");
    migrate(&named).await.must_succeed();
    let named = named.replace(&format!("localhost:{port}"), &format!("db.example:{port}"));
    must_fail(&migrate(&named).await, &["its certificate is for localhost, not for db.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_is_refused() {
    let cluster = cluster().await;
    let other = Authority::new();
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = cluster.url("postgres", "localhost", &format!("sslmode={mode}&sslrootcert={}", other.root()));
        let texts = ["its certificate is not signed by a trusted authority", "set sslrootcert (DB_SSL_ROOT_CERT)"];
        must_fail(&migrate(&url).await, &texts);
    }
    let system = migrate(&cluster.url("postgres", "localhost", "sslrootcert=system"));
    // A file with authorities, as an operating system has it.
    must_fail(&system.with("SSL_CERT_FILE", other.root()).await, &["not signed by a trusted authority"]);
    let system = migrate(&cluster.url("postgres", "localhost", "sslrootcert=system"));
    system.with("SSL_CERT_FILE", cluster.authority.root()).await.must_succeed();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_refused_where_it_is_verified() {
    let authority = Authority::new();
    let expired = authority.issue(Kind::Expired);
    let cluster = Cluster::start(authority, expired).await;
    for mode in ["verify-ca", "verify-full"] {
        let refused = migrate(&cluster.verified(&format!("sslmode={mode}"))).await;
        must_fail(&refused, &["its certificate has expired; renew the certificate of the server"]);
    }
    migrate(&cluster.url("postgres", "localhost", "sslmode=require")).await.must_succeed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_signed_its_own_certificate_is_trusted_by_that_certificate() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue(Kind::SelfSigned);
    let cluster = Cluster::start(authority, (certificate.clone(), key)).await;
    let by_itself = format!("sslmode=verify-full&sslrootcert={certificate}");
    migrate(&cluster.url("postgres", "localhost", &by_itself)).await.must_succeed();
    must_fail(&migrate(&cluster.url("postgres", "127.0.0.1", &by_itself)).await, &["not for 127.0.0.1"]);
    must_fail(&migrate(&cluster.verified("sslmode=verify-full")).await, &["not signed by a trusted authority"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn channel_binding_uses_the_hash_of_the_certificates_signature() {
    let authority = Authority::signing_with(&rcgen::PKCS_ECDSA_P384_SHA384);
    let server = authority.issue(Kind::Server);
    let cluster = Cluster::start(authority, server).await;
    migrate(&cluster.verified("sslmode=verify-full&channel_binding=require")).await.must_succeed();
    // Without a password there is nothing to bind.
    let url = cluster.url("trusted", "localhost", "sslmode=require&channel_binding=");
    must_fail(&migrate(&format!("{url}require")).await, &["server did not use channel binding"]);
    migrate(&format!("{url}prefer")).await.must_succeed();
}
