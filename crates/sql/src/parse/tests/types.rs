use crate::ast::WrittenType;
use crate::parse_type;

#[track_caller]
fn canonical(written: &str) -> String {
    match parse_type(written) {
        Ok(WrittenType::Type(ty)) => ty.to_string(),
        Ok(WrittenType::Serial(ty)) => format!("serial: {ty}"),
        Err(error) => format!("error: {}", error.message),
    }
}

/// Right sides are what `format_type` of PostgreSQL 15 prints.
#[test]
fn types_print_as_format_type_prints_them() {
    for (written, printed) in [
        ("int4", "integer"),
        ("INT", "integer"),
        ("pg_catalog.int4", "integer"),
        ("\"int4\"", "integer"),
        ("varchar", "character varying"),
        ("varchar(007)", "character varying(7)"),
        ("\"varchar\"(3)", "character varying(3)"),
        ("pg_catalog.varchar(3)", "character varying(3)"),
        ("national character varying(3)", "character varying(3)"),
        ("nchar varying (3)", "character varying(3)"),
        ("char", "character(1)"),
        ("national character", "character(1)"),
        ("char[]", "character(1)[]"),
        ("bpchar", "bpchar"),
        ("pg_catalog.bpchar", "bpchar"),
        ("bpchar(4)", "character(4)"),
        ("\"char\"", "\"char\""),
        ("pg_catalog.\"char\"", "\"char\""),
        ("bit", "bit(1)"),
        ("\"bit\"", "\"bit\""),
        ("\"bit\"(3)", "bit(3)"),
        ("bit varying", "bit varying"),
        ("varbit(3)", "bit varying(3)"),
        ("float", "double precision"),
        ("float(24)", "real"),
        ("float(25)", "double precision"),
        ("double precision", "double precision"),
        ("dec", "numeric"),
        ("numeric(10)", "numeric(10,0)"),
        ("\"numeric\"(4)", "numeric(4,0)"),
        ("numeric( 3 , -2 )", "numeric(3,-2)"),
        ("timestamp(7)", "timestamp(6) without time zone"),
        ("timestamptz(3)", "timestamp(3) with time zone"),
        ("\"timestamp\"(3)", "timestamp(3) without time zone"),
        ("time", "time without time zone"),
        ("time(3) with time zone", "time(3) with time zone"),
        ("timetz(2)", "time(2) with time zone"),
        ("interval", "interval"),
        ("interval(3)", "interval(3)"),
        ("interval year to month", "interval year to month"),
        ("interval day to second(3)", "interval day to second(3)"),
        ("interval second(3)", "interval second(3)"),
        ("int array[4]", "integer[]"),
        ("int array", "integer[]"),
        ("int[3][3]", "integer[]"),
        ("text[]", "text[]"),
        ("bool", "boolean"),
        ("json", "json"),
        ("oidvector", "oidvector"),
        ("name", "name"),
    ] {
        assert_eq!(canonical(written), printed, "{written}");
    }
}

#[test]
fn other_types_keep_their_name() {
    assert_eq!(canonical("Status"), "status");
    assert_eq!(canonical("public.\"Status\"[]"), "public.\"Status\"[]");
    assert_eq!(canonical("public.geometry(Point, 4326)"), "public.geometry(point,4326)");
    assert_eq!(canonical("public.int4"), "public.int4");
    assert_eq!(canonical("public.\"integer\""), "public.\"integer\"");
    assert_eq!(canonical("db.s.t"), "s.t");
}

#[test]
fn serials_are_no_types() {
    assert_eq!(canonical("serial"), "serial: integer");
    assert_eq!(canonical("BIGSERIAL"), "serial: bigint");
    assert_eq!(canonical("serial2"), "serial: smallint");
    assert_eq!(canonical("pg_catalog.serial"), "pg_catalog.serial");
}

#[test]
fn what_is_no_type_is_refused() {
    for text in [
        "",
        "int default 1",
        "int, b int",
        "int) ; drop table t; --",
        "users.id%type",
        "setof int",
        "1",
        "int4 not null",
    ] {
        assert!(canonical(text).starts_with("error:"), "{text}: {}", canonical(text));
    }
}
