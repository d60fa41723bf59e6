//! From what a connection string says about TLS to a connector.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::certificate::Unusable;
use super::error::ConnectionError;
use super::files;
use super::options::{RootCert, SslMode, SslNegotiation, TlsOptions, TlsVersions, Verification};
use super::string::{ConnectionString, Host};
use super::verifier::Verifier;

/// The connector, or `None` if TLS is never used and no certificate has to be looked at.
pub(super) fn connector(string: &ConnectionString) -> Result<Option<MakeRustlsConnect>, ConnectionError> {
    let options = &string.tls;
    let local = string.hosts.iter().all(|endpoint| matches!(endpoint.host, Host::Unix(_)));
    if options.sslmode == SslMode::Disable || local {
        return Ok(None);
    }
    // Named and not left to rustls: two providers in one program, and its choice of default panics.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (roots, pinned) = roots(options)?;
    let verifier = Verifier { verification: options.verification(), roots, pinned, provider: Arc::clone(&provider) };

    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions(options.versions))
        .map_err(|error| unusable("ssl_min_protocol_version", Unusable::Setup { reason: error.to_string() }))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match client_certificate(options)? {
        Some((chain, key)) => {
            builder.with_client_auth_cert(chain, key).map_err(|error| unusable("sslcert", mismatch(&error)))?
        }
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = options.sslsni;
    if options.sslnegotiation == SslNegotiation::Direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn mismatch(error: &rustls::Error) -> Unusable {
    match error {
        rustls::Error::InconsistentKeys(_) => Unusable::OtherKey,
        other => Unusable::Setup { reason: other.to_string() },
    }
}

fn versions(versions: TlsVersions) -> &'static [&'static SupportedProtocolVersion] {
    const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];
    match versions {
        TlsVersions::Any => BOTH,
        TlsVersions::Only13 => &BOTH[..1],
        TlsVersions::Only12 => &BOTH[1..],
    }
}

type Roots = (RootCertStore, Vec<CertificateDer<'static>>);

fn roots(options: &TlsOptions) -> Result<Roots, ConnectionError> {
    let mut store = RootCertStore::empty();
    if options.verification() == Verification::Nothing {
        return Ok((store, Vec::new()));
    }
    match &options.sslrootcert {
        Some(RootCert::Path(path)) => {
            let certificates = certificates("sslrootcert", path)?;
            for certificate in &certificates {
                store.add(certificate.clone()).map_err(|error| {
                    unusable("sslrootcert", Unusable::Certificate { path: path.clone(), reason: error.to_string() })
                })?;
            }
            Ok((store, certificates))
        }
        Some(RootCert::System) | None => {
            // Some of a system's certificates are often of no use; the rest will do.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return Err(unusable("sslrootcert", Unusable::NoAuthorities));
            }
            Ok((store, Vec::new()))
        }
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn client_certificate(options: &TlsOptions) -> Result<Option<Identity>, ConnectionError> {
    let Some(certificate) = &options.sslcert else { return Ok(None) };
    let chain = certificates("sslcert", certificate)?;
    let path = options.sslkey.as_ref().ok_or_else(|| unusable("sslkey", Unusable::NoKeyNamed))?;
    let failed = |reason| unusable("sslkey", reason);
    if files::others_can_read(path, true) {
        return Err(failed(Unusable::OthersCanRead { path: path.clone() }));
    }
    let bytes = files::read(path).map_err(|reason| failed(Unusable::Unreadable { reason }))?;
    // Of both kinds: the label of the newer one, and the header of the older one.
    if bytes.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
        return Err(failed(Unusable::Encrypted { path: path.clone() }));
    }
    let key = PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| failed(Unusable::NoKey { path: path.clone() }))?;
    Ok(Some((chain, key)))
}

const ENCRYPTED: &[u8] = b"ENCRYPTED";

fn certificates(parameter: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectionError> {
    let bytes = files::read(path).map_err(|reason| unusable(parameter, Unusable::Unreadable { reason }))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|_| unusable(parameter, Unusable::NotPem { path: path.to_owned() }))?;
    if certificates.is_empty() {
        return Err(unusable(parameter, Unusable::NoCertificate { path: path.to_owned() }));
    }
    Ok(certificates)
}

fn unusable(parameter: &'static str, reason: Unusable) -> ConnectionError {
    ConnectionError::Certificate { parameter, reason }
}
