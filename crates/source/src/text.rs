//! A file's text.

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
