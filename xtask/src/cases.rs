//! Pairs of schemas on disk: what a corpus is made of.

use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;
use crate::workspace::files;

/// From one schema to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// For people: where it comes from, without the folder of the corpus.
    pub(crate) name: String,
    pub(crate) from: Utf8PathBuf,
    pub(crate) to: Utf8PathBuf,
}

/// Every case below a folder: `from.sql` beside `to.sql`, and each step of a folder `versions`.
pub(crate) fn find(folder: &Utf8Path) -> Result<Vec<Case>, Failure> {
    let sources = files(folder, ".sql")?;
    let mut cases = Vec::new();
    for from in sources.iter().filter(|path| path.file_name() == Some("from.sql")) {
        let to = from.with_file_name("to.sql");
        if to.is_file() {
            let name = shown(folder, from.parent().unwrap_or(folder));
            cases.push(Case { name, from: from.clone(), to });
        }
    }
    let is_version = |path: &&Utf8PathBuf| path.parent().and_then(Utf8Path::file_name) == Some("versions");
    let versions: Vec<&Utf8PathBuf> = sources.iter().filter(is_version).collect();
    for pair in versions.windows(2) {
        if let [from, to] = pair
            && from.parent() == to.parent()
        {
            let name = format!("{} to {}", shown(folder, from), to.file_name().unwrap_or_default());
            cases.push(Case { name, from: (*from).clone(), to: (*to).clone() });
        }
    }
    Ok(cases)
}

impl Case {
    /// The same way back.
    pub(crate) fn backwards(&self) -> Self {
        Self { name: format!("{} (backwards)", self.name), from: self.to.clone(), to: self.from.clone() }
    }
}

fn shown(folder: &Utf8Path, path: &Utf8Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_steps_are_found() {
        let root = Utf8PathBuf::from_path_buf(std::env::temp_dir()).unwrap();
        let root = root.join(format!("novate-cases-{}", std::process::id()));
        for file in ["a/from.sql", "a/to.sql", "b/from.sql", "h/versions/1.sql", "h/versions/2.sql", "i/versions/3.sql"]
        {
            let path = root.join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        let names: Vec<String> = find(&root).unwrap().into_iter().map(|case| case.name).collect();
        fs_err::remove_dir_all(&root).unwrap();
        assert_eq!(names, ["a", "h/versions/1.sql to 2.sql"]);
    }
}
