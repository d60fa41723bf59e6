//! A file's text.

use novate_sql::ast::Script;

/// A contract file: its text, and the files that it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// What people call it: relative to the project where it is inside.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What its `\i` and `\ir` lines include, in order.
    pub includes: Vec<Include>,
}

impl SourceFile {
    /// A file that includes no other.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), includes: Vec::new() }
    }
}

/// A file included by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// Where the line that includes it begins, in bytes.
    pub at: usize,
    /// The file.
    pub file: SourceFile,
}

/// The statements of files, before what they mean is looked at.
pub struct Scripts {
    /// Of each file one, before those of the files that it includes.
    pub(crate) in_order: Vec<Script>,
}

/// Reads the statements of files, on every core that there is.
pub fn parse(files: &[SourceFile]) -> Scripts {
    let mut texts = Vec::new();
    collect(files, &mut texts);
    Scripts { in_order: novate_sql::parse_all(&texts) }
}

fn collect<'a>(files: impl IntoIterator<Item = &'a SourceFile>, texts: &mut Vec<&'a str>) {
    for file in files {
        texts.push(&file.text);
        collect(file.includes.iter().map(|include| &include.file).collect::<Vec<_>>(), texts);
    }
}
