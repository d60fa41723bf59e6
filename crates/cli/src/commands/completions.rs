//! `novate completions`.

use clap::CommandFactory;

use crate::cli::{Arguments, Completions};
use crate::ui::Report;

/// Completions for a shell, on stdout.
pub(crate) fn run(args: &Completions) -> Report {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "novate", &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    Report::new(text.clone(), serde_json::json!({ "script": text })).verbatim()
}
