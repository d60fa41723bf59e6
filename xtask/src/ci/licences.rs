//! Whether the licences of everything that is built in allow what ours allows.

use super::metadata::Metadata;
use crate::failure::Failure;
use crate::say;

/// Licences that ask for no more than a notice.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Checks every crate of others.
pub(crate) fn check(metadata: &Metadata) -> Result<(), Failure> {
    let mut refused = Vec::new();
    for package in metadata.values().filter(|package| !package.ours) {
        let licence = package.licence.as_deref().unwrap_or("none");
        if !is_allowed(licence) {
            refused.push(format!("{} {}: {licence}", package.name, package.version));
        }
    }
    if refused.is_empty() {
        say::note(&format!("every licence is among {}", ALLOWED.join(", ")));
        return Ok(());
    }
    Err(Failure::new(
        format!("licences that are not allowed: {}", refused.join("; ")),
        "use another crate, or add the licence to ALLOWED in xtask/src/ci/licences.rs after reading it",
    ))
}

/// Whether an SPDX expression can be met with allowed licences. `AND` binds closer than `OR`; `/` is an old `OR`.
fn is_allowed(expression: &str) -> bool {
    let text = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut reader = Reader { words: &words };
    reader.any() == Some(true) && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }

    /// Alternatives; `None` where the text is no expression.
    fn any(&mut self) -> Option<bool> {
        let mut met = self.all()?;
        while self.take("OR") {
            met |= self.all()?;
        }
        Some(met)
    }

    fn all(&mut self) -> Option<bool> {
        let mut met = self.one()?;
        while self.take("AND") {
            met &= self.one()?;
        }
        Some(met)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let met = self.any()?;
            return self.take(")").then_some(met);
        }
        let (name, rest) = self.words.split_first()?;
        self.words = rest;
        let mut name = (*name).to_owned();
        if self.take("WITH") {
            let (exception, rest) = self.words.split_first()?;
            self.words = rest;
            name = format!("{name} WITH {exception}");
        }
        Some(ALLOWED.contains(&name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn one_alternative_is_enough_and_every_conjunct_is_needed() {
        for allowed in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-3.0) AND Unicode-3.0"] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in ["GPL-3.0", "MIT AND GPL-3.0", "none", "", "(MIT", "MIT Apache-2.0", "MIT WITH strings"] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }
}
