use proptest::prelude::*;

use crate::{Span, parse, parse_all, parse_type};

/// What statements are made of, so that random texts come near to being SQL.
const WORDS: &[&str] = &[
    "select",
    "from",
    "where",
    "create",
    "table",
    "alter",
    "column",
    "index",
    "on",
    "using",
    "add",
    "constraint",
    "primary",
    "key",
    "foreign",
    "references",
    "check",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ".",
    "::",
    "=",
    "-",
    "--",
    "/*",
    "*/",
    "'",
    "''",
    "\"",
    "$$",
    "$a$",
    "E'",
    "\\",
    "\\.",
    "\n",
    " ",
    "a",
    "\"B\"",
    "1",
    "-1",
    "'x'",
    "int",
    "text",
    "default",
    "not",
    "null",
    "unique",
    "generated",
    "always",
    "as",
    "identity",
    "with",
    "insert",
    "into",
    "values",
    "update",
    "set",
    "delete",
    "union",
    "case",
    "when",
    "then",
    "end",
    "begin",
    "atomic",
    "function",
    "returns",
    "rule",
    "do",
    "copy",
    "stdin",
    "comment",
    "is",
    "type",
    "enum",
    "sequence",
    "owned",
    "by",
    "partition",
    "for",
    "of",
    "in",
    "between",
    "and",
    "or",
    "exclude",
    "grant",
    "to",
    "é",
    "\u{feff}",
    "U&\"",
    "\0",
    "drop",
    "if",
    "exists",
    "cascade",
    "schema",
    "extension",
    "view",
    "explain",
    "like",
    "including",
    "all",
    "interval",
    "numeric",
    "array",
    "order",
];

const STATEMENTS: &[&str] = &[
    "create table s.t (a int primary key default 1, b text collate \"C\" references x (y) on delete set null (b), check (a > 1));",
    "alter table only t add constraint c exclude using gist (a with =, tsrange(b, c) with &&) where (a > 1), alter a type int using a::int;",
    "create unique index i on t using btree (lower(a) text_ops desc, b) include (c) where b is not null;",
    "create function f(a int default 1) returns int language sql begin atomic select case when true then 1 end; end;",
    "copy t (a) from stdin;\n1\t2\n\\.\ncomment on column t.a is E'x\\ty';",
    "with a as (select 1 from b) insert into t (a) select count(*) over w from a on conflict do nothing returning *;",
    "create table p partition of q for values from (minvalue) to ('x'); select pg_catalog.set_config('a', 'b', false);",
];

fn holds(text: &str, span: Span) -> bool {
    text.get(span.range()).is_some()
}

#[track_caller]
fn check(text: &str) {
    let script = parse(text);
    let mut end = 0;
    for statement in &script.statements {
        assert!(holds(text, statement.span) && statement.span.start <= statement.span.end, "{text:?}");
        assert!(statement.span.start >= end || statement.span.end <= end, "{text:?}");
        end = statement.span.end;
    }
    assert!(script.comments.iter().all(|comment| holds(text, comment.span)), "{text:?}");
    assert!(script.errors.iter().all(|error| holds(text, error.span)), "{text:?}: {:?}", script.errors);
    let _ = parse_type(text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn words_in_any_order_are_survived(words in prop::collection::vec(prop::sample::select(WORDS), 0..60), glue in prop::bool::ANY) {
        check(&words.join(if glue { "" } else { " " }));
    }

    #[test]
    fn statements_cut_and_stirred_are_survived(
        statement in prop::sample::select(STATEMENTS),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(WORDS)), 1..4),
    ) {
        let mut text = statement.to_owned();
        for (from, to, word) in cuts {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (places[from.index(places.len())], places[to.index(places.len())]);
            let (start, end) = (from.min(to), from.max(to));
            text.replace_range(start..end.min(text.floor_char_boundary(start + 12)), word);
        }
        check(&text);
    }
}

#[test]
fn statements_around_an_error_are_read() {
    let sql = "select 1; create tabel t (a int); select 2; create table t (a int,; select 'open";
    let script = parse(sql);
    let read: Vec<&str> = script.statements.iter().map(|statement| &sql[statement.span.range()]).collect();
    assert_eq!(read, ["select 1", "select 2"]);
    assert_eq!(script.errors.len(), 3);
    assert!(script.errors.is_sorted_by_key(|error| error.span));
}

#[test]
fn the_odd_ends_of_texts() {
    for text in [
        "",
        ";",
        ";;",
        "\\",
        "\\restrict",
        "--",
        "/*",
        "$",
        "$a",
        "E'",
        "U&",
        "U&'",
        "\u{feff}",
        "\u{feff}select 1",
        "copy t from stdin;",
        "copy t from stdin;\n\\.",
    ] {
        check(text);
    }
    assert_eq!(parse("\u{feff}select 1").errors, []);
}

#[test]
fn a_large_script_takes_linear_time() {
    let part = "create table s.t (a int primary key, b text default 'x' not null check (b <> ''));\n-- c\nselect lower(a) from t where b = 1;\n";
    let time = |copies: usize| {
        let text = part.repeat(copies);
        let start = std::time::Instant::now();
        assert_eq!(parse(&text).statements.len(), copies * 2);
        start.elapsed().as_secs_f64()
    };
    time(100);
    let (short, long) = (time(200), time(2000));
    assert!(long < short * 40.0, "{short} s for 200 copies, {long} s for 2000");
}

/// Enough statements that several threads read them, in texts of which some have none and some an error.
#[test]
fn texts_read_together_say_what_each_says_alone() {
    let text = |number: usize| match number % 5 {
        0 => "-- nothing\n".to_owned(),
        1 => format!("CREATE TABLE t{number} (; COMMENT ON TABLE t{number} IS 'x'"),
        _ => (0..number)
            .map(|at| format!("CREATE TABLE t{number}_{at} (id int); -- {at}\n"))
            .collect::<Vec<_>>()
            .concat(),
    };
    let texts: Vec<String> = (0..60).map(text).collect();
    let together = parse_all(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(together.len(), texts.len());
    for (text, script) in texts.iter().zip(together) {
        assert_eq!(format!("{script:?}"), format!("{:?}", parse(text)));
    }
}
