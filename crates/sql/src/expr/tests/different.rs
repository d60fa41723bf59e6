//! Pairs that mean different things, and must stay apart.

use super::pairs::canonical;
use super::ty_of;
use crate::expr::loose_key;

#[test]
fn what_differs_stays_different() {
    let pairs = [
        // Types that decide which operator is meant.
        ("i = 0", "i = 0::numeric"),
        ("i / 2", "i / 2::numeric"),
        ("i / 2", "i / 2.0"),
        ("r = 0.5", "r = 0.5::real"),
        ("d = 0.1", "d = 0.1::real"),
        ("vc = 'a'", "vc = 'a'::varchar(20)"),
        ("ch = 'a'", "ch = 'a'::text"),
        ("tx = 'a'", "tx = 'a'::name"),
        ("dt = '2024-01-01'", "dt = '2024-01-01'::timestamp"),
        ("dt + 1 = '2024-01-02'", "dt + interval '1 day' = '2024-01-02'"),
        ("ts = dt", "ts::date = dt"),
        ("i = 1", "i::text = '1'"),
        ("st = 'a'", "st::text = 'a'"),
        ("jb = '{}'", "jb::text = '{}'"),
        ("jb ->> 'a' = '1'", "(jb ->> 'a')::int = 1"),
        ("jb -> 0", "jb -> '0'"),
        ("i8 + 1", "i8 + 1::numeric"),
        ("i2 + 1", "i2 + 1::smallint"),
        ("tx::varchar(5) = 'a'", "tx = 'a'"),
        ("n::numeric(10,2) = 1", "n = 1"),
        ("tz = ts", "tz::timestamp = ts"),
        // Constants.
        ("tx = 'a'", "tx = 'A'"),
        ("tx = ' a'", "tx = 'a'"),
        ("iv = '1 month'", "iv = '30 days'"),
        ("iv = '1 day'", "iv = '24 hours'"),
        ("n = 1", "n = -1"),
        ("jb = '{\"a\": 1}'", "jb = '{\"a\": \"1\"}'"),
        ("j::text = '{\"a\":1}'", "j::text = '{\"a\": 1}'"),
        ("b = true", "b"),
        ("b IS TRUE", "b = true"),
        ("tx = 'i'", "tx = i"),
        ("tx = ''", "tx IS NULL"),
        // Operators and functions.
        ("tx LIKE 'a'", "tx ILIKE 'a'"),
        ("tx LIKE 'a'", "tx = 'a'"),
        ("tx ~ 'a'", "tx ~* 'a'"),
        ("i BETWEEN 1 AND 2", "i BETWEEN SYMMETRIC 1 AND 2"),
        ("i BETWEEN 1 AND 2", "i > 1 AND i < 2"),
        ("i IN (1, 2)", "i IN (2, 1)"),
        ("i IN (1, 2)", "i NOT IN (1, 2)"),
        ("i = ANY (ia)", "i = ALL (ia)"),
        ("i IS DISTINCT FROM 1", "i <> 1"),
        ("now()", "CURRENT_TIMESTAMP"),
        ("now()", "clock_timestamp()"),
        ("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP(3)"),
        ("CURRENT_TIMESTAMP", "LOCALTIMESTAMP"),
        ("CURRENT_USER", "SESSION_USER"),
        ("extract(year from dt)", "date_part('year', dt)"),
        ("lower(tx)", "upper(tx)"),
        ("app.slug(tx)", "slug(tx)"),
        ("nextval('s')", "nextval('app.s')"),
        ("nextval('s')", "nextval('\"S\"')"),
        ("nextval('s'::regclass)", "nextval('s'::text::regclass)"),
        ("tx = 'a' COLLATE \"C\"", "tx = 'a'"),
        // Grouping.
        ("i * (i2 + 1)", "i * i2 + 1"),
        ("i - (i2 - 1)", "i - i2 - 1"),
        ("(b OR i > 0) AND i2 > 0", "b OR i > 0 AND i2 > 0"),
        ("NOT (b AND i > 0)", "NOT b AND i > 0"),
        ("-(i + 1)", "-i + 1"),
        ("CASE WHEN b THEN 1 END", "CASE WHEN b THEN 1 ELSE 0 END"),
        ("\"Camel\" > 0", "camel > 0"),
        ("ia[1]", "ia[1:1]"),
        ("(ad).street", "(ad).no"),
    ];
    for (one, other) in pairs {
        assert_ne!(canonical(one, None), canonical(other, None), "{one} and {other}");
    }
}

#[test]
fn defaults_that_differ_stay_different() {
    let pairs = [
        ("integer", "5", "6"),
        ("integer", "5", "'5'::text::integer"),
        ("integer", "1.5", "2"),
        ("text", "'now'", "now()"),
        ("text", "NULL", "'NULL'"),
        ("text", "'a'", "'a'::character(1)"),
        ("varchar(2)", "'abc'", "'abc'::varchar(2)"),
        ("date", "CURRENT_DATE", "'2024-01-01'"),
        ("date", "'today'", "('today'::text)::date"),
        ("double precision", "0.1", "0.1::real"),
        ("jsonb", "'{}'", "'[]'"),
        ("text[]", "'{}'", "ARRAY['']"),
        ("numeric", "1.10", "1.1"),
    ];
    for (ty, one, other) in pairs {
        let ty = ty_of(ty);
        assert_ne!(canonical(one, Some(&ty)), canonical(other, Some(&ty)), "{one} and {other}");
    }
}

#[test]
fn keys_tell_columns_constants_operators_and_functions_apart() {
    let texts = [
        "i = 1",
        "i = 2",
        "i2 = 1",
        "i <> 1",
        "i > 1",
        "tx = 'a'",
        "tx = a",
        "tx = 'b'",
        "tx = 'A'",
        "lower(tx) = 'a'",
        "upper(tx) = 'a'",
        "tx IS NULL",
        "tx IS NOT NULL",
        "NOT b",
        "b",
        "i IN (1, 2)",
        "i NOT IN (1, 2)",
        "i = 1 AND b",
        "i = 1 OR b",
        "now()",
        "CURRENT_TIMESTAMP",
        "jb -> 'a'",
        "jb ->> 'a'",
        "\"I\" = 1",
        "i + 1 = 2",
        "i - 1 = 2",
        "ia[1] = 1",
        "(ad).street = 'a'",
        "tx COLLATE \"C\" = 'a'",
        "CASE WHEN b THEN 1 ELSE 2 END",
        "coalesce(i, 1)",
    ];
    let keys: Vec<Option<String>> = texts.iter().map(|text| loose_key(&canonical(text, None))).collect();
    for (at, key) in keys.iter().enumerate() {
        assert!(key.is_some(), "{}", texts[at]);
        assert!(!keys[..at].contains(key), "{} has the key of another", texts[at]);
    }
}

#[test]
fn there_is_no_key_where_the_printed_text_is_uncertain() {
    for text in [
        "(SELECT 1) = 1",
        "tz > '2024-01-01'",
        "mo = '0'",
        "position('a' in tx) = 1",
        "trim(both 'x' from tx) = ''",
        "tx = 'a::text'",
        "jb = '{\"a\":1'",
        "count(*) FILTER (WHERE b)",
        "tx = 'see app.f(x)'",
        "dt = 'today'",
    ] {
        assert_eq!(loose_key(&canonical(text, None)), None, "{text}");
    }
}
