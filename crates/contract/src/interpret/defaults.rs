//! What a type brings by itself: how its values are stored, and by which collation they are compared.

use novate_sql::NameRef;

use crate::{Ident, TypeName};

/// `STORAGE`, where it is not the type's own.
pub(super) fn storage(ty: &TypeName, asked: &str) -> Option<String> {
    let asked = asked.to_ascii_uppercase();
    (asked != "DEFAULT" && Some(asked.as_str()) != own_storage(ty)).then_some(asked)
}

/// How PostgreSQL stores values of a type unless asked otherwise; `None` where the type is not known well enough.
fn own_storage(ty: &TypeName) -> Option<&'static str> {
    if ty.array {
        return Some("EXTENDED");
    }
    Some(match (ty.is_builtin(), ty.name.as_str()) {
        (true, "numeric" | "inet" | "cidr") => "MAIN",
        (
            true,
            "text" | "character varying" | "character" | "bytea" | "json" | "jsonb" | "jsonpath" | "xml" | "path"
            | "polygon" | "bit" | "bit varying" | "refcursor" | "tsvector" | "txid_snapshot" | "pg_snapshot",
        ) => "EXTENDED",
        (true, name) if name.ends_with("range") => "EXTENDED",
        (true, _) => "PLAIN",
        (false, "citext" | "hstore" | "ltree" | "lquery" | "ltxtquery") => "EXTENDED",
        (false, "geometry" | "geography") => "MAIN",
        (false, "vector" | "halfvec" | "sparsevec") => "EXTERNAL",
        (false, _) => return None,
    })
}

/// `COLLATE`, where it is not the type's own.
pub(super) fn collation(ty: &TypeName, asked: &NameRef) -> Option<NameRef> {
    let own = if ty.is_builtin() && ty.name.as_str() == "name" { "C" } else { "default" };
    (asked.schema.is_some() || asked.name.as_str() != own).then(|| asked.clone())
}

/// A name of PostgreSQL's own without the schema that it is always found in.
pub(super) fn without_catalog(name: &NameRef) -> NameRef {
    match &name.schema {
        Some(schema) if schema.as_str() == "pg_catalog" => NameRef { schema: None, name: name.name.clone() },
        _ => name.clone(),
    }
}

/// A name without a schema that is on the path of every database: `pg_catalog` and `public`.
pub(super) fn without_default(name: &NameRef) -> NameRef {
    let on_path = |schema: &Ident| matches!(schema.as_str(), "pg_catalog" | "public");
    NameRef { schema: name.schema.clone().filter(|schema| !on_path(schema)), name: name.name.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_type_does_anyway_is_not_kept() {
        let text = TypeName::builtin("text");
        assert_eq!(storage(&text, "extended"), None);
        assert_eq!(storage(&text, "EXTERNAL").as_deref(), Some("EXTERNAL"));
        assert_eq!(storage(&TypeName::builtin("integer"), "PLAIN"), None);
        let named = |name: &str| NameRef { schema: None, name: Ident::new(name) };
        assert_eq!(collation(&text, &named("default")), None);
        assert_eq!(collation(&text, &named("C")), Some(named("C")));
        assert_eq!(collation(&TypeName::builtin("name"), &named("C")), None);
    }
}
