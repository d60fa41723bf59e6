//! What targets share: parts of an input, and places in it.

/// A line that begins so separates the parts of an input.
const MARK: &str = "-- ====";

/// The parts of an input, without the lines between them.
pub(crate) fn parts(input: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in input.split_inclusive('\n') {
        if line.starts_with(MARK) {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(line);
        }
    }
    parts
}

/// Whether a place is one in a text.
pub(crate) fn within(text: &str, start: usize, end: usize, what: &dyn std::fmt::Debug) -> Result<(), String> {
    if text.get(start..end).is_some() {
        Ok(())
    } else {
        Err(format!("{start}..{end} is no place in the text: {what:?}"))
    }
}

/// Refuses what is not as it should be.
pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
