//! The settings of a connection pooler.

use secrecy::ExposeSecret as _;

use super::{errors, settings};

const DATABASE: (&str, &str) = ("DB_URL", "postgres://ann@db/x");

#[test]
fn without_settings_there_is_no_pooler() {
    let pooler = settings(&[DATABASE]).pooler;

    assert!(!pooler.is_transaction_mode && pooler.listen.is_none());
}

#[test]
fn a_pooler_may_have_a_way_around_it() {
    let url = "postgres://ann:canary@direct/x";

    let pooler = settings(&[DATABASE, ("DB_POOLER", "Transaction"), ("DB_LISTEN_URL", url)]).pooler;

    assert!(pooler.is_transaction_mode);
    let listen = pooler.listen.unwrap();
    assert_eq!(listen.url.expose_secret(), url);
    assert_eq!(listen.tls, None, "that of the database");
}

#[test]
fn the_way_around_a_pooler_may_have_its_own_options_of_tls() {
    let url = "postgres://ann@direct/x?sslmode=require";

    let listen = settings(&[DATABASE, ("DB_POOLER", "transaction"), ("DB_LISTEN_URL", url)]).pooler.listen.unwrap();

    assert_eq!(listen.tls.unwrap().mode, crate::config::SslMode::Require);
}

#[test]
fn an_invalid_value_is_reported_without_the_password() {
    let errors = errors(&[DATABASE, ("DB_POOLER", "statement"), ("DB_LISTEN_URL", "mysql://ann:canary@db/x")]);

    assert_eq!(
        errors,
        [
            "DB_POOLER = \"statement\" (environment): unknown value; allowed: none, transaction",
            "DB_LISTEN_URL (environment): `mysql://` is not the scheme of a PostgreSQL database; \
             allowed: a URL that starts with postgres:// or postgresql://",
        ]
    );
}

#[test]
fn the_embedded_database_ignores_the_settings() {
    let notes = settings(&[("DB_POOLER", "transaction"), ("IMMICH_DATA_DIR", "/var/lib/x")]).notes;

    assert_eq!(notes, ["DB_POOLER is ignored: the embedded PostgreSQL has no pooler"]);
}
