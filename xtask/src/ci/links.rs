//! Whether the links between the pages of the documentation lead somewhere.

use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;
use crate::say;
use crate::workspace::{files, root};

/// Checks README.md, CHANGELOG.md and everything under `docs/`.
pub(crate) fn check() -> Result<(), Failure> {
    let mut pages = files(&root().join("docs"), ".md")?;
    pages.extend(["README.md", "CHANGELOG.md"].map(|name| root().join(name)));
    let mut broken = Vec::new();
    let mut count = 0;
    for page in &pages {
        let text = fs_err::read_to_string(page)?;
        for target in targets(&text) {
            count += 1;
            if !leads_somewhere(page, target) {
                broken.push(format!("{}: {target}", page.strip_prefix(root()).unwrap_or(page)));
            }
        }
    }
    if broken.is_empty() {
        say::note(&format!("{count} links in {} pages", pages.len()));
        return Ok(());
    }
    Err(Failure::new(format!("links that lead nowhere: {}", broken.join("; ")), "correct them"))
}

/// The targets of a page's links within the repository, outside code.
fn targets(text: &str) -> Vec<&str> {
    let prose = text.lines().filter(|line| !line.starts_with("    "));
    let links = prose.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    links.filter(|target| !target.contains("://") && !target.starts_with('#')).collect()
}

fn leads_somewhere(page: &Utf8Path, target: &str) -> bool {
    let path = target.split('#').next().unwrap_or(target);
    let folder: Utf8PathBuf = page.parent().map(Utf8Path::to_owned).unwrap_or_default();
    folder.join(path).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_into_the_repository_are_followed() {
        let text = "see [a](one.md), [b](two.md#part), [c](https://example.com) and [d](#here)\n    [e](code.md)\n";
        assert_eq!(targets(text), ["one.md", "two.md#part"]);
        assert!(leads_somewhere(&root().join("README.md"), "Cargo.toml#x"));
        assert!(!leads_somewhere(&root().join("README.md"), "nowhere.md"));
    }
}
