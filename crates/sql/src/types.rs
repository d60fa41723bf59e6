//! Type names in canonical form.

use std::fmt;

use crate::{Ident, NameRef};

/// A type as a column or a cast names it, in the form that `format_type` prints.
///
/// Built-in types have no schema and PostgreSQL's own long name (`integer`, `character varying`,
/// `timestamp with time zone`); `serial` and its kin never appear, since they are shorthands and not types. Every other
/// type carries a schema once its contract has resolved it. Array dimensions beyond the first are not stored by
/// PostgreSQL and so are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeName {
    /// `None` for built-in types, and for names that are not resolved yet.
    pub schema: Option<Ident>,
    /// Canonical name.
    pub name: Ident,
    /// Modifiers as canonical texts: `["10", "2"]` for `numeric(10,2)`; interval fields come as the one modifier
    /// `"year to month"`.
    pub modifiers: Vec<String>,
    /// Whether this is an array of the type.
    pub array: bool,
}

impl TypeName {
    /// A built-in type without modifiers. `name` is the canonical name.
    pub fn builtin(name: &str) -> Self {
        Self { schema: None, name: Ident::new(name), modifiers: Vec::new(), array: false }
    }

    /// Whether this names a built-in type (see [`is_builtin`]) without a schema.
    pub fn is_builtin(&self) -> bool {
        self.schema.is_none() && is_builtin(self.name.as_str())
    }

    /// The name without modifiers and array, for looking the type up.
    pub fn reference(&self) -> NameRef {
        NameRef { schema: self.schema.clone(), name: self.name.clone() }
    }

    /// The element type of an array, or the type itself.
    #[must_use]
    pub fn element(&self) -> Self {
        Self { array: false, ..self.clone() }
    }
}

/// PostgreSQL's long name for an alias (`int4` to `integer`), or the name unchanged. `name` is in stored form.
pub fn canonical_builtin(name: &str) -> &str {
    match name {
        "int2" | "smallint" => "smallint",
        "int" | "int4" | "integer" => "integer",
        "int8" | "bigint" => "bigint",
        "float4" | "real" => "real",
        "float" | "float8" | "double precision" => "double precision",
        "decimal" | "dec" | "numeric" => "numeric",
        "bool" | "boolean" => "boolean",
        "varchar" | "character varying" => "character varying",
        "char" | "character" => "character",
        "varbit" | "bit varying" => "bit varying",
        "timestamptz" | "timestamp with time zone" => "timestamp with time zone",
        "timestamp" | "timestamp without time zone" => "timestamp without time zone",
        "timetz" | "time with time zone" => "time with time zone",
        "time" | "time without time zone" => "time without time zone",
        other => other,
    }
}

/// Whether `name` (canonical) is a type of PostgreSQL itself, found through `pg_catalog`.
pub fn is_builtin(name: &str) -> bool {
    BUILTIN.binary_search(&name).is_ok()
}

/// `typname`s of PostgreSQL 13 to 18 that columns use, in canonical form, sorted.
pub(crate) const BUILTIN: &[&str] = &[
    "\"bit\"",
    "\"char\"",
    "aclitem",
    "anyarray",
    "bigint",
    "bit",
    "bit varying",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "character",
    "character varying",
    "cid",
    "cidr",
    "circle",
    "date",
    "datemultirange",
    "daterange",
    "double precision",
    "inet",
    "int2vector",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "real",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "smallint",
    "text",
    "tid",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "uuid",
    "void",
    "xid",
    "xid8",
    "xml",
];

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers = if self.modifiers.is_empty() || self.name.as_str() == "interval" {
            String::new()
        } else {
            format!("({})", self.modifiers.join(","))
        };
        match (&self.schema, self.name.as_str()) {
            (Some(schema), _) => write!(f, "{schema}.{}{modifiers}", self.name)?,
            (None, "interval") => match self.modifiers.as_slice() {
                [] => f.write_str("interval")?,
                [only] if only.bytes().all(|b| b.is_ascii_digit()) => write!(f, "interval({only})")?,
                [fields] => write!(f, "interval {fields}")?,
                [fields, precision, ..] => write!(f, "interval {fields}({precision})")?,
            },
            // The precision of a time type stands before its zone: timestamp(3) with time zone.
            (None, name) => match name.split_once(' ') {
                Some((head @ ("timestamp" | "time"), rest)) => write!(f, "{head}{modifiers} {rest}")?,
                _ if is_builtin(name) => write!(f, "{name}{modifiers}")?,
                _ => write!(f, "{}{modifiers}", self.name)?,
            },
        }
        if self.array { f.write_str("[]") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_format_type_does() {
        let mut stamp = TypeName::builtin("timestamp with time zone");
        stamp.modifiers = vec!["3".into()];
        stamp.array = true;
        assert_eq!(stamp.to_string(), "timestamp(3) with time zone[]");
        let mut numeric = TypeName::builtin("numeric");
        numeric.modifiers = vec!["10".into(), "2".into()];
        assert_eq!(numeric.to_string(), "numeric(10,2)");
    }

    #[test]
    fn the_type_table_is_sorted() {
        assert!(BUILTIN.is_sorted());
    }
}
