//! What the server's log says that a role has done, and whether any of it was done to a schema.
//!
//! With `log_statement = all` every statement is in the log as it arrived. The statements of a package arrive inside of a
//! `DO` block, in literals, so that literals of a `DO` are read as statements too.

/// The settings of a server whose log can be read here.
pub(super) const SETTINGS: &[(&str, &str)] =
    &[("log_statement", "all"), ("log_line_prefix", "<%u@%d> "), ("log_min_messages", "warning")];

/// The statements of a role in the order in which they were logged, whichever database they were sent to.
pub(super) fn statements_of(role: &str, log: &str) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let mut is_ours = false;
    for line in log.lines() {
        // A statement of several lines goes on behind tabs.
        if let (Some(rest), true) = (line.strip_prefix('\t'), is_ours) {
            if let Some(last) = statements.last_mut() {
                last.push('\n');
                last.push_str(rest);
            }
            continue;
        }
        let Some((head, said)) = line.strip_prefix('<').and_then(|rest| rest.split_once("> ")) else { continue };
        is_ours = false;
        let of_role = head.split_once('@').is_some_and(|(user, _)| user == role);
        let statement = said.strip_prefix("LOG:  statement: ").or_else(|| {
            let execute = said.strip_prefix("LOG:  execute ")?;
            execute.split_once(": ").map(|(_, sql)| sql)
        });
        if let (true, Some(sql)) = (of_role, statement) {
            is_ours = true;
            statements.push(sql.to_owned());
        }
    }
    statements
}

/// Those places of a statement that name a schema in any way but as the target of a foreign key: outside of literals,
/// which are data, the schema is named only after `REFERENCES`.
pub(super) fn touches(schema: &str, sql: &str) -> Vec<String> {
    let (code, literals) = split(sql);
    let mut found = Vec::new();
    let words: Vec<&str> =
        code.split(|c: char| c.is_whitespace() || "(),;".contains(c)).filter(|word| !word.is_empty()).collect();
    for (at, word) in words.iter().enumerate() {
        let names = word.split('.').next().is_some_and(|first| first.trim_matches('"') == schema);
        let is_target = at > 0 && words[at - 1].eq_ignore_ascii_case("references");
        if names && !is_target {
            let from = at.saturating_sub(4);
            found.push(words[from..=at].join(" "));
        }
    }
    if words.first().is_some_and(|word| word.eq_ignore_ascii_case("do")) {
        for body in literals {
            found.extend(executed(&body).iter().flat_map(|sql| touches(schema, sql)));
        }
    }
    found
}

/// The statements that the body of a `DO` block may execute, itself among them: its literals, and where one is JSON, the
/// statements in it.
fn executed(body: &str) -> Vec<String> {
    let (code, literals) = split(body);
    let mut statements = vec![code];
    for literal in literals {
        match serde_json::from_str::<serde_json::Value>(&literal) {
            Ok(operations @ serde_json::Value::Array(_)) => in_json(&operations, true, &mut statements),
            _ => statements.push(literal),
        }
    }
    statements
}

/// The statements of a package: what it runs and what it asks. What it says about that is for people.
fn in_json(value: &serde_json::Value, is_sql: bool, statements: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) if is_sql => statements.push(text.clone()),
        serde_json::Value::Array(all) => {
            for one in all {
                in_json(one, is_sql, statements);
            }
        }
        serde_json::Value::Object(keys) => {
            for (key, value) in keys {
                in_json(value, key != "description", statements);
            }
        }
        _ => {}
    }
}

/// A text without its remarks and with its literals taken out, and those literals.
fn split(sql: &str) -> (String, Vec<String>) {
    let (mut code, mut literals) = (String::new(), Vec::new());
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let is_escaped = rest.starts_with("E'") && !code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if c == '\'' || is_escaped {
            let (literal, after) = literal(&rest[if is_escaped { 2 } else { 1 }..], is_escaped);
            literals.push(literal);
            code.push_str("''");
            rest = after;
        } else if let Some((literal, after)) = dollars(rest) {
            literals.push(literal.to_owned());
            code.push_str("''");
            rest = after;
        } else if rest.starts_with("--") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    (code, literals)
}

/// The value of a literal whose first quote is behind us, and what follows its last one.
fn literal(text: &str, is_escaped: bool) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if text[at + 1..].starts_with('\'') => {
                value.push('\'');
                chars.next();
            }
            '\'' => return (value, &text[at + 1..]),
            '\\' if is_escaped => value.extend(chars.next().map(|(_, c)| if c == 'n' { '\n' } else { c })),
            c => value.push(c),
        }
    }
    (value, "")
}

/// A literal between `$tag$` and `$tag$`, and what follows it.
fn dollars(text: &str) -> Option<(&str, &str)> {
    let end = text.strip_prefix('$')?.find('$')? + 2;
    let tag = &text[..end];
    let name = &tag[1..end - 1];
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_numeric());
    let body = is_name.then(|| &text[end..])?;
    body.find(tag).map(|close| (&body[..close], &body[close + tag.len()..]))
}

#[test]
fn foreign_keys_and_data_do_not_touch() {
    for sql in [
        "CREATE TABLE public.profiles (id uuid REFERENCES auth.users (id), author text)",
        "ALTER TABLE public.d ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES auth.users (id) ON DELETE CASCADE",
        "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'auth'",
        "INSERT INTO novate.ledger VALUES ('{\"auth\": \"ALTER TABLE auth.users\"}')",
        "DO $x$ DECLARE ops jsonb := '[{\"run\": [\"ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES auth.users\"], \"before\": \
         [{\"description\": \"no drop of auth.users\", \"sql\": \"SELECT ''auth.users'' IS NULL\"}]}]'; BEGIN END $x$",
    ] {
        assert_eq!(touches("auth", sql), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn whatever_else_names_the_schema_touches() {
    for sql in [
        "ALTER TABLE auth.users ADD COLUMN phone text",
        "alter table \"auth\".\"users\" DROP COLUMN email",
        "COMMENT ON TABLE auth.users IS 'ours'",
        "SELECT * FROM auth.users",
        "UPDATE auth.users SET email = ''",
        "DROP SCHEMA auth CASCADE",
        "GRANT ALL ON auth.users TO deploy",
        "BEGIN; SELECT 1; LOCK TABLE auth.users",
        "CREATE TABLE public.a (b uuid REFERENCES auth.users); CREATE INDEX ON auth.users (email)",
        "DO $x$ BEGIN EXECUTE 'ALTER TABLE auth.users DISABLE TRIGGER ALL'; END $x$",
        "DO $x$ BEGIN ALTER TABLE auth.users DISABLE TRIGGER ALL; END $x$",
        "DO $x$ DECLARE ops jsonb := '[{\"run\": [\"DROP TABLE auth.users\"]}]'; BEGIN END $x$",
    ] {
        assert_eq!(touches("auth", sql).len(), 1, "{sql}");
    }
}

#[test]
fn statements_are_told_by_role() {
    let log = "<postgres@shop> LOG:  statement: ALTER TABLE auth.users ADD a int\n\
               <deploy@shop> LOG:  statement: ALTER TABLE x\n\t  ADD b int\n\
               <deploy@shop> ERROR:  no\n\tmore of it\n\
               <deploy@copy> LOG:  execute <unnamed>: SELECT $1\n\
               <deploy@copy> DETAIL:  parameters: $1 = 'x'\n";
    assert_eq!(statements_of("deploy", log), ["ALTER TABLE x\n  ADD b int", "SELECT $1"]);
}
