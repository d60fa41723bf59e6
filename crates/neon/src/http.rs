//! One request and its answer. Nothing is repeated here, and nothing is understood.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::pki_types::CertificateDer;
use ureq::http::{HeaderValue, Request as HttpRequest};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Error, Timeout};

use crate::secret::ApiKey;

/// A page of branches is the largest answer there is, of some 150 kB.
const MAX_ANSWER_BYTES: u64 = 4 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

/// A request below the base URL.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: Method,
    path: String,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: Method, segments: &[&str]) -> Self {
        let segments: Vec<_> =
            segments.iter().map(|segment| utf8_percent_encode(segment, SEGMENT).to_string()).collect();
        Self { method, path: format!("/{}", segments.join("/")), body: Vec::new() }
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        self.path.push_str(&format!("{mark}{name}={}", utf8_percent_encode(value, SEGMENT)));
        self
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }
}

/// What came back, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was not sent.
    NotSent(String),
    /// It was not sent, and would not be the next time.
    Hopeless(String),
    /// It may have been done, and no answer came in time.
    TimedOut,
    /// It may have been done, and the answer was cut off.
    Lost(String),
    /// It may have been done, and what came back is no answer.
    Garbage(String),
}

pub(crate) type Authorities = Vec<CertificateDer<'static>>;

pub(crate) struct Http {
    agent: Agent,
    base: String,
    authorization: HeaderValue,
}

impl Http {
    /// Trusts these authorities, or those of the system; `Err` with a reason where that has none.
    pub(crate) fn new(base: &str, key: &ApiKey, authorities: Option<Authorities>) -> Result<Self, Failure> {
        let base = base.trim_end_matches('/').to_owned();
        // A key in clear text goes nowhere but to this machine.
        let local = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"].iter().any(|own| base.starts_with(own));
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", key.expose()))
            .map_err(|_| Failure::Hopeless("the key cannot be sent".to_owned()))?;
        authorization.set_sensitive(true);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(!local)
            // The key is for this host alone.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // ureq would look for one in the environment.
            .proxy(None)
            .user_agent(concat!("novate/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .tls_config(tls(local, authorities)?)
            .build();
        Ok(Self { agent: config.new_agent(), base, authorization })
    }

    /// Sends a request and reads its answer, in no more than that time.
    pub(crate) fn send(&self, request: &Request, within: Duration) -> Result<Answer, Failure> {
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        };
        let mut builder = HttpRequest::builder()
            .method(method)
            .uri(format!("{}{}", self.base, request.path))
            .header("authorization", self.authorization.clone());
        if request.method == Method::Post {
            builder = builder.header("content-type", "application/json");
        }
        let result = if request.method == Method::Post {
            let request = builder.body(request.body.as_slice()).map_err(|_| bad_url())?;
            self.agent.run(self.agent.configure_request(request).timeout_global(Some(within)).build())
        } else {
            let request = builder.body(()).map_err(|_| bad_url())?;
            self.agent.run(self.agent.configure_request(request).timeout_global(Some(within)).build())
        };
        let mut response = result.map_err(failure)?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        // The other form, a date, is left to the ordinary waits.
        let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
        match body {
            Ok(body) => Ok(Answer { status, retry_after, body }),
            // The status of a refusal says enough.
            Err(_) if status >= 400 => Ok(Answer { status, retry_after, body: Vec::new() }),
            Err(error) => Err(failure(error)),
        }
    }
}

fn bad_url() -> Failure {
    Failure::Hopeless("the address of the API is no URL".to_owned())
}

/// In clear text there are no authorities to ask.
fn tls(local: bool, authorities: Option<Authorities>) -> Result<TlsConfig, Failure> {
    let builder = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
    if local {
        return Ok(builder.build());
    }
    let certificates = authorities.unwrap_or_else(|| rustls_native_certs::load_native_certs().certs);
    if certificates.is_empty() {
        return Err(Failure::Hopeless("this system has no certificate authorities that can be trusted".to_owned()));
    }
    let certificates: Vec<_> =
        certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    Ok(builder.root_certs(RootCerts::new_with_certs(&certificates)).build())
}

fn failure(error: Error) -> Failure {
    match error {
        Error::HostNotFound | Error::ConnectionFailed => Failure::NotSent(error.to_string()),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => Failure::NotSent("no connection in time".to_owned()),
        Error::Timeout(_) => Failure::TimedOut,
        Error::RequireHttpsOnly(_) => Failure::Hopeless("the API key is sent over https alone".to_owned()),
        Error::BadUri(_) => bad_url(),
        Error::Tls(_) | Error::Rustls(_) => Failure::Hopeless(error.to_string()),
        Error::Io(error) if is_tls(&error) => Failure::Hopeless(error.to_string()),
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => Failure::NotSent(error.to_string()),
        Error::Io(error) => Failure::Lost(error.to_string()),
        Error::BodyExceedsLimit(_) => Failure::Garbage(format!("it is larger than {} MiB", MAX_ANSWER_BYTES >> 20)),
        Error::Protocol(_) | Error::Http(_) | Error::LargeResponseHeader(..) => {
            Failure::Garbage("it is not HTTP".to_owned())
        }
        other => Failure::Lost(other.to_string()),
    }
}

/// Whether the two could not agree on how to speak in secret, or with whom.
fn is_tls(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<rustls::Error>())
}
