//! TLS to the database, with libpq's options: in the URL, or as `DB_SSL_MODE` and its companions.
//!
//! Source: PostgreSQL manual, "SSL Support" and "Parameter Key Words" of libpq.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::error::{Problem, Problems};

pub(super) const ALLOWED_ROOTS: &str = "a file with certificates in PEM, or `system`";
pub(super) const ALLOWED_CERTIFICATE: &str = "a file with certificates in PEM";
pub(super) const ALLOWED_KEY: &str = "a file with a private key in PEM, not encrypted";

/// The values of `sslmode`, from the weakest to the strongest.
pub(super) const MODES: &[(&str, SslMode)] = &[
    ("disable", SslMode::Disable),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];

/// The values of `channel_binding`.
pub(super) const CHANNEL_BINDINGS: &[(&str, ChannelBinding)] =
    &[("disable", ChannelBinding::Disable), ("prefer", ChannelBinding::Prefer), ("require", ChannelBinding::Require)];

/// Whether a connection is encrypted, and what of the server's certificate is verified. Unix sockets are never
/// encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Not encrypted.
    Disable,
    /// Encrypted when the server offers it.
    #[default]
    Prefer,
    /// Encrypted; the certificate is not verified.
    Require,
    /// The certificate is signed by a trusted authority.
    VerifyCa,
    /// The same, and it contains the name of the server.
    VerifyFull,
}

/// Whether a login proves that the server is the one at the other end of the encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChannelBinding {
    /// No.
    Disable,
    /// Where the server supports it.
    #[default]
    Prefer,
    /// Always; a login without it fails.
    Require,
}

/// The trusted authorities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootCertificates {
    /// Those of the operating system.
    System,
    /// Those in this file.
    File(PathBuf),
}

/// How connections to the database are encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseTls {
    /// What is demanded.
    pub mode: SslMode,
    /// The trusted authorities; none if the certificate of the server is not verified.
    pub roots: Option<RootCertificates>,
    /// The certificate that this program shows when the server asks for one, and its private key.
    pub client: Option<(PathBuf, PathBuf)>,
    /// What a login proves.
    pub channel_binding: ChannelBinding,
}

/// The options that are given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TlsOptions {
    pub(super) mode: Option<SslMode>,
    pub(super) roots: Option<RootCertificates>,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) channel_binding: Option<ChannelBinding>,
}

impl TlsOptions {
    /// Sets an option of a URL. False if it is no option of TLS.
    pub(super) fn set(&mut self, name: &str, value: &[u8]) -> Result<bool, Problem> {
        let path = || Path::new(OsStr::from_bytes(value));
        let check = |result: Result<(), Problems>| result.map_err(|problems| problems.about(name));
        match name {
            "sslmode" => self.mode = Some(word(name, value, MODES)?),
            "channel_binding" => self.channel_binding = Some(word(name, value, CHANNEL_BINDINGS)?),
            "sslrootcert" => check(parse_roots(path()).map(|roots| self.roots = Some(roots)))?,
            "sslcert" => check(parse_certificate(path()).map(|path| self.certificate = Some(path)))?,
            "sslkey" => check(parse_key(path()).map(|path| self.key = Some(path)))?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What the options amount to.
    pub(super) fn resolve(self) -> Result<DatabaseTls, Problem> {
        let Self { mode, roots, certificate, key, channel_binding } = self;
        let channel_binding = channel_binding.unwrap_or_default();
        let mode = match (&roots, mode) {
            (Some(RootCertificates::System), None) => SslMode::VerifyFull,
            // Any certificate of any site is signed by these authorities.
            (Some(RootCertificates::System), Some(mode)) if mode != SslMode::VerifyFull => {
                return Err(Problem::new("sslrootcert=system proves nothing without the name of the server")
                    .allowed("sslmode=verify-full (DB_SSL_MODE) with it"));
            }
            (Some(_), None | Some(SslMode::Disable | SslMode::Prefer)) => {
                return Err(Problem::new("sslrootcert is given, but the certificate of the server is not verified")
                    .allowed("sslmode=verify-full, verify-ca or require (DB_SSL_MODE) with it"));
            }
            (Some(_), Some(SslMode::Require)) => SslMode::VerifyCa,
            (None, Some(mode @ (SslMode::VerifyCa | SslMode::VerifyFull))) => {
                return Err(Problem::new(format!("sslmode={} needs trusted authorities", mode.name()))
                    .allowed("sslrootcert (DB_SSL_ROOT_CERT) with it: a file with certificates, or `system`"));
            }
            (_, mode) => mode.unwrap_or_default(),
        };
        let client = match (certificate, key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (certificate, _) => {
                let (given, missing) = if certificate.is_some() {
                    ("sslcert", "sslkey (DB_SSL_KEY)")
                } else {
                    ("sslkey", "sslcert (DB_SSL_CERT)")
                };
                return Err(Problem::new(format!("{given} is given without {missing}")).allowed("both, or neither"));
            }
        };
        if mode == SslMode::Disable && (client.is_some() || channel_binding == ChannelBinding::Require) {
            return Err(Problem::new("sslmode=disable contradicts a client certificate and channel_binding=require")
                .allowed("another sslmode (DB_SSL_MODE) with them"));
        }
        Ok(DatabaseTls { mode, roots, client, channel_binding })
    }
}

impl SslMode {
    fn name(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

fn word<T: Copy>(name: &str, value: &[u8], words: &[(&str, T)]) -> Result<T, Problem> {
    let found = words.iter().find(|(word, _)| word.as_bytes() == value);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        Problem::new(format!("its {name} is invalid")).allowed(format!("{name} is one of {}", words.join(", ")))
    })
}

/// Certificates of a file in PEM; at least one.
///
/// # Errors
/// Why the file cannot be used.
pub fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => Err("contains no certificate in PEM".to_owned()),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(explain(&error, "no certificate")),
    }
}

/// The private key of a file in PEM.
///
/// # Errors
/// Why the file cannot be used.
pub fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| explain(&error, "no private key that is not encrypted"))
}

/// Never repeats the content of the file.
fn explain(error: &PemError, missing: &str) -> String {
    match error {
        PemError::Io(error) => format!("cannot be read: {error}"),
        PemError::NoItemsFound => format!("contains {missing} in PEM"),
        _ => "is not valid PEM".to_owned(),
    }
}

pub(super) fn parse_roots(path: &Path) -> Result<RootCertificates, Problems> {
    if path == Path::new("system") {
        return Ok(RootCertificates::System);
    }
    parse_certificate(path).map(RootCertificates::File)
}

pub(super) fn parse_certificate(path: &Path) -> Result<PathBuf, Problems> {
    read_certificates(path).map_err(|reason| Problem::new(format!("the file {reason}")))?;
    Ok(path.to_owned())
}

pub(super) fn parse_key(path: &Path) -> Result<PathBuf, Problems> {
    read_key(path).map_err(|reason| Problem::new(format!("the file {reason}")))?;
    Ok(path.to_owned())
}
