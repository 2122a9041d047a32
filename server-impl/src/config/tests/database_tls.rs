//! TLS to the database: by URL, and by settings.

use rcgen::{CertificateParams, KeyPair};

use super::*;

/// A certificate and its key, as files.
struct Files {
    _folder: Folder,
    certificate: String,
    key: String,
}

fn files(name: &str) -> Files {
    let folder = Folder::new(name);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["db.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    Files {
        certificate: folder.file("server.crt", &certificate.pem()),
        key: folder.file("server.key", &key.serialize_pem()),
        _folder: folder,
    }
}

fn tls(values: &[(&str, &str)]) -> DatabaseTls {
    match settings(values).database {
        DatabaseChoice::External { tls, .. } => tls,
        DatabaseChoice::Embedded { .. } => panic!("the database is embedded"),
    }
}

#[test]
fn without_settings_tls_is_used_when_it_is_offered() {
    for address in [("DB_URL", "postgres://db"), ("DB_HOSTNAME", "db")] {
        assert_eq!(tls(&[address]), DatabaseTls::default());
        assert_eq!(tls(&[address]).mode, SslMode::Prefer);
    }
}

#[test]
fn the_options_of_the_url_and_the_settings_are_the_same() {
    let files = files("tls-same");
    let (certificate, key) = (files.certificate.as_str(), files.key.as_str());
    let url = format!(
        "postgres://db/x?sslmode=verify-full&sslrootcert={certificate}&sslcert={certificate}&sslkey={key}\
         &channel_binding=require"
    );
    let expected = DatabaseTls {
        mode: SslMode::VerifyFull,
        roots: Some(RootCertificates::File(certificate.into())),
        client: Some((certificate.into(), key.into())),
        channel_binding: ChannelBinding::Require,
    };
    let given = [
        ("DB_SSL_MODE", "verify-full"),
        ("DB_SSL_ROOT_CERT", certificate),
        ("DB_SSL_CERT", certificate),
        ("DB_SSL_KEY", key),
        ("DB_CHANNEL_BINDING", "require"),
    ];
    let with = |address| [&[address][..], &given].concat();

    assert_eq!(tls(&[("DB_URL", &url)]), expected);
    assert_eq!(tls(&with(("DB_URL", "postgres://db/x"))), expected);
    assert_eq!(tls(&with(("DB_HOSTNAME", "db"))), expected);
    assert_eq!(tls(&with(("DB_URL", &url))), expected, "both may be given if they agree");
    assert_eq!(parse_database_url(&url).unwrap().1, expected);
}

#[test]
fn a_root_certificate_is_used_as_libpq_does() {
    let files = files("tls-roots");
    let root = ("DB_SSL_ROOT_CERT", files.certificate.as_str());
    let url = ("DB_URL", "postgres://db/x");

    assert_eq!(tls(&[url, root, ("DB_SSL_MODE", "require")]).mode, SslMode::VerifyCa);
    assert_eq!(tls(&[url, ("DB_SSL_MODE", "require")]).roots, None);
    let system = tls(&[url, ("DB_SSL_ROOT_CERT", "system")]);
    assert_eq!((system.mode, system.roots), (SslMode::VerifyFull, Some(RootCertificates::System)));
}

#[test]
fn settings_that_would_encrypt_less_than_they_say_are_rejected() {
    let files = files("tls-less");
    let (certificate, key) = (files.certificate.as_str(), files.key.as_str());
    for (url, given, line) in [
        ("postgres://db", &[("DB_SSL_ROOT_CERT", certificate)][..], "DB_SSL_ROOT_CERT = "),
        ("postgres://db?sslmode=prefer", &[("DB_SSL_ROOT_CERT", certificate)], "the server is not verified"),
        ("postgres://db?sslmode=verify-ca", &[], "DB_URL (environment): sslmode=verify-ca needs trusted authorities"),
        ("postgres://db", &[("DB_SSL_MODE", "verify-full")], "sslmode=verify-full needs trusted authorities"),
        ("postgres://db?sslrootcert=system&sslmode=verify-ca", &[], "proves nothing without the name of the server"),
        ("postgres://db?sslrootcert=system", &[("DB_SSL_MODE", "require")], "proves nothing without the name"),
        ("postgres://db", &[("DB_SSL_CERT", certificate)], "sslcert is given without sslkey (DB_SSL_KEY)"),
        ("postgres://db", &[("DB_SSL_KEY", key)], "sslkey is given without sslcert (DB_SSL_CERT)"),
        ("postgres://db?sslmode=disable&channel_binding=require", &[], "sslmode=disable contradicts"),
        ("postgres://db?sslmode=disable", &[("DB_SSL_MODE", "require")], "contradicts the option sslmode of DB_URL"),
        ("postgres://db?channel_binding=disable", &[("DB_CHANNEL_BINDING", "require")], "contradicts the option"),
        ("postgres://db", &[("DB_SSL_KEY", certificate)], "the file contains no private key that is not encrypted"),
        ("postgres://db", &[("DB_SSL_CERT", key)], "the file contains no certificate in PEM"),
    ] {
        let errors = errors(&[&[("DB_URL", url)], given].concat());
        assert_eq!(errors.len(), 1, "{url} {given:?}: {errors:?}");
        assert!(errors[0].contains(line), "{url} {given:?}: {errors:?}");
    }
}

#[test]
fn the_embedded_database_needs_no_tls() {
    let settings = settings(&[("DB_SSL_MODE", "require"), ("IMMICH_DATA_DIR", "/srv/immich")]);
    assert_eq!(settings.notes, ["DB_SSL_MODE is ignored: the embedded PostgreSQL is reached by its Unix socket"]);
}
