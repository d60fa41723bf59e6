//! Types: whether a name can be one, and which can be compared.

use super::{Checker, ProblemKind};
use crate::{ObjectId, QName, TypeName};

impl Checker<'_> {
    pub(super) fn type_exists(&mut self, id: &ObjectId, ty: &TypeName) {
        if !self.could_be_type(ty) {
            self.report(id, ProblemKind::UnknownType(ty.clone()));
        }
    }

    fn could_be_type(&self, ty: &TypeName) -> bool {
        if ty.is_builtin() || ty.schema.as_ref().is_some_and(|schema| schema.as_str() == "pg_catalog") {
            return true;
        }
        let in_contract = ty.schema.as_ref().is_some_and(|schema| {
            let name = QName::new(schema.clone(), ty.name.clone());
            self.contract.enums.contains_key(&name) || self.contract.tables.contains_key(&name)
        });
        // The one extension that every database has brings no types.
        let by_extension = self.contract.extensions.keys().any(|name| name.as_str() != "plpgsql");
        in_contract || by_extension || self.is_unmodelled(&ty.reference().to_string())
    }

    /// Whether values of the two types can surely not be compared.
    pub(super) fn incomparable(&self, one: &TypeName, other: &TypeName) -> bool {
        match (self.family(one), self.family(other)) {
            (Some(a), Some(b)) => a != b || one.array != other.array,
            _ => false,
        }
    }

    /// A name that comparable types share; `None` where nothing is known of the type.
    fn family(&self, ty: &TypeName) -> Option<String> {
        let Some(schema) = &ty.schema else {
            return ty.is_builtin().then(|| builtin_family(ty.name.as_str()).to_owned());
        };
        let name = QName::new(schema.clone(), ty.name.clone());
        self.contract.enums.contains_key(&name).then(|| name.to_string())
    }
}

/// Built-in types that PostgreSQL compares with each other, or casts by itself so that it can, under one name.
fn builtin_family(name: &str) -> &str {
    match name {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "oid" => "number",
        "text" | "character varying" | "character" | "bpchar" | "name" | "\"char\"" => "text",
        "date" | "timestamp without time zone" | "timestamp with time zone" => "time",
        "time without time zone" | "time with time zone" | "interval" => "time of day",
        "inet" | "cidr" => "address",
        "bit" | "bit varying" => "bits",
        name if name.starts_with("reg") => "number",
        other => other,
    }
}
