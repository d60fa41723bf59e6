//! What can be wrong with a file of certificates or a key.

use std::path::PathBuf;

use thiserror::Error;

/// Why a certificate or key is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unusable {
    /// The file cannot be read.
    #[error("{reason}")]
    Unreadable {
        /// What the operating system says, with the path.
        reason: String,
    },
    /// The file holds no certificate.
    #[error("{} holds no certificate", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The file is torn or is not PEM.
    #[error("{} is not valid PEM", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
    },
    /// A certificate that makes no sense.
    #[error("{} holds a certificate that cannot be used: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is the matter with it.
        reason: String,
    },
    /// The system trusts nobody.
    #[error("the system has no trusted authorities installed")]
    NoAuthorities,
    /// `sslcert` without `sslkey`.
    #[error("`sslcert` needs its key")]
    NoKeyNamed,
    /// The file holds no key.
    #[error("{} holds no private key in PEM", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// A key that needs a password.
    #[error("{} is encrypted, and encrypted keys cannot be read here", path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// A key that is no secret.
    #[error("{} can be read by others", path.display())]
    OthersCanRead {
        /// The file.
        path: PathBuf,
    },
    /// A key of another certificate.
    #[error("it does not go with the key of `sslkey`")]
    OtherKey,
    /// TLS cannot be set up so.
    #[error("{reason}")]
    Setup {
        /// What the library says.
        reason: String,
    },
}

impl Unusable {
    /// What to do about it.
    pub(super) fn fix(&self, parameter: &str) -> String {
        match self {
            Self::NoAuthorities => {
                "Install them (ca-certificates, in most distributions), name a file of certificates in SSL_CERT_FILE, \
                 or name the authority's certificate in `sslrootcert`."
                    .to_owned()
            }
            Self::NoKeyNamed => "Name the file of its key in `sslkey`.".to_owned(),
            Self::Encrypted { path } => {
                let path = path.display();
                format!(
                    "Write it without encryption, and name that: openssl pkey -in {path} -out {path}.plain; chmod 600 {path}.plain"
                )
            }
            Self::OthersCanRead { path } => format!("Run `chmod 600 {}`.", path.display()),
            Self::OtherKey => "Name a certificate and a key that were made for each other.".to_owned(),
            _ => format!("Correct `{parameter}`, or the file that it names."),
        }
    }
}
