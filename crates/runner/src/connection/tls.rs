//! From what a connection string says about TLS to a connector.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::ConnectionError;
use super::files;
use super::options::{RootCert, SslMode, SslNegotiation, TlsOptions, TlsVersions, Verification};
use super::verifier::Verifier;

/// The connector, or `None` if TLS is never used and no certificate has to be looked at.
pub(super) fn connector(options: &TlsOptions) -> Result<Option<MakeRustlsConnect>, ConnectionError> {
    if options.sslmode == SslMode::Disable {
        return Ok(None);
    }
    // Named and not left to rustls: two providers in one program, and its choice of default panics.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (roots, pinned) = roots(options)?;
    let verifier = Verifier { verification: options.verification(), roots, pinned, provider: Arc::clone(&provider) };

    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions(options.versions))
        .map_err(|error| unusable("ssl_min_protocol_version", error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match client_certificate(options)? {
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| unusable("sslcert", format!("it does not go with its key: {error}")))?,
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = options.sslsni;
    if options.sslnegotiation == SslNegotiation::Direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn versions(versions: TlsVersions) -> &'static [&'static SupportedProtocolVersion] {
    const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];
    match versions {
        TlsVersions::Any => BOTH,
        TlsVersions::Only13 => &BOTH[..1],
        TlsVersions::Only12 => &BOTH[1..],
    }
}

fn roots(options: &TlsOptions) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), ConnectionError> {
    let mut store = RootCertStore::empty();
    if options.verification() == Verification::Nothing {
        return Ok((store, Vec::new()));
    }
    match &options.sslrootcert {
        Some(RootCert::Path(path)) => {
            let certificates = certificates("sslrootcert", path)?;
            for certificate in &certificates {
                store
                    .add(certificate.clone())
                    .map_err(|error| unusable("sslrootcert", format!("{}: {error}", path.display())))?;
            }
            Ok((store, certificates))
        }
        Some(RootCert::System) | None => {
            // Some of a system's certificates are often of no use; the rest will do.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return Err(unusable("sslrootcert", "the system has no trusted authorities installed".to_owned()));
            }
            Ok((store, Vec::new()))
        }
    }
}

fn client_certificate(
    options: &TlsOptions,
) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, ConnectionError> {
    let Some(certificate) = &options.sslcert else { return Ok(None) };
    let chain = certificates("sslcert", certificate)?;
    let path = options.sslkey.as_ref().ok_or_else(|| unusable("sslkey", "`sslcert` needs its key".to_owned()))?;
    if files::others_can_read(path, true) {
        let reason = format!("{} can be read by others; run `chmod 600` on it", path.display());
        return Err(unusable("sslkey", reason));
    }
    let bytes = files::read(path).map_err(|reason| unusable("sslkey", reason))?;
    let key = PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| {
        unusable("sslkey", format!("{} holds no private key in PEM that is not encrypted", path.display()))
    })?;
    Ok(Some((chain, key)))
}

fn certificates(parameter: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectionError> {
    let bytes = files::read(path).map_err(|reason| unusable(parameter, reason))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|_| unusable(parameter, format!("{} is not valid PEM", path.display())))?;
    if certificates.is_empty() {
        return Err(unusable(parameter, format!("{} holds no certificate", path.display())));
    }
    Ok(certificates)
}

fn unusable(parameter: &'static str, reason: String) -> ConnectionError {
    ConnectionError::Certificate { parameter, reason }
}
