//! What a tool did to a database.

/// A row of an answer, its values as the server prints them.
pub type Row = Vec<Option<String>>;

/// What a tool did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past {
    /// How many migrations it applied; `None` where it remembers only where it is.
    pub applied: Option<usize>,
    /// The last of them, as the tool calls it; several where it has several ends.
    pub last: Option<String>,
    /// The first thing that it began and did not finish.
    pub unfinished: Option<Unfinished>,
}

/// A migration that was begun and is in an unknown state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// What: `the migration 20240101_users`.
    pub what: String,
    /// How that is known: `finished_at and rolled_back_at are both empty`.
    pub why: String,
    /// The next step, which keeps the data.
    pub fix: String,
}

/// A value of a row; empty where there is none.
pub(super) fn value(row: &Row, at: usize) -> &str {
    row.get(at).and_then(Option::as_deref).unwrap_or_default()
}

/// Whether a value of a row is true.
pub(super) fn is_true(row: &Row, at: usize) -> bool {
    value(row, at) == "t"
}

/// The past of a tool that remembers only what it finished: a name in each row.
pub(super) fn finished(rows: &[Row]) -> Past {
    Past { applied: Some(rows.len()), last: rows.last().map(|row| value(row, 0).to_owned()), unfinished: None }
}

/// The past of a tool that remembers, beside each name, whether it finished: [`finished`] rows and the first other.
pub(super) fn with_flag(rows: &[Row], unfinished: impl Fn(&str) -> Unfinished) -> Past {
    let done: Vec<&Row> = rows.iter().filter(|row| is_true(row, 1)).collect();
    Past {
        applied: Some(done.len()),
        last: done.last().map(|row| value(row, 0).to_owned()),
        unfinished: rows.iter().find(|row| !is_true(row, 1)).map(|row| unfinished(value(row, 0))),
    }
}
