//! Statements about kinds of object that are not modelled: which kind, which name, which verb.
//!
//! Their tokens say this much, so that a statement which the parser cannot read is still known for what it is.

use super::scan::{Scanner, Token, TokenKind};
use super::text::normalised;
use crate::ast::Unmodelled;

/// Kinds by their keywords, those of several words first where one begins with another.
const KINDS: &[(&str, &str)] = &[
    ("materialized view", "materialized view"),
    ("foreign table", "foreign table"),
    ("foreign data wrapper", "foreign data wrapper"),
    ("access method", "access method"),
    ("event trigger", "event trigger"),
    ("text search configuration", "text search configuration"),
    ("text search dictionary", "text search dictionary"),
    ("text search parser", "text search parser"),
    ("text search template", "text search template"),
    ("operator class", "operator class"),
    ("operator family", "operator family"),
    ("user mapping", "user mapping"),
    ("property graph", "property graph"),
    ("default privileges", "privilege"),
    ("large object", "large object"),
    ("aggregate", "aggregate"),
    ("cast", "cast"),
    ("collation", "collation"),
    ("conversion", "conversion"),
    ("database", "database"),
    ("domain", "domain"),
    ("extension", "extension"),
    ("function", "function"),
    ("group", "role"),
    ("index", "index"),
    ("language", "language"),
    ("operator", "operator"),
    ("owned", "owned"),
    ("policy", "policy"),
    ("procedure", "procedure"),
    ("publication", "publication"),
    ("role", "role"),
    ("routine", "routine"),
    ("rule", "rule"),
    ("schema", "schema"),
    ("sequence", "sequence"),
    ("server", "server"),
    ("statistics", "statistics"),
    ("subscription", "subscription"),
    ("system", "system"),
    ("table", "table"),
    ("tablespace", "tablespace"),
    ("transform", "transform"),
    ("trigger", "trigger"),
    ("type", "type"),
    ("user", "role"),
    ("view", "view"),
];

/// Words between the verb and the kind.
const BEFORE_KIND: &[&str] = &[
    "or",
    "replace",
    "temp",
    "temporary",
    "local",
    "global",
    "unlogged",
    "recursive",
    "constraint",
    "trusted",
    "procedural",
    "default",
];

/// Words between the kind and the name.
const BEFORE_NAME: &[&str] = &["if", "not", "exists", "for", "concurrently"];

/// What a statement says of an object of a kind that is not modelled; `None` where it is no such statement.
pub(super) fn classify(sql: &str) -> Option<Unmodelled> {
    let words = Words::new(sql);
    let verb = words.at(0)?;
    let found = match verb.as_str() {
        "grant" | "revoke" => Unmodelled { kind: "privilege".to_owned(), name: words.privilege(), verb },
        "security" => {
            Unmodelled { kind: "security label".to_owned(), name: words.between("on", "is"), verb: "create".to_owned() }
        }
        "import" => Unmodelled { kind: "foreign schema".to_owned(), name: words.between("schema", "from"), verb },
        "create" | "alter" | "drop" => words.object(verb)?,
        _ => return None,
    };
    Some(found)
}

/// Whether a statement does nothing but `ALTER ... OWNER TO role`.
pub(super) fn changes_owner(sql: &str) -> bool {
    let words = Words::new(sql);
    let count = words.tokens.len();
    let owner_at = |at: usize| words.at(at).as_deref() == Some("owner") && words.at(at + 1).as_deref() == Some("to");
    words.at(0).as_deref() == Some("alter") && count > 3 && (owner_at(count - 3) || owner_at(count - 4))
}

/// The tokens of a statement, comments left out.
struct Words<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Words<'a> {
    fn new(sql: &'a str) -> Self {
        let is_comment = |token: &Token| matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment);
        Self { sql, tokens: Scanner::new(sql, 0).filter(|token| !is_comment(token)).collect() }
    }

    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.sql[token.span.range()])
    }

    /// The word at a place, in lower case.
    fn at(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at)?;
        (token.kind == TokenKind::Word).then(|| self.text(at).to_ascii_lowercase())
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        self.at(at).is_some_and(|word| words.contains(&word.as_str()))
    }

    /// The text from one token up to another.
    fn slice(&self, from: usize, to: usize) -> String {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if from < to => normalised(&self.sql[first.span.start..last.span.end]),
            _ => String::new(),
        }
    }

    /// The first place from `from` on, outside brackets, where one of `words` stands; else the end.
    fn find(&self, from: usize, words: &[&str]) -> usize {
        let mut depth = 0_usize;
        for at in from..self.tokens.len() {
            match self.text(at) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth == 0 && self.is_any(at, words) => return at,
                _ => {}
            }
        }
        self.tokens.len()
    }

    fn between(&self, after: &str, before: &str) -> String {
        let from = self.find(0, &[after]) + 1;
        self.slice(from, self.find(from, &[before]))
    }

    /// What is granted upon, or the roles that are granted.
    fn privilege(&self) -> String {
        let end = self.find(1, &["to", "from"]);
        let on = self.find(1, &["on"]);
        self.slice(if on < end { on + 1 } else { 1 }, end)
    }

    fn object(&self, verb: String) -> Option<Unmodelled> {
        let mut at = 1;
        while self.is_any(at, BEFORE_KIND) && self.at(at + 1).as_deref() != Some("privileges") {
            at += 1;
        }
        let (words, kind) = KINDS.iter().find(|(words, _)| self.stands_at(at, words))?;
        at += words.split(' ').count();
        while self.is_any(at, BEFORE_NAME) {
            at += 1;
        }
        let kind = if *kind == "type" { self.kind_of_type(at) } else { kind };
        let name = match kind {
            "privilege" | "system" => String::new(),
            _ if verb == "drop" => self.slice(at, self.find(at, &["cascade", "restrict"])),
            "user mapping" => self.slice(at, self.find(at, &["options"])),
            "transform" => self.slice(at, self.find(at, &["from", "with"]).min(self.open_bracket(at))),
            _ => self.slice(at, self.name_end(at, kind, &verb)),
        };
        let name = match kind {
            "trigger" | "policy" if verb != "drop" => self.with_table(name, at, "on"),
            "rule" if verb == "create" => self.with_table(name, at, "to"),
            "rule" if verb == "alter" => self.with_table(name, at, "on"),
            _ => name,
        };
        Some(Unmodelled { kind: kind.to_owned(), name, verb })
    }

    fn stands_at(&self, at: usize, words: &str) -> bool {
        words.split(' ').enumerate().all(|(offset, word)| self.at(at + offset).as_deref() == Some(word))
    }

    fn open_bracket(&self, from: usize) -> usize {
        (from..self.tokens.len()).find(|at| self.text(*at) == "(").unwrap_or(self.tokens.len())
    }

    fn kind_of_type(&self, name: usize) -> &'static str {
        let after = self.dotted_end(name);
        match (self.at(after).as_deref(), self.at(after + 1).as_deref()) {
            (Some("as"), Some("range")) => "range type",
            (Some("as"), _) | (Some("add" | "alter" | "drop" | "rename"), Some("attribute")) => "composite type",
            _ => "type",
        }
    }

    /// The end of `a.b.c` that starts at `at`.
    fn dotted_end(&self, at: usize) -> usize {
        let mut end = at + 1;
        while self.text(end) == "." {
            end += 2;
        }
        end.min(self.tokens.len())
    }

    /// The end of a name, with the arguments where they are a part of it.
    fn name_end(&self, at: usize, kind: &str, verb: &str) -> usize {
        let end = if kind == "cast" { at } else { self.dotted_end(at) };
        let with_arguments = match kind {
            "function" | "procedure" | "routine" | "aggregate" | "cast" => true,
            "operator" => verb == "alter",
            _ => false,
        };
        if !with_arguments || self.text(end) != "(" {
            return end;
        }
        let mut depth = 0_usize;
        for place in end..self.tokens.len() {
            match self.text(place) {
                "(" => depth += 1,
                ")" if depth == 1 => return place + 1,
                ")" => depth -= 1,
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// Triggers, policies and rules are named within their tables.
    fn with_table(&self, name: String, at: usize, before_table: &str) -> String {
        let found = self.find(at, &[before_table]) + 1;
        let table = self.slice(found, self.dotted_end(found));
        if table.is_empty() { name } else { format!("{name} on {table}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, kind: &str, name: &str, verb: &str) {
        let expected = Unmodelled { kind: kind.to_owned(), name: name.to_owned(), verb: verb.to_owned() };
        assert_eq!(classify(sql), Some(expected), "{sql}");
    }

    #[test]
    fn kinds_and_names() {
        check("CREATE OR REPLACE VIEW public.v AS SELECT 1", "view", "public.v", "create");
        check("CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1", "materialized view", "m", "create");
        check(
            "create function public.f(a int, b numeric(1,2) default 1) returns int",
            "function",
            "public.f(a int, b numeric (1, 2) default 1)",
            "create",
        );
        check("CREATE CONSTRAINT TRIGGER t AFTER INSERT ON s.x FOR EACH ROW", "trigger", "t on s.x", "create");
        check("CREATE POLICY p ON t USING (true)", "policy", "p on t", "create");
        check("CREATE RULE r AS ON INSERT TO s.v DO INSTEAD NOTHING", "rule", "r on s.v", "create");
        check("CREATE TYPE a AS (x int)", "composite type", "a", "create");
        check("CREATE TYPE a AS RANGE (subtype = int4)", "range type", "a", "create");
        check("ALTER TYPE a ADD ATTRIBUTE b int", "composite type", "a", "alter");
        check("CREATE CAST (a AS b) WITHOUT FUNCTION", "cast", "(a as b)", "create");
        check("CREATE OPERATOR s.=== (leftarg = int)", "operator", "s.===", "create");
        check("DROP FUNCTION f(int), g() CASCADE", "function", "f(int), g()", "drop");
        check("DROP TRIGGER IF EXISTS t ON x", "trigger", "t on x", "drop");
        check("ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT ALL ON TABLES TO b", "privilege", "", "alter");
        check("GRANT SELECT (a), UPDATE ON TABLE public.t TO x", "privilege", "table public.t", "grant");
        check("REVOKE a FROM b", "privilege", "a", "revoke");
        check("CREATE DEFAULT CONVERSION c FOR 'a' TO 'b' FROM f", "conversion", "c", "create");
        check("CREATE USER MAPPING FOR u SERVER s OPTIONS (a 'b')", "user mapping", "u server s", "create");
        assert_eq!(classify("SELECT 1"), None);
    }

    #[test]
    fn owners() {
        assert!(changes_owner("ALTER FUNCTION f(int) OWNER TO x"));
        assert!(!changes_owner("ALTER VIEW v SET (a = b)"));
    }
}
