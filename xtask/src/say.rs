//! What tasks print, in the style of novate itself.

use std::io::Write as _;
use std::time::Duration;

use crate::failure::Failure;

/// A section of a task begins.
pub(crate) fn heading(text: &str) {
    println!("\n── {text} {}", "─".repeat(76_usize.saturating_sub(text.chars().count())));
    flush();
}

/// Something is so.
pub(crate) fn done(text: &str) {
    println!("✔ {text}");
    flush();
}

/// Something is worth knowing.
pub(crate) fn note(text: &str) {
    println!("ℹ {text}");
    flush();
}

/// What to do next.
pub(crate) fn next(text: &str) {
    println!("→ {text}");
    flush();
}

/// What stopped the task.
pub(crate) fn failed(failure: &Failure) {
    flush();
    eprintln!("\n✖ {}", failure.what);
    let mut lines = failure.fix.lines();
    eprintln!("  Fix  {}", lines.next().unwrap_or_default());
    for line in lines {
        eprintln!("       {line}");
    }
}

/// A time for people.
pub(crate) fn time(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis())
    } else if elapsed < Duration::from_mins(1) {
        format!("{:.1} s", elapsed.as_secs_f64())
    } else {
        format!("{} min {} s", elapsed.as_secs() / 60, elapsed.as_secs() % 60)
    }
}

fn flush() {
    // Child processes write to the same terminal; somebody who has gone away does not matter.
    let _ = std::io::stdout().flush();
}

/// A figure and what it is of.
pub(crate) fn row(name: &str, figure: &str) {
    println!("{name:<40} {figure:>10}");
}
