//! Columns.

use novate_contract::{Column, GeneratedKind, Ident, Identity, IdentityKind, QName, TypeName, names};
use novate_sql::Literal;

use super::expression;
use super::fact::{Fact, Place};
use super::sequence;
use super::sql::{regclass, stored, text};

/// What `pg_get_expr` prints of a column's default or of what it is generated from.
const PRINTED: &str = "(SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d \
                       WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)";

pub(super) fn place(table: &QName, name: &Ident) -> Place {
    Place::new(
        "pg_catalog.pg_attribute a",
        format!("a.attrelid = {} AND a.attname = {} AND a.attnum > 0", regclass(table), stored(name)),
    )
}

pub(super) fn facts(table: &QName, name: &Ident, column: &Column) -> Vec<Fact> {
    let Column {
        ty,
        not_null,
        identity,
        collation,
        storage,
        compression,
        statistics,
        default: _,
        generated: _,
        comment: _,
    } = column;
    let mut facts = vec![Fact::is(ty.to_string(), type_is(ty)), null(*not_null), value(column)];
    facts.push(identity_is(table, name, identity.as_ref()));
    let own = "(SELECT t.typcollation FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid)";
    facts.push(match collation {
        None => Fact::not("in the collation of its type", format!("a.attcollation = {own}")),
        Some(name) => Fact::is(format!("in collation {name}"), collation_is("a.attcollation", name)),
    });
    let own = "(SELECT t.typstorage FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid)";
    facts.push(match storage {
        None => Fact::not("stored as its type is", format!("a.attstorage = {own}")),
        Some(word) => Fact::is(format!("stored {word}"), format!("a.attstorage = '{}'", storage_letter(word))),
    });
    // Before 14 there is no such column.
    let compressed = "pg_catalog.to_jsonb(a) ->> 'attcompression'";
    facts.push(match compression {
        None => Fact::not("compressed as the server likes", format!("coalesce({compressed}, '') = ''")),
        Some(method) => {
            let letter = if method == "lz4" { "l" } else { "p" };
            Fact::is(format!("compressed with {method}"), format!("{compressed} = '{letter}'"))
        }
    });
    facts.push(match statistics {
        None => Fact::not("without a statistics target", "coalesce(a.attstattarget, -1) = -1"),
        Some(target) => Fact::is(format!("with statistics {target}"), format!("a.attstattarget = {target}")),
    });
    facts
}

/// Whether a list of plain columns tells all there is to tell of one: a built-in type, and at most `NOT NULL`.
pub(super) fn is_plain(column: &Column) -> bool {
    let Column {
        ty,
        not_null: _,
        default,
        identity,
        generated,
        collation,
        storage,
        compression,
        statistics,
        comment: _,
    } = column;
    ty.is_builtin()
        && default.is_none()
        && identity.is_none()
        && generated.is_none()
        && collation.is_none()
        && storage.is_none()
        && compression.is_none()
        && statistics.is_none()
}

/// `format_type` tells built-in types from all others; what it prints of those depends on the search path, so they are
/// looked up by name.
fn type_is(ty: &TypeName) -> String {
    const PRINTED: &str = "pg_catalog.format_type(a.atttypid, a.atttypmod)";
    if ty.is_builtin() {
        return format!("{PRINTED} = {}", text(ty));
    }
    let bare = TypeName { modifiers: Vec::new(), ..ty.clone() };
    let oid = format!("a.atttypid = pg_catalog.to_regtype({})", text(bare));
    if ty.modifiers.is_empty() {
        return format!("{oid} AND a.atttypmod = -1");
    }
    let suffix = format!("({}){}", ty.modifiers.join(","), if ty.array { "[]" } else { "" });
    format!("{oid} AND pg_catalog.right({PRINTED}, {}) = {}", suffix.chars().count(), Literal(&suffix))
}

fn null(not_null: bool) -> Fact {
    if not_null { Fact::is("not null", "a.attnotnull") } else { Fact::not("nullable", "NOT a.attnotnull") }
}

/// Where a value comes from when a row brings none.
fn value(column: &Column) -> Fact {
    let known = |words: String, kind: &str, expr| {
        let flag = format!("a.atthasdef AND a.attgenerated = '{kind}'");
        match expression::is(PRINTED, expr, Some(&column.ty)) {
            Some(same) => Fact::is(words, format!("{flag} AND {same}")),
            None => Fact::is(words, flag),
        }
    };
    match (&column.default, &column.generated) {
        (Some(default), _) if expression::sequence(&default.canonical).is_some() => {
            let sequence = expression::sequence(&default.canonical).unwrap_or_default();
            // How the name is printed depends on the search path; what the default depends on does not.
            let sql = format!(
                "a.atthasdef AND a.attgenerated = '' AND {PRINTED} LIKE 'nextval(%::regclass)' \
                 AND EXISTS (SELECT FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_depend r ON r.objid = d.oid \
                 AND r.classid = 'pg_catalog.pg_attrdef'::regclass WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum \
                 AND r.refobjid = pg_catalog.to_regclass({}))",
                Literal(sequence)
            );
            Fact::is(format!("default {}", default.canonical), sql)
        }
        (Some(default), _) => known(format!("default {}", default.canonical), "", default),
        (None, Some(generated)) => {
            let (letter, word) = match generated.kind {
                GeneratedKind::Stored => ("s", "stored"),
                GeneratedKind::Virtual => ("v", "virtual"),
            };
            known(format!("generated always as ({}) {word}", generated.expr.canonical), letter, &generated.expr)
        }
        (None, None) => Fact::not("without a default", "NOT a.atthasdef"),
    }
}

fn identity_is(table: &QName, name: &Ident, identity: Option<&Identity>) -> Fact {
    let Some(identity) = identity else { return Fact::not("no identity", "a.attidentity = ''") };
    let Identity { kind, sequence: own, options } = identity;
    let (letter, words) = match kind {
        IdentityKind::Always => ("a", "always"),
        IdentityKind::ByDefault => ("d", "by default"),
    };
    let own = own.clone().unwrap_or_else(|| names::sequence(&table.name, name, &|_| false));
    let own = QName::new(table.schema.clone(), own);
    Fact::is(
        format!("generated {words} as identity ({})", sequence::words(options)),
        format!(
            "a.attidentity = '{letter}' AND EXISTS (SELECT FROM pg_catalog.pg_depend d \
             JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid WHERE d.classid = 'pg_catalog.pg_class'::regclass \
             AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype = 'i' \
             AND s.seqrelid = {} AND {})",
            regclass(&own),
            sequence::options_are(options)
        ),
    )
}

/// That `oid` is the number of a collation. A name without a schema is PostgreSQL's own.
pub(super) fn collation_is(oid: &str, name: &novate_sql::NameRef) -> String {
    let schema = name.schema.as_ref().map_or("pg_catalog", Ident::as_str);
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace \
         WHERE l.oid = {oid} AND l.collname = {} AND n.nspname = {})",
        stored(&name.name),
        Literal(schema)
    )
}

fn storage_letter(word: &str) -> &'static str {
    match word {
        "PLAIN" => "p",
        "EXTERNAL" => "e",
        "MAIN" => "m",
        _ => "x",
    }
}
