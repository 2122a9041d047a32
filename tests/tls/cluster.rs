//! A Postgres that encrypts, and certificates for it.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;

use local_postgres::{LocalPostgres, Log, Names, Options, Tcp, free_port, unprivileged_account};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256, SanType, SignatureAlgorithm, date_time_ymd,
};
use tokio_postgres::NoTls;

const NAMES: Names = Names {
    program: "tls-cluster",
    cluster: "tls-cluster",
    role: "postgres",
    data_dir_setting: "TMPDIR",
    binaries_setting: "PATH",
};

/// Who may connect, and how. The first line is for `local-postgres`.
const ACCESS: &str = "
local all all peer map=program
hostssl all certified 127.0.0.1/32 scram-sha-256 clientcert=verify-full
hostnossl all unencrypted 127.0.0.1/32 scram-sha-256
hostssl all trusted 127.0.0.1/32 trust
hostssl all postgres 127.0.0.1/32 scram-sha-256
";

/// An authority, in a folder with the files that it issues.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate to issue.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// For `localhost`.
    Server,
    /// For `localhost`, and no longer valid.
    Expired,
    /// Of the client `certified`.
    Client,
    /// For `localhost`, signed by its own key.
    SelfSigned,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::signing_with(&PKCS_ECDSA_P256_SHA256)
    }

    pub(super) fn signing_with(algorithm: &'static SignatureAlgorithm) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = name("Authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate_for(algorithm).unwrap()).unwrap();
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let authority = Self { folder, issuer };
        authority.write("root.crt", &authority.issuer.pem());
        authority
    }

    /// The authority's own certificate.
    pub(crate) fn root(&self) -> String {
        self.path("root.crt")
    }

    /// Files with a new certificate and its key.
    pub(crate) fn issue(&self, kind: Kind) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        match kind {
            Kind::Client => params.distinguished_name = name("certified"),
            _ => params.subject_alt_names = vec![SanType::DnsName(Ia5String::try_from("localhost").unwrap())],
        }
        if let Kind::Expired = kind {
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        }
        let certificate = match kind {
            Kind::SelfSigned => {
                // As `openssl req -x509` makes it.
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.self_signed(&key)
            }
            _ => params.signed_by(&key, &*self.issuer),
        };
        let number = uuid::Uuid::new_v4().simple();
        (
            self.write(&format!("{number}.crt"), &certificate.unwrap().pem()),
            self.write(&format!("{number}.key"), &key.serialize_pem()),
        )
    }

    /// Writes a file that only Postgres's account may read.
    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = unprivileged_account() {
            chown(&path, Some(user), Some(group)).unwrap();
        }
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("the path is UTF-8").to_owned()
    }
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

/// The running Postgres. It listens at 127.0.0.1, and at the name `localhost`.
pub(super) struct Cluster {
    pub(super) authority: Authority,
    postgres: LocalPostgres,
    port: u16,
    password: String,
    _folder: tempfile::TempDir,
}

impl Cluster {
    /// A Postgres with this certificate. It trusts the certificates of clients that the authority has signed.
    pub(super) async fn start(authority: Authority, (certificate, key): (String, String)) -> Self {
        let access = authority.write("pg_hba.conf", ACCESS);
        let settings = format!(
            "ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\nssl_ca_file = '{}'\n\
             hba_file = '{access}'\ndynamic_shared_memory_type = mmap\nshared_buffers = 16MB\n",
            authority.root()
        );
        Self::with_settings(authority, settings, None).await
    }

    /// A Postgres without TLS whose messages are in German, as far as its translations are installed.
    pub(super) async fn in_german() -> Self {
        let authority = Authority::new();
        let binaries = authority.folder.path().join("german");
        std::fs::create_dir(&binaries).unwrap();
        for program in ["postgres", "initdb"] {
            let real = local_postgres::program(program);
            let script = format!("#!/bin/sh\nLANGUAGE=de exec '{}' \"$@\"\n", real.display());
            let path = binaries.join(program);
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let settings = "lc_messages = 'C.UTF-8'\ndynamic_shared_memory_type = mmap\n".to_owned();
        Self::with_settings(authority, settings, Some(binaries)).await
    }

    async fn with_settings(authority: Authority, settings: String, binaries: Option<PathBuf>) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let (port, password) = (free_port(), uuid::Uuid::new_v4().simple().to_string());
        let options = Options {
            // Tests end soon, and there are few.
            settings: settings.leak(),
            binaries,
            durable: false,
            log: Log::File(folder.path().join("log")),
            tcp: Some(Tcp { port, password: password.clone() }),
            ..Options::new(folder.path().join("data"), NAMES)
        };
        let postgres = LocalPostgres::start(&options).await.expect("the cluster starts");
        let cluster = Self { authority, postgres, port, password, _folder: folder };
        for role in ["certified", "unencrypted", "trusted"] {
            cluster.execute(&format!("create role {role} superuser login password '{}'", cluster.password)).await;
        }
        cluster
    }

    /// The URL for a role, with options.
    pub(super) fn url(&self, role: &str, host: &str, options: &str) -> String {
        format!("postgres://{role}:{}@{host}:{}/postgres?{options}", self.password, self.port)
    }

    /// The URL for the superuser at `localhost`, with options and the certificate of the authority.
    pub(super) fn verified(&self, options: &str) -> String {
        self.url("postgres", "localhost", &format!("sslrootcert={}&{options}", self.authority.root()))
    }

    pub(super) fn port_and_password(&self) -> (String, String) {
        (self.port.to_string(), self.password.clone())
    }

    /// A connection through the Unix socket.
    pub(super) async fn connect(&self) -> tokio_postgres::Client {
        let connected = tokio_postgres::connect(self.postgres.url(), NoTls).await;
        let (client, connection) = connected.expect("the cluster answers");
        tokio::spawn(connection);
        client
    }

    /// The first value of a query, through the Unix socket.
    pub(super) async fn execute(&self, statement: &str) -> Option<String> {
        let messages = self.connect().await.simple_query(statement).await;
        let messages = messages.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        messages.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    }
}
