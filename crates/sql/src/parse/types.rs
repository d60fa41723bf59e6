//! Types, lowered to the form that `format_type` prints.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names;
use super::text::normalised;
use crate::ast::WrittenType;
use crate::{Ident, TypeName, canonical_builtin, is_builtin};

/// The finest fraction of a second that PostgreSQL stores; it cuts larger precisions down to this one.
const MAX_TIME_PRECISION: i64 = 6;

/// A type in canonical form. `SETOF` is left out: it says something of a function, not of the type.
pub(crate) fn lower_type(node: &ast::Type) -> TypeName {
    match node {
        ast::Type::ArrayType(array) => {
            let element = array.ty().map_or_else(|| TypeName::builtin(""), |ty| lower_type(&ty));
            TypeName { array: true, ..element }
        }
        ast::Type::PathType(path) => lower_path(path),
        ast::Type::VarcharType(ty) => with_modifiers("character varying", modifiers(ty.arg_list())),
        ast::Type::CharacterType(ty) => with_modifiers("character", or_one(modifiers(ty.arg_list()))),
        ast::Type::BitType(ty) => with_modifiers("bit", or_one(modifiers(ty.arg_list()))),
        ast::Type::BitVaryingType(ty) => with_modifiers("bit varying", modifiers(ty.arg_list())),
        ast::Type::DoubleType(_) => TypeName::builtin("double precision"),
        ast::Type::TimeType(ty) => with_modifiers(zoned("time", ty.timezone()), time_precision(ty.literal())),
        ast::Type::TimestampType(ty) => with_modifiers(zoned("timestamp", ty.timezone()), time_precision(ty.literal())),
        ast::Type::IntervalType(ty) => lower_interval(ty),
    }
}

/// A column's type, where `serial` and its kin mean something.
pub(super) fn lower_column_type(node: &ast::Type) -> WrittenType {
    let ty = lower_type(node);
    let stored = match ty.name.as_str() {
        _ if ty.schema.is_some() || ty.array => None,
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    };
    stored.map_or(WrittenType::Type(ty), |name| WrittenType::Serial(TypeName::builtin(name)))
}

/// Whether `SETOF` stands before the type.
pub(super) fn is_set(ty: &ast::Type) -> bool {
    ty.syntax().first_token().is_some_and(|token| token.kind() == SyntaxKind::SETOF_KW)
}

fn with_modifiers(name: &str, modifiers: Vec<String>) -> TypeName {
    TypeName { modifiers, ..TypeName::builtin(name) }
}

/// `char` and `bit` without a length have the length 1.
fn or_one(modifiers: Vec<String>) -> Vec<String> {
    if modifiers.is_empty() { vec!["1".to_owned()] } else { modifiers }
}

fn modifiers(list: Option<ast::ArgList>) -> Vec<String> {
    list.into_iter().flat_map(|list| list.args()).map(|arg| modifier(arg.syntax())).collect()
}

fn modifier(node: &SyntaxNode) -> String {
    let text = normalised(&node.text().to_string());
    text.replace(' ', "").parse::<i64>().map_or(text, |number| number.to_string())
}

fn time_precision(literal: Option<ast::Literal>) -> Vec<String> {
    literal.into_iter().map(|literal| capped(modifier(literal.syntax()))).collect()
}

fn capped(precision: String) -> String {
    match precision.parse::<i64>() {
        Ok(number) if number > MAX_TIME_PRECISION => MAX_TIME_PRECISION.to_string(),
        _ => precision,
    }
}

fn zoned(name: &str, zone: Option<ast::Timezone>) -> &'static str {
    match (name, zone) {
        ("time", Some(ast::Timezone::WithTimezone(_))) => "time with time zone",
        ("time", _) => "time without time zone",
        (_, Some(ast::Timezone::WithTimezone(_))) => "timestamp with time zone",
        _ => "timestamp without time zone",
    }
}

fn lower_interval(ty: &ast::IntervalType) -> TypeName {
    let Some(fields) = ty.interval_qualifier() else {
        return with_modifiers("interval", time_precision(ty.literal()));
    };
    let text = normalised(&fields.syntax().text().to_string());
    // `day to second(3)`: the fields are one modifier, their precision another.
    let modifiers = match text.split_once('(') {
        Some((fields, precision)) => {
            vec![fields.trim_end().to_owned(), capped(precision.trim_end_matches(')').trim().to_owned())]
        }
        None => vec![text],
    };
    with_modifiers("interval", modifiers)
}

fn lower_path(ty: &ast::PathType) -> TypeName {
    let Some(path) = ty.path_ref() else {
        return TypeName::builtin("");
    };
    let name = names::name_ref(&path);
    let modifiers = modifiers(ty.arg_list());
    let builtin = match &name.schema {
        None if is_unquoted(&path) => {
            keyword(name.name.as_str(), &modifiers).or_else(|| system(&name.name, &modifiers))
        }
        None => system(&name.name, &modifiers),
        Some(schema) if schema.as_str() == "pg_catalog" => system(&name.name, &modifiers),
        Some(_) => None,
    };
    builtin.unwrap_or(TypeName { schema: name.schema, name: name.name, modifiers, array: false })
}

fn is_unquoted(path: &ast::PathRef) -> bool {
    path.syntax()
        .descendants_with_tokens()
        .filter_map(squawk_syntax::SyntaxElement::into_token)
        .filter(|token| !token.kind().is_trivia())
        .all(|token| !token.text().ends_with('"'))
}

/// The type that SQL's grammar knows by a keyword. Such a word names a type of the user's where it is quoted.
fn keyword(name: &str, modifiers: &[String]) -> Option<TypeName> {
    let canonical = match name {
        "float" => {
            let bits = modifiers.first().and_then(|bits| bits.parse::<u32>().ok());
            return Some(TypeName::builtin(if matches!(bits, Some(1..=24)) { "real" } else { "double precision" }));
        }
        "decimal" | "dec" | "numeric" => return Some(numeric(modifiers)),
        "int" | "integer" | "smallint" | "bigint" | "real" | "boolean" => canonical_builtin(name),
        _ => return None,
    };
    Some(with_modifiers(canonical, modifiers.to_vec()))
}

fn numeric(modifiers: &[String]) -> TypeName {
    let mut modifiers = modifiers.to_vec();
    if modifiers.len() == 1 {
        modifiers.push("0".to_owned());
    }
    with_modifiers("numeric", modifiers)
}

/// The type that `pg_type` has by this name.
fn system(name: &Ident, modifiers: &[String]) -> Option<TypeName> {
    let canonical = match name.as_str() {
        "numeric" => return Some(numeric(modifiers)),
        // These two mean something else than the keywords of the same name do.
        "char" => "\"char\"",
        "bit" if modifiers.is_empty() => "\"bit\"",
        "bpchar" if !modifiers.is_empty() => "character",
        // Keywords for which `pg_type` has another name.
        "int" | "integer" | "smallint" | "bigint" | "real" | "float" | "decimal" | "dec" | "boolean" | "character" => {
            return None;
        }
        name if name.contains(' ') => return None,
        name => canonical_builtin(name),
    };
    let timed = canonical.starts_with("time") || canonical == "interval";
    let modifiers = if timed { modifiers.iter().cloned().map(capped).collect() } else { modifiers.to_vec() };
    is_builtin(canonical).then(|| with_modifiers(canonical, modifiers))
}
