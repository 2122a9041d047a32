//! TLS to the server: what is trusted, and what is wrong when it fails.

use super::{Transport, TransportError};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// Prepares TLS: reads the files of the settings, or the system's authorities.
pub(super) fn connector(transport: &Transport) -> Result<TlsConnector, TransportError> {
    let provider = Arc::new(ring::default_provider());
    let roots = match (&transport.authorities, transport.insecure) {
        (_, true) => None,
        (Some(path), false) => Some(Roots::new(certificates(path)?)),
        (None, false) => Some(Roots::new(rustls_native_certs::load_native_certs().certs)),
    };
    if roots.as_ref().is_some_and(|roots| roots.authorities.is_empty()) {
        return Err(TransportError::NoAuthorities);
    }
    let verifier = Verifier { roots, provider: Arc::clone(&provider) };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &transport.client_certificate {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = certificates(certificate)?;
            let private = PrivateKeyDer::from_pem_file(key).map_err(|error| file(key, "a private key", &error))?;
            builder.with_client_auth_cert(chain, private).map_err(|error| TransportError::ClientCertificate {
                certificate: certificate.clone(),
                key: key.clone(),
                reason: error.to_string(),
            })?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => Err(file(path, "a certificate", &"there is none")),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(file(path, "a certificate", &error)),
    }
}

fn file(path: &Path, content: &'static str, reason: &dyn fmt::Display) -> TransportError {
    TransportError::File { path: path.to_owned(), content, reason: reason.to_string() }
}

struct Roots {
    authorities: RootCertStore,
    /// A certificate that is trusted itself needs no authority: often it is signed by its own key.
    certificates: Vec<CertificateDer<'static>>,
}

impl Roots {
    fn new(certificates: Vec<CertificateDer<'static>>) -> Self {
        let mut authorities = RootCertStore::empty();
        authorities.add_parsable_certificates(certificates.iter().cloned());
        Self { authorities, certificates }
    }
}

/// Verifies the server's certificate, unless any is accepted, and always that the server has its private key.
struct Verifier {
    /// None: any certificate is accepted.
    roots: Option<Roots>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("verifies", &self.roots.is_some()).finish_non_exhaustive()
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
        let Some(roots) = &self.roots else { return Ok(ServerCertVerified::assertion()) };
        let parsed = ParsedCertificate::try_from(certificate)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        let verified =
            verify_server_cert_signed_by_trust_anchor(&parsed, &roots.authorities, intermediates, now, algorithms);
        match verified {
            // An authority's certificate is not accepted as that of a server, unless it is trusted itself. Its period
            // of validity has been checked before.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if roots.certificates.iter().any(|root| root == certificate) => {}
            // A new authority of the same name, and a certificate that signed itself, are not trusted either.
            Err(rustls::Error::InvalidCertificate(CertificateError::BadSignature | CertificateError::Other(_))) => {
                return Err(CertificateError::UnknownIssuer.into());
            }
            result => result?,
        }
        verify_server_name(&parsed, name)?;
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

/// The error of a handshake, or of a connection after it, with what to do about it. Others stay as they are.
pub(super) fn explained(error: io::Error, host: &str) -> io::Error {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else { return error };
    io::Error::new(error.kind(), explain(tls, host))
}

fn explain(error: &rustls::Error, host: &str) -> String {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    let of_host = format!("the certificate of {host}");
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            Expired | ExpiredContext { .. } => format!("{of_host} has expired: renew it, or pass --insecure"),
            NotValidYet | NotValidYetContext { .. } => {
                format!("{of_host} is not valid yet: check the clocks of both machines, or pass --insecure")
            }
            UnknownIssuer => format!(
                "{of_host} is not signed by a trusted authority: pass the certificate of its authority with --cacert, \
                 or pass --insecure"
            ),
            NotValidForNameContext { presented, .. } => format!(
                "{of_host} is for {}: use a URL with a name of the certificate, or pass --insecure",
                names(presented)
            ),
            NotValidForName => {
                format!("{of_host} is for another name: use a URL with a name of the certificate, or pass --insecure")
            }
            other => format!("{of_host} is invalid: {other}: replace it, or pass --insecure"),
        },
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            format!("{host} demands a client certificate: pass one with --cert and --key")
        }
        rustls::Error::AlertReceived(alert) => {
            format!(
                "{host} ended the TLS handshake ({alert:?}): check --cert and --key, and the TLS settings of the server"
            )
        }
        rustls::Error::InvalidMessage(_) => format!("{host} does not speak TLS at this port: use an http:// URL"),
        other => format!("TLS with {host} failed: {other}"),
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
