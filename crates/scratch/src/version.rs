//! PostgreSQL versions: the major that decides what a server can do, and the exact text that names a build.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A major version of PostgreSQL, such as 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Major(pub u16);

impl Major {
    /// The oldest major that novate starts.
    pub const OLDEST: Self = Self(12);
}

impl fmt::Display for Major {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Major {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.trim()
            .parse()
            .map(Self)
            .map_err(|_| format!("`{text}` is not a major version of PostgreSQL; write a number such as 18"))
    }
}

/// The version of one server or installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The major, such as 15.
    pub major: Major,
    /// The full text, such as `15.18` or `15.13 (Debian 15.13-0+deb12u1)`.
    pub text: String,
}

impl Version {
    /// Reads what a server reports as `server_version`, or what follows `postgres (PostgreSQL) ` on the command line.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let major = digits.parse().ok()?;
        Some(Self { major: Major(major), text: text.to_owned() })
    }

    /// The number before any vendor's addition: `15.13` of `15.13 (Debian 15.13-0+deb12u1)`.
    pub fn number(&self) -> &str {
        self.text.split_whitespace().next().unwrap_or(&self.text)
    }

    /// Orders builds: 18.4 before 18.3, 18.0 before 18beta1.
    pub(crate) fn sort_key(&self) -> (u16, bool, u32) {
        let rest = self.number().trim_start_matches(|c: char| c.is_ascii_digit());
        match rest.strip_prefix('.').map(str::parse) {
            Some(Ok(minor)) => (self.major.0, true, minor),
            _ => (self.major.0, false, 0),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn versions_are_read_as_servers_print_them() {
        let debian = Version::parse("15.13 (Debian 15.13-0+deb12u1)\n").unwrap();
        assert_eq!((debian.major, debian.number()), (Major(15), "15.13"));
        assert_eq!(Version::parse("19beta1").unwrap().major, Major(19));
        assert_eq!(Version::parse("unknown"), None);
    }

    #[test]
    fn releases_come_before_betas_and_higher_minors_before_lower_ones() {
        let key = |text: &str| Version::parse(text).unwrap().sort_key();
        assert!(key("18.10") > key("18.9"));
        assert!(key("18.0") > key("18beta3"));
        assert!(key("18beta1") > key("17.6"));
    }

    #[test]
    fn a_major_is_a_number() {
        assert_eq!(" 18 ".parse(), Ok(Major(18)));
        assert!("eighteen".parse::<Major>().is_err());
    }
}
