//! Who holds a lock: found through the server, and told without what its statement holds.

use novate_sql::Literal;

use crate::event::LockHolder;

/// How much of a statement is fetched; the server itself keeps 1024 bytes unless it is told otherwise.
const FETCHED: usize = 1000;
/// How much of it is shown.
const SHOWN: usize = 120;

/// A query for the sessions that keep a session waiting, a row each, as [`of_row`] reads them.
pub(crate) fn blocking(pid: i32) -> String {
    rows(&format!("a.pid = ANY (pg_catalog.pg_blocking_pids({pid}))"))
}

/// A query for the session with this process.
pub(crate) fn with_pid(pid: i32) -> String {
    rows(&format!("a.pid = {pid}"))
}

/// A query for the sessions that hold a lock of a condition on `pg_locks l`.
pub(crate) fn holding(condition: &str) -> String {
    rows(&format!(
        "a.pid IN (SELECT l.pid FROM pg_catalog.pg_locks l WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid() AND \
         {condition})"
    ))
}

/// A role may see neither when others' transactions began nor what they run.
fn rows(condition: &str) -> String {
    format!(
        "SELECT a.pid::pg_catalog.text, coalesce(a.application_name, ''), coalesce(a.usename::pg_catalog.text, ''), CASE \
         WHEN a.state LIKE 'idle%' THEN a.state ELSE '' END, pg_catalog.left(coalesce(a.query, ''), {FETCHED}), \
         coalesce(pg_catalog.date_trunc('second', coalesce(a.xact_start, a.backend_start))::pg_catalog.text, '') FROM \
         pg_catalog.pg_stat_activity a WHERE {condition} ORDER BY a.xact_start NULLS LAST LIMIT 5"
    )
}

/// A condition on `pg_locks l`: locks on one of these tables, by their names as SQL.
pub(crate) fn on_tables<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> =
        names.into_iter().map(|name| format!("pg_catalog.to_regclass({})", Literal(name))).collect();
    format!("l.relation IN ({})", names.join(", "))
}

/// Reads a row.
pub(crate) fn of_row(row: Vec<Option<String>>) -> Option<LockHolder> {
    let mut cells = row.into_iter().map(Option::unwrap_or_default);
    Some(LockHolder {
        pid: cells.next()?.parse().ok()?,
        application: cells.next()?,
        user: cells.next()?,
        state: cells.next()?,
        query: shortened(&cells.next()?),
        since: cells.next()?,
    })
}

/// A statement in one line, cut, with `…` for its texts and without its remarks: either may be secret.
fn shortened(sql: &str) -> String {
    // What a role may not see reads so.
    if sql.starts_with("<insufficient privilege") {
        return String::new();
    }
    let plain = without_texts(sql);
    let mut line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(SHOWN) {
        line.truncate(end);
        line.push('…');
    }
    line
}

fn without_texts(sql: &str) -> String {
    let mut plain = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let (shown, length) = if let Some(remark) = rest.strip_prefix("--") {
            (" ", 2 + remark.find('\n').unwrap_or(remark.len()))
        } else if let Some(remark) = rest.strip_prefix("/*") {
            (" ", remark.find("*/").map_or(rest.len(), |end| end + 4))
        } else if c == '\'' {
            let backslashes = plain.ends_with(['e', 'E']);
            ("'…'", quoted(rest, backslashes))
        } else if let Some(length) = dollar_quoted(rest).filter(|_| !plain.ends_with(is_word)) {
            ("$…$", length)
        } else {
            plain.push(c);
            ("", c.len_utf8())
        };
        plain.push_str(shown);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a quoted text; one that is cut off goes to the end.
fn quoted(text: &str, backslashes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let doubled = c == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'');
        if doubled || (backslashes && c == '\\') {
            chars.next();
        } else if c == '\'' {
            return at + 1;
        }
    }
    text.len()
}

/// The length of `$tag$...$tag$`, `None` for a `$` that is something else.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = text.strip_prefix('$')?;
    let end = tag
        .find('$')
        .filter(|end| tag[..*end].chars().all(is_word) && !tag.starts_with(|c: char| c.is_ascii_digit()))?;
    let quote = &text[..end + 2];
    let body = &text[quote.len()..];
    Some(body.find(quote).map_or(text.len(), |at| at + 2 * quote.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_says_is_not_shown() {
        for (sql, shown) in [
            ("UPDATE t\n  SET a = 1", "UPDATE t SET a = 1"),
            ("ALTER ROLE a PASSWORD 's3cret' LOGIN", "ALTER ROLE a PASSWORD '…' LOGIN"),
            ("SELECT 'it''s s3cret', E'it\\'s s3cret', $x$s3cret$x$, $$s3cret$$", "SELECT '…', E'…', $…$, $…$"),
            ("SELECT $1, a$b, 's3cret and cut", "SELECT $1, a$b, '…'"),
            ("SELECT $x$s3cret and cut", "SELECT $…$"),
            ("/* s3cret */ SELECT 1 -- s3cret\n + 2", "SELECT 1 + 2"),
            ("/* s3cret and cut", ""),
            ("SELECT \"odd '\" FROM t", "SELECT \"odd '…'"),
            ("<insufficient privilege>", ""),
        ] {
            assert_eq!(shortened(sql), shown);
        }
        let long = shortened(&"x".repeat(500));
        assert_eq!(long.chars().count(), SHOWN + 1);
    }
}
