//! In secret, and with nobody else.

use std::io::{Read, Write};
use std::net::TcpListener;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// A server with a certificate of its own for `localhost`, and that certificate.
fn server() -> (String, CertificateDer<'static>) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = own.cert.der().clone();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust the certificate leaves here.
            if stream.read(&mut [0; 4096]).is_ok() {
                let body = branches(&[BRANCH], None);
                write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
                stream.flush().unwrap();
            }
        }
    });
    (format!("https://localhost:{port}"), certificate)
}

fn client_of(url: &str, trusted: CertificateDer<'static>) -> (Neon, Still) {
    let clock = Still::default();
    let builder = Neon::builder(ApiKey::new(KEY), ProjectId::new("calm-river-1")).base_url(url);
    (builder.clock(clock.clone()).trusting(vec![trusted]).build().unwrap(), clock)
}

#[test]
fn a_server_that_is_vouched_for_is_asked() {
    let (url, certificate) = server();
    let (neon, _) = client_of(&url, certificate);
    assert_eq!(neon.branches("rehearsal-").unwrap().len(), 1);
}

#[test]
fn a_server_that_nobody_vouches_for_is_left_at_once() {
    let (url, _) = server();
    let (_, other) = server();
    let (neon, clock) = client_of(&url, other);
    let error = neon.branches("").unwrap_err();
    assert_eq!(error.code(), "NEON.UNAVAILABLE");
    assert!(error.to_string().ends_with("at the first attempt"), "{error}");
    assert!(error.why().unwrap().contains("certificate"), "{}", shown(&error));
    assert_eq!(*clock.0.lock().unwrap(), Duration::ZERO);
}

#[test]
fn no_authority_is_a_reason() {
    let error = Neon::builder(ApiKey::new(KEY), ProjectId::new("p")).trusting(Vec::new()).build().unwrap_err();
    assert_eq!(error.why().as_deref(), Some("this system has no certificate authorities that can be trusted"));
}
