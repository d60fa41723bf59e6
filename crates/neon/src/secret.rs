//! What must not be shown: the key of the API, and the password in a connection string.

use std::fmt;

const HIDDEN: &str = "***";

/// A key of the API. It has no `Display`, and `Debug` prints `***`.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key as it was copied, without the space around it. Whether it can be one is seen when it is used.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it can be sent at all.
    pub(crate) fn is_usable(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// A text from elsewhere without the key.
    pub(crate) fn scrub(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, HIDDEN) }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// A connection string with its password. `Display` and `Debug` show neither the password nor the parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionUri(String);

impl ConnectionUri {
    /// `None` where the text is no PostgreSQL URL with a host.
    pub(crate) fn new(uri: String) -> Option<Self> {
        let rest = uri.strip_prefix("postgresql://").or_else(|| uri.strip_prefix("postgres://"))?;
        let (authority, _) = rest.split_once('/')?;
        let (_, host) = authority.rsplit_once('@')?;
        (!host.is_empty() && !authority.contains('?') && !uri.contains(char::is_whitespace)).then_some(Self(uri))
    }

    /// The whole of it, for connecting and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, host) = authority.rsplit_once('@').unwrap_or_default();
        let user = credentials.split(':').next().unwrap_or_default();
        let database = path.split('?').next().unwrap_or_default();
        write!(f, "{scheme}://{user}:{HIDDEN}@{host}/{database}")
    }
}

impl fmt::Debug for ConnectionUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionUri({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        let key = ApiKey::new(" napi_abc\n");
        assert_eq!(format!("{key:?}"), "***");
        assert_eq!(key.expose(), "napi_abc");
        assert_eq!(key.scrub("no key napi_abc here"), "no key *** here");
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_seen() {
        for (key, usable) in [("napi_abc", true), ("", false), ("two words", false), ("a\nb", false), ("kéy", false)] {
            assert_eq!(ApiKey::new(key).is_usable(), usable, "{key}");
        }
    }

    #[test]
    fn a_connection_string_is_shown_without_password_and_parameters() {
        for (uri, shown) in [
            ("postgresql://app:s3cret@ep-a.neon.tech/shop?sslmode=require", "postgresql://app:***@ep-a.neon.tech/shop"),
            ("postgres://app:s3@cret@ep-a.neon.tech:5432/shop", "postgres://app:***@ep-a.neon.tech:5432/shop"),
            ("postgresql://app:x@ep/shop?password=s3cret", "postgresql://app:***@ep/shop"),
            ("postgresql://app:x@ep/shop?options=a@s3cret", "postgresql://app:***@ep/shop"),
        ] {
            let uri = ConnectionUri::new(uri.to_owned()).unwrap();
            assert_eq!(uri.to_string(), shown);
            assert_eq!(format!("{uri:?}"), format!("ConnectionUri({shown})"));
        }
    }

    #[test]
    fn what_is_no_connection_string_is_refused() {
        for uri in ["", "https://a:b@host/x", "postgresql://host/db", "postgresql://a:b@/db", "postgresql://a b@c/d"] {
            assert!(ConnectionUri::new(uri.to_owned()).is_none(), "{uri}");
        }
    }
}
