//! Names of packages: a UTC minute and a slug.

use std::fmt;

use crate::HistoryError;

/// A package's folder name: `20260515T1200_add_user_name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageName(String);

impl PackageName {
    /// The name, where `text` can be one: ASCII letters, digits, `-`, `_`, at most 120 bytes.
    pub fn parse(text: &str) -> Result<Self, HistoryError> {
        let ok = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let fits = !text.is_empty()
            && text.len() <= 120
            && text.chars().all(ok)
            && !["refs", "snapshots", crate::archive::FOLDER].contains(&text);
        if fits { Ok(Self(text.to_owned())) } else { Err(HistoryError::InvalidPackageName { name: text.to_owned() }) }
    }

    /// The name of a package made at `stamp` about `title`, the `attempt`th of that name (from 0).
    pub(crate) fn build(stamp: &PackageStamp, title: &str, attempt: usize) -> Self {
        let slug = slug(title);
        let minute = stamp.minute();
        Self(if attempt == 0 { format!("{minute}_{slug}") } else { format!("{minute}_{slug}_{}", attempt + 1) })
    }

    /// As it is on disk.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether people may mean it by `title`: what follows the minute, or what that was made of.
    pub fn is_called(&self, title: &str) -> bool {
        self.slug() == title || (title.contains(|c: char| c.is_ascii_alphanumeric()) && self.slug() == slug(title))
    }

    /// What follows the minute: `add_user_name`.
    pub fn slug(&self) -> &str {
        self.0.split_once('_').map_or(&self.0, |(_, slug)| slug)
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// When a package was made: seconds of UTC. An input, never read from a clock here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageStamp(jiff::Timestamp);

impl PackageStamp {
    /// `seconds` since 1970; `None` outside of what a calendar can say.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// `20260515T1200`.
    fn minute(self) -> String {
        self.0.strftime("%Y%m%dT%H%M").to_string()
    }

    /// `2026-05-15T12:00:31Z`, as `createdAt` says it.
    pub fn created_at(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// Lower-case ASCII words joined by `_`, at most 60 bytes; `migration` where nothing is left.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('_') && !slug.is_empty() {
            slug.push('_');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('_');
    if slug.is_empty() { "migration".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_minutes_and_slugs() {
        let stamp = PackageStamp::from_unix(1_778_846_431).unwrap();
        assert_eq!(PackageName::build(&stamp, "Add user.name!", 0).as_str(), "20260515T1200_add_user_name");
        assert_eq!(PackageName::build(&stamp, "Größe", 1).as_str(), "20260515T1200_gr_e_2");
        assert_eq!(PackageName::build(&stamp, "日本", 0).as_str(), "20260515T1200_migration");
        assert_eq!(stamp.created_at(), "2026-05-15T12:00:31Z");
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for bad in ["", "../x", "a/b", "a b", "refs", ".hidden"] {
            assert!(PackageName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
