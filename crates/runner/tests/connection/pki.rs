//! Certificates of the tests' own.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256, SignatureAlgorithm,
    date_time_ymd,
};

/// An authority: its certificate, and what it signs with.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// When a certificate holds.
#[derive(Clone, Copy)]
pub(crate) enum Period {
    Now,
    Past,
    Future,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self::signing_with(name, &PKCS_ECDSA_P256_SHA256)
    }

    pub(crate) fn signing_with(name: &str, algorithm: &'static SignatureAlgorithm) -> Self {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for these names or addresses.
    pub(crate) fn issue(&self, names: &[&str]) -> Pair {
        self.issue_for(names, Period::Now)
    }

    pub(crate) fn issue_for(&self, names: &[&str], period: Period) -> Pair {
        let key = KeyPair::generate().unwrap();
        let certificate = params(names, period).signed_by(&key, &self.issuer).unwrap().pem();
        Pair { certificate, key: key.serialize_pem() }
    }

    /// Another authority that this one vouches for.
    pub(crate) fn intermediate(&self, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }
}

/// A certificate that is its own authority. PostgreSQL's documentation shows how to make one that says so of itself.
pub(crate) fn self_signed(name: &str, says_so: bool) -> Pair {
    let key = KeyPair::generate().unwrap();
    let mut params = params(&[name], Period::Now);
    if says_so {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    Pair { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}

fn params(names: &[&str], period: Period) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names.clone()).unwrap();
    if let Some(name) = names.first() {
        params.distinguished_name.push(DnType::CommonName, name);
    }
    match period {
        Period::Now => {}
        Period::Past => params.not_after = date_time_ymd(2020, 1, 1),
        Period::Future => params.not_before = date_time_ymd(2999, 1, 1),
    }
    params
}
