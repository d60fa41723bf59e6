//! How deep the tree of a statement may grow, told from its tokens.
//!
//! The parser recurses, and so does the release of its tree: a text made for it would overflow the stack. What each
//! token may cost was measured; the limit keeps a statement well within the 2 MiB that Rust gives a thread.

use super::scan::{Scanner, TokenKind};

/// The most that a statement may cost.
const LIMIT: usize = 3000;

/// A bracket of any kind, a subquery's included.
const BRACKET: usize = 22;

/// `CASE`, and `BETWEEN` too.
const BRANCH: usize = 11;

/// An operator that the parser recurses for.
const OPERATOR: usize = 4;

/// The cost of the statement so far.
#[derive(Debug, Default)]
pub(super) struct Depth {
    top: Frame,
    /// The frames around it.
    outer: Vec<Frame>,
    /// What those cost together.
    below: usize,
    deepest: usize,
}

/// What stands between a pair of brackets, or between `CASE` and `END`.
#[derive(Debug, Default, Clone, Copy)]
struct Frame {
    case: bool,
    /// Operators since the last comma, `AND` or `OR`: beyond those, another subtree begins.
    operators: usize,
    /// `AND` and `OR` since the last comma.
    conditions: usize,
    /// Joins and set operations, which commas do not end.
    joined: usize,
}

impl Frame {
    fn cost(&self) -> usize {
        self.operators + self.conditions + self.joined
    }

    fn next_item(&mut self) {
        self.operators = 0;
        self.conditions = 0;
    }
}

impl Depth {
    /// Whether the statement is one that may be parsed.
    pub(super) fn bearable(&self) -> bool {
        self.deepest <= LIMIT
    }

    pub(super) fn take(&mut self, kind: TokenKind, text: &str) {
        match (kind, text) {
            (TokenKind::Punctuation, "(" | "[") => self.open(false),
            (TokenKind::Punctuation, ")" | "]") => self.close(),
            (TokenKind::Punctuation, ";") => self.top = Frame { case: self.top.case, ..Frame::default() },
            (TokenKind::Punctuation, ",") => self.top.next_item(),
            (TokenKind::Punctuation, _) => self.top.operators += 1,
            (TokenKind::Operator, _) => self.top.operators += OPERATOR,
            (TokenKind::Word, word) => self.word(&word.to_ascii_lowercase()),
            _ => {}
        }
        self.deepest = self.deepest.max(self.below + self.top.cost());
    }

    fn word(&mut self, word: &str) {
        match word {
            "case" => self.open(true),
            "end" if self.top.case => self.pop(),
            "when" | "then" | "else" if self.top.case => self.top.next_item(),
            "and" | "or" => {
                self.top.operators = 0;
                self.top.conditions += 1;
            }
            "between" => self.top.conditions += BRANCH,
            "not" => self.top.operators += OPERATOR,
            "join" | "union" | "intersect" | "except" => {
                self.top.next_item();
                self.top.joined += 1;
            }
            "explain" => self.top.joined += OPERATOR,
            "is" | "isnull" | "notnull" | "in" | "like" | "ilike" | "similar" | "collate" | "at" | "overlaps"
            | "escape" => self.top.operators += 1,
            _ => {}
        }
    }

    fn open(&mut self, case: bool) {
        self.top.operators += 1;
        self.below += self.top.cost() + if case { BRANCH } else { BRACKET };
        self.outer.push(std::mem::replace(&mut self.top, Frame { case, ..Frame::default() }));
    }

    /// Ends the innermost bracket, and any `CASE` left open within it.
    fn close(&mut self) {
        while self.top.case {
            self.pop();
        }
        self.pop();
    }

    fn pop(&mut self) {
        let Some(outer) = self.outer.pop() else {
            return;
        };
        self.below -= outer.cost() + if self.top.case { BRANCH } else { BRACKET };
        self.top = outer;
    }
}

/// Whether a text may be parsed.
pub(crate) fn bearable(text: &str) -> bool {
    let mut depth = Depth::default();
    for token in Scanner::new(text, 0) {
        depth.take(token.kind, &text[token.span.range()]);
    }
    depth.bearable()
}

#[cfg(test)]
mod tests {
    use crate::parse;

    #[track_caller]
    fn check(sql: &str, read: bool) {
        let script = parse(sql);
        assert_eq!(script.errors.is_empty(), read, "{:?}", script.errors);
        if !read {
            assert_eq!(script.errors[0].message, "this nests too deeply to be read");
        }
    }

    #[test]
    fn statements_that_would_overflow_the_stack_are_refused() {
        let n = 20_000;
        check(&format!("select {}1{}", "(".repeat(n), ")".repeat(n)), false);
        check(&format!("select {}1{}", "array[".repeat(n), "]".repeat(n)), false);
        check(&format!("select {}1{}", "case when true then ".repeat(n), " end".repeat(n)), false);
        check(&format!("select {}true", "not ".repeat(n)), false);
        check(&format!("select {}1", "- ".repeat(n)), false);
        check(&format!("select 1{}", " + 1".repeat(n)), false);
        check(&format!("select 1{}", "::int".repeat(n)), false);
        check(&format!("select a{}", ".a".repeat(n)), false);
        check(&format!("select a{}", " between 1 and 2".repeat(n)), false);
        check(&format!("select a{}", " is null".repeat(n)), false);
        check(&format!("select 1{}", " union select 1, 2".repeat(n)), false);
        check(&format!("select 1 from t{}", " join t on true".repeat(n)), false);
        check(&format!("{}select 1", "explain ".repeat(n)), false);
    }

    #[test]
    fn long_statements_are_read() {
        check(&format!("select {}1{}", "(".repeat(100), ")".repeat(100)), true);
        check(&format!("insert into t values (1, 'a'){}", ", (-1, lower('b') || 'c')".repeat(5000)), true);
        check(&format!("select 1 from t where a = 1{}", " or a = 2".repeat(2000)), true);
        check(&format!("select 1{}", " union all select 1, 2".repeat(2000)), true);
        check(&format!("select case a {}end", "when 1 then b || 'c' ".repeat(2000)), true);
        check(&format!("select 'a'{}", " || 'a'".repeat(500)), true);
        check(&format!("create table t (a int{})", ", a int check (a > 1)".repeat(1000)), true);
    }
}
