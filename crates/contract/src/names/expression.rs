//! What PostgreSQL calls the column that an expression makes (`FigureColnameInternal` in `parse_target.c`).

use novate_sql::expr::Expr;

use crate::{Ident, TypeName};

/// How sure a name is: a weak one is given up for that of what stands around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    Weak,
    Strong,
}

/// The name of an index's column that is this expression, `expr` where nothing better is found.
///
/// The tree must be the one that was written, not its canonical form: PostgreSQL looks at the casts and calls as they
/// stand in the statement.
pub fn of_expression(written: &Expr) -> Ident {
    figure(written).map_or_else(|| Ident::new("expr"), |(name, _)| name)
}

fn figure(expr: &Expr) -> Option<(Ident, Strength)> {
    let strong = |name: &str| Some((Ident::new(name), Strength::Strong));
    match expr {
        Expr::Column(parts) => parts.last().map(|last| (last.clone(), Strength::Strong)),
        Expr::Field(_, field) => Some((field.clone(), Strength::Strong)),
        Expr::Subscript(array, ..) => figure(array),
        Expr::Call { name, .. } => Some((name.name.clone(), Strength::Strong)),
        Expr::Cast(inner, ty) => match figure(inner) {
            Some((name, Strength::Strong)) => Some((name, Strength::Strong)),
            _ => Some((type_name(ty), Strength::Weak)),
        },
        Expr::Collate(inner, _) => figure(inner),
        Expr::Case { otherwise, .. } => match otherwise.as_deref().and_then(figure) {
            Some((name, Strength::Strong)) => Some((name, Strength::Strong)),
            _ => Some((Ident::new("case"), Strength::Weak)),
        },
        Expr::Array(_) => strong("array"),
        Expr::Row(_) => strong("row"),
        Expr::Binary(_, operator, _) => match operator.as_str() {
            "AT TIME ZONE" => strong("timezone"),
            "OVERLAPS" => strong("overlaps"),
            _ => None,
        },
        Expr::Is(_, words) if words.ends_with("NORMALIZED") && !words.starts_with("NOT") => strong("is_normalized"),
        Expr::Opaque(text) => special_form(text).and_then(strong),
        _ => None,
    }
}

/// The forms that look like calls and have a syntax of their own, by the word they begin with.
fn special_form(text: &str) -> Option<&'static str> {
    const FORMS: [&str; 16] = [
        "array",
        "coalesce",
        "exists",
        "extract",
        "greatest",
        "json_array",
        "json_object",
        "json_query",
        "json_scalar",
        "json_value",
        "least",
        "nullif",
        "xmlconcat",
        "xmlelement",
        "xmlforest",
        "xmlserialize",
    ];
    let word = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next()?;
    let whole_call = text.get(word.len()..)?.trim_start().starts_with('(') && text.ends_with(')');
    FORMS.into_iter().find(|form| whole_call && form.eq_ignore_ascii_case(word))
}

/// The name under which PostgreSQL's grammar knows a type: `int4` for `integer`.
fn type_name(ty: &TypeName) -> Ident {
    if ty.schema.is_some() {
        return ty.name.clone();
    }
    Ident::new(match ty.name.as_str() {
        "smallint" => "int2",
        "integer" => "int4",
        "bigint" => "int8",
        "real" => "float4",
        "double precision" => "float8",
        "boolean" => "bool",
        "character varying" => "varchar",
        "character" => "bpchar",
        "bit varying" => "varbit",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "time with time zone" => "timetz",
        "time without time zone" => "time",
        "\"char\"" => "char",
        other => other,
    })
}
