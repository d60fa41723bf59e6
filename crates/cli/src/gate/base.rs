//! Which packages a commit has already: those were reviewed.

use std::collections::BTreeSet;
use std::process::Command;

use camino::Utf8Path;
use novate_history::PackageName;

use crate::problem::Problem;

/// What of the packages is as in a commit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Base {
    /// The packages that the commit has and that were not touched since.
    known: BTreeSet<String>,
}

impl Base {
    /// Asks git for the packages of a commit in `folder`, which lies in `root`.
    pub(crate) fn read(root: &Utf8Path, folder: &Utf8Path, commit: &str) -> Result<Self, Problem> {
        let place = format!("./{}", folder.strip_prefix(root).unwrap_or(folder));
        let listed = git(root, commit, &["ls-tree", "-z", "-d", "--name-only", commit, &format!("{place}/")])?;
        let changed = git(root, commit, &["diff", "-z", "--name-only", "--relative", commit, "--", &place])?;
        Ok(Self::of(&listed, &changed, place.trim_start_matches("./")))
    }

    /// From what git listed: folders of the commit, and files that differ from it, each ended by a NUL.
    fn of(listed: &str, changed: &str, place: &str) -> Self {
        let below = |path: &str| {
            let rest = path.strip_prefix(place)?.strip_prefix('/')?;
            rest.split('/').next().map(str::to_owned)
        };
        let changed: BTreeSet<String> = changed.split('\0').filter_map(below).collect();
        let known = listed.split('\0').filter_map(below).filter(|name| !changed.contains(name)).collect();
        Self { known }
    }

    /// Whether a package is as it was.
    pub(crate) fn has(&self, package: &PackageName) -> bool {
        self.known.contains(package.as_str())
    }
}

fn git(root: &Utf8Path, commit: &str, arguments: &[&str]) -> Result<String, Problem> {
    let failed = |why: String| {
        Problem::input("CHECK.BASE_UNKNOWN", format!("git cannot tell which packages {commit} has"))
            .why(why)
            .fix("name a commit that this checkout has; in CI fetch it first: git fetch --depth=1 origin main")
    };
    if commit.is_empty() || commit.starts_with('-') {
        return Err(failed("that is the name of no commit".to_owned()));
    }
    let output =
        Command::new("git").args(arguments).current_dir(root).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_was_touched_since_is_new() {
        let listed = "migrations/app/20260101T0000_a\0migrations/app/20260102T0000_b\0migrations/app/refs\0";
        let changed = "migrations/app/20260102T0000_b/ops.json\0migrations/app/20260103T0000_c/ops.json\0";
        let base = Base::of(listed, changed, "migrations/app");
        let name = |text: &str| PackageName::parse(text).unwrap();
        assert!(base.has(&name("20260101T0000_a")));
        assert!(!base.has(&name("20260102T0000_b")));
        assert!(!base.has(&name("20260103T0000_c")));
    }
}
