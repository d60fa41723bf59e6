//! Types as PostgreSQL compares them when it chooses an operator: without modifiers, by category.

use crate::{TypeName, canonical_builtin};

/// The type without what a column adds to it.
pub(super) fn base(ty: &TypeName) -> TypeName {
    let mut base = TypeName { modifiers: Vec::new(), ..ty.clone() };
    if base.schema.is_none() {
        match base.name.as_str() {
            "character" => base.name = "bpchar".into(),
            "bit" => base.name = "\"bit\"".into(),
            _ => {}
        }
    }
    base
}

/// A built-in type by its name in `pg_type`, `_` before it for an array.
pub(super) fn by_typname(name: &str) -> TypeName {
    let (array, name) = name.strip_prefix('_').map_or((false, name), |element| (true, element));
    let canonical = match name {
        "char" => "\"char\"",
        "bit" => "\"bit\"",
        other => canonical_builtin(other),
    };
    TypeName { array, ..TypeName::builtin(canonical) }
}

/// Whether this is the built-in type `name`, and no array of it.
pub(super) fn is(ty: &TypeName, name: &str) -> bool {
    ty.schema.is_none() && !ty.array && ty.name.as_str() == name
}

/// Whether this is one of the integer types.
pub(super) fn is_integer(ty: &TypeName) -> bool {
    is(ty, "smallint") || is(ty, "integer") || is(ty, "bigint")
}

/// Whether this is one of the types of numbers.
pub(super) fn is_number(ty: &TypeName) -> bool {
    is_integer(ty) || is(ty, "numeric") || is(ty, "real") || is(ty, "double precision")
}

/// Whether this is a type of text whose casts to the others of its kind change nothing.
pub(super) fn is_text(ty: &TypeName) -> bool {
    is(ty, "text") || is(ty, "character varying")
}

/// Whether the type prints a constant alike in all sessions. The others keep the casts of their constants, so that it can
/// be seen what they are.
pub(super) fn is_steady(ty: &TypeName) -> bool {
    !(is(ty, "timestamp with time zone") || is(ty, "time with time zone") || is(ty, "money"))
}

/// What PostgreSQL groups types by (`pg_type.typcategory`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    Array,
    Bits,
    Boolean,
    Date,
    Network,
    Number,
    Polymorphic,
    Range,
    Text,
    Timespan,
    User,
}

/// The category of a type.
pub(super) fn category(ty: &TypeName) -> Category {
    if ty.array {
        return Category::Array;
    }
    if !ty.is_builtin() {
        return Category::User;
    }
    match ty.name.as_str() {
        "boolean" => Category::Boolean,
        "\"bit\"" | "bit varying" => Category::Bits,
        "inet" | "cidr" => Category::Network,
        "interval" => Category::Timespan,
        "text" | "character varying" | "bpchar" | "name" => Category::Text,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" | "oid" => {
            Category::Number
        }
        name if name.starts_with("date") && name != "date" => Category::Range,
        name if name.starts_with("date") || name.starts_with("time") => Category::Date,
        name if name.starts_with("reg") => Category::Number,
        name if name.ends_with("range") => Category::Range,
        _ => Category::User,
    }
}

/// Whether PostgreSQL likes this type best among those of its category.
pub(super) fn is_preferred(ty: &TypeName) -> bool {
    const PREFERRED: [&str; 8] =
        ["bit varying", "boolean", "double precision", "inet", "interval", "oid", "text", "timestamp with time zone"];
    PREFERRED.iter().any(|name| is(ty, name))
}

/// Whether a value of one type becomes one of the other without a cast being written (`pg_cast.castcontext = 'i'`).
pub(super) fn converts(from: &TypeName, to: &TypeName) -> bool {
    if from == to {
        return true;
    }
    if from.schema.is_some() || to.schema.is_some() {
        return false;
    }
    if from.array || to.array {
        return from.array && to.array && converts(&from.element(), &to.element());
    }
    let targets: &[&str] = match from.name.as_str() {
        "\"bit\"" => &["bit varying"],
        "bit varying" => &["\"bit\""],
        "bpchar" => &["name", "text", "character varying"],
        "character varying" => &["bpchar", "name", "regclass", "text"],
        "cidr" => &["inet"],
        "date" => &["timestamp without time zone", "timestamp with time zone"],
        "real" => &["double precision"],
        "smallint" => &["integer", "bigint", "numeric", "real", "double precision", "oid", "regclass", "regconfig"],
        "integer" => &["bigint", "numeric", "real", "double precision", "oid", "regclass", "regconfig"],
        "bigint" => &["numeric", "real", "double precision", "oid", "regclass", "regconfig"],
        "name" | "\"char\"" => &["text"],
        "numeric" => &["real", "double precision"],
        "oid" => &["regclass", "regconfig"],
        "regclass" | "regconfig" => &["oid"],
        "text" => &["bpchar", "name", "regclass", "character varying"],
        "time without time zone" => &["interval", "time with time zone"],
        "timestamp without time zone" => &["timestamp with time zone"],
        _ => &[],
    };
    targets.contains(&to.name.as_str())
}

/// The element type of a range, where it is a built-in one.
pub(super) fn range_element(ty: &TypeName) -> Option<TypeName> {
    let name = if ty.is_builtin() && !ty.array { ty.name.as_str() } else { return None };
    let element = match name.strip_suffix("multirange").or_else(|| name.strip_suffix("range"))? {
        "int4" => "integer",
        "int8" => "bigint",
        "num" => "numeric",
        "ts" => "timestamp without time zone",
        "tstz" => "timestamp with time zone",
        "date" => "date",
        _ => return None,
    };
    Some(TypeName::builtin(element))
}
