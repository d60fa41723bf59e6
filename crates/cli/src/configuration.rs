//! `novate.toml` for callers other than the program.

use camino::Utf8Path;

use crate::config::{Config, FILE};
use crate::redact::{What, redact};

/// Reads the text of a `novate.toml` in the folder `root`. The error is what people are told is wrong with it, in 80
/// columns and without colours. No file is read, but to show the line of an unknown key.
pub fn check(root: &Utf8Path, text: &str) -> Result<(), String> {
    match Config::parse(root, &root.join(FILE), text) {
        Ok(config) => {
            config.settings();
            Ok(())
        }
        Err(problem) => {
            let plain = anstream::adapter::strip_str(&problem.to_text(80)).to_string();
            Err(redact(&plain, What::Message))
        }
    }
}
