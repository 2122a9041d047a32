//! TLS to the database: what is demanded, the negotiation, and what of the server's certificate is verified.
//!
//! tokio-postgres negotiates nothing: it knows neither `verify-ca` nor `verify-full`, and it would give the socket to a
//! TLS library only if the server offers TLS, but the stream that it reads is to be the same with and without
//! ([`super::wire`]).

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;
use x509_cert::der::Decode;

use super::socket::Stream;
use crate::config::{DatabaseTls, RootCertificates, SslMode, read_certificates, read_key};

/// `SSLRequest`: its length, and a code that no version of the protocol has.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Why there is no TLS.
#[derive(Debug)]
pub(super) enum TlsError {
    /// The server does not offer it.
    NotOffered,
    /// A file of the settings cannot be used.
    File(String),
    /// The connection failed, or the handshake: then the cause is a [`rustls::Error`].
    Io(io::Error),
}

impl From<io::Error> for TlsError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Negotiates TLS with the server of this name, as far as the mode demands it.
pub(super) async fn negotiate(mut socket: TcpStream, name: &str, tls: &DatabaseTls) -> Result<Stream, TlsError> {
    if tls.mode == SslMode::Disable {
        return Ok(Stream::Tcp(socket));
    }
    socket.write_all(&SSL_REQUEST).await?;
    match socket.read_u8().await? {
        b'S' => {}
        b'N' if tls.mode == SslMode::Prefer => return Ok(Stream::Tcp(socket)),
        b'N' => return Err(TlsError::NotOffered),
        _ => {
            return Err(
                io::Error::new(io::ErrorKind::InvalidData, "the answer is not that of a Postgres server").into()
            );
        }
    }
    let config = client_config(tls).map_err(TlsError::File)?;
    let mut maker = MakeRustlsConnect::new(config);
    let Ok(connector) = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut maker, name);
    Ok(Stream::Tls(Box::new(connector.connect(socket).await?)))
}

/// Reads the files each time, so that renewed certificates are used without a restart.
fn client_config(tls: &DatabaseTls) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(tls, Arc::clone(&provider))?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let Some((certificate, key)) = &tls.client else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = read_certificates(certificate).map_err(|reason| format!("{} {reason}", certificate.display()))?;
    let private_key = read_key(key).map_err(|reason| format!("{} {reason}", key.display()))?;
    builder
        .with_client_auth_cert(chain, private_key)
        .map_err(|error| format!("{} and {} do not fit: {error}", certificate.display(), key.display()))
}

/// The certificates of the operating system's authorities, read once.
fn system_roots() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    ROOTS.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}

/// Verifies as much of the server's certificate as the mode demands, and always that the server has its private key:
/// channel binding depends on that.
struct Verifier {
    /// None: any certificate is accepted.
    roots: Option<Roots>,
    verifies_name: bool,
    provider: Arc<CryptoProvider>,
}

struct Roots {
    authorities: RootCertStore,
    /// A certificate that is trusted itself needs no authority: often it is signed by its own key.
    certificates: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("verifies_name", &self.verifies_name).finish_non_exhaustive()
    }
}

impl Verifier {
    fn new(tls: &DatabaseTls, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let roots = match &tls.roots {
            None => None,
            Some(RootCertificates::System) => Some(Roots::new(system_roots().to_vec())),
            Some(RootCertificates::File(path)) => {
                let certificates = read_certificates(path).map_err(|reason| format!("{} {reason}", path.display()))?;
                Some(Roots::new(certificates))
            }
        };
        if roots.as_ref().is_some_and(|roots| roots.authorities.is_empty()) {
            return Err("there is no certificate that can be used".to_owned());
        }
        Ok(Self { roots, verifies_name: tls.mode == SslMode::VerifyFull, provider })
    }
}

impl Roots {
    fn new(certificates: Vec<CertificateDer<'static>>) -> Self {
        let mut authorities = RootCertStore::empty();
        authorities.add_parsable_certificates(certificates.iter().cloned());
        Self { authorities, certificates }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Some(roots) = &self.roots {
            let parsed = ParsedCertificate::try_from(certificate)?;
            if roots.certificates.iter().any(|root| root == certificate) {
                check_validity(certificate, now)?;
            } else {
                let algorithms = self.provider.signature_verification_algorithms.all;
                verify_server_cert_signed_by_trust_anchor(&parsed, &roots.authorities, intermediates, now, algorithms)
                    .map_err(untrusted)?;
            }
            if self.verifies_name {
                verify_server_name(&parsed, name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A new authority of the same name, and a certificate that signed itself, are authorities that are not trusted.
fn untrusted(error: rustls::Error) -> rustls::Error {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::BadSignature | CertificateError::Other(_)) => {
            CertificateError::UnknownIssuer.into()
        }
        other => other,
    }
}

fn check_validity(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), CertificateError> {
    let certificate = x509_cert::Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding)?;
    let validity = certificate.tbs_certificate.validity;
    let now = Duration::from_secs(now.as_secs());
    if now < validity.not_before.to_unix_duration() {
        Err(CertificateError::NotValidYet)
    } else if now > validity.not_after.to_unix_duration() {
        Err(CertificateError::Expired)
    } else {
        Ok(())
    }
}

/// What is wrong with the TLS of a connection, and what to do about it.
pub(super) fn explain(error: &rustls::Error) -> (String, &'static str) {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            Expired | ExpiredContext { .. } => {
                ("its certificate has expired".to_owned(), "renew the certificate of the server")
            }
            NotValidYet | NotValidYetContext { .. } => {
                ("its certificate is not valid yet".to_owned(), "check the clocks of both machines")
            }
            UnknownIssuer => (
                "its certificate is not signed by a trusted authority".to_owned(),
                "set sslrootcert (DB_SSL_ROOT_CERT) to the certificate of the authority that signed it",
            ),
            NotValidForNameContext { expected, presented } => (
                format!("its certificate is for {}, not for {}", names(presented), expected.to_str()),
                "connect by a name of the certificate, or use sslmode=verify-ca (DB_SSL_MODE)",
            ),
            NotValidForName => (
                "its certificate is for another name".to_owned(),
                "connect by a name of the certificate, or use sslmode=verify-ca (DB_SSL_MODE)",
            ),
            other => (format!("its certificate is invalid: {other}"), "replace the certificate of the server"),
        },
        rustls::Error::AlertReceived(alert) => (
            format!("the server ended the handshake: {alert:?}"),
            "if it demands a client certificate, check sslcert and sslkey (DB_SSL_CERT, DB_SSL_KEY)",
        ),
        other => (other.to_string(), "check the TLS settings of the server"),
    }
}

/// The names as rustls prints them are `DnsName("db.example")` and `IpAddress(…)`.
fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "no host (it has no subjectAltName)".to_owned();
    }
    let bare =
        |name: &String| name.split_once('(').map_or(name.as_str(), |(_, name)| name.trim_end_matches(')')).to_owned();
    presented.iter().map(bare).collect::<Vec<_>>().join(", ").replace('"', "")
}
