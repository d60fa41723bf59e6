//! Types that need no parser: the plain ones, which are nearly all that there are.
//!
//! What is not certain is left to the parser. That both read the same is tested.

use crate::literal::ident_is_safe;
use crate::{Ident, TypeName, is_builtin};

/// The type that `text` names, where it is in canonical form and of a plain kind.
pub(crate) fn type_name(text: &str) -> Option<TypeName> {
    let (scalar, array) = match text.strip_suffix("[]") {
        Some(scalar) => (scalar, true),
        None => (text, false),
    };
    let ty = match scalar.split_once('(') {
        Some((before, rest)) => {
            let (modifiers, after) = rest.split_once(')')?;
            with_modifiers(before, modifiers, after)?
        }
        None => match scalar.split_once('.') {
            Some((schema, name)) => qualified(schema, name)?,
            None => bare(scalar)?,
        },
    };
    Some(TypeName { array, ..ty })
}

fn bare(name: &str) -> Option<TypeName> {
    // These two have the length 1 where they say none; a quoted name is another type.
    let takes_length = matches!(name, "bit" | "character");
    (is_builtin(name) && !takes_length && !name.starts_with('"')).then(|| TypeName::builtin(name))
}

fn qualified(schema: &str, name: &str) -> Option<TypeName> {
    let plain = ident_is_safe(schema) && ident_is_safe(name) && schema.len() < 64 && name.len() < 64;
    (plain && schema != "pg_catalog").then(|| TypeName {
        schema: Some(Ident::new(schema)),
        name: Ident::new(name),
        modifiers: Vec::new(),
        array: false,
    })
}

fn with_modifiers(before: &str, modifiers: &str, after: &str) -> Option<TypeName> {
    let (name, count) = match (before, after) {
        ("numeric", "") => ("numeric", 2),
        ("character varying" | "character" | "bit varying", "") => (before, 1),
        // More digits of a second are cut.
        ("timestamp", " with time zone") if modifiers <= "6" => ("timestamp with time zone", 1),
        ("timestamp", " without time zone") if modifiers <= "6" => ("timestamp without time zone", 1),
        _ => return None,
    };
    let is_number = |text: &&str| {
        let digits = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits && (*text == "0" || !text.starts_with('0'))
    };
    let all: Vec<&str> = modifiers.split(',').collect();
    (all.len() == count && all.iter().all(is_number))
        .then(|| TypeName { modifiers: all.into_iter().map(str::to_owned).collect(), ..TypeName::builtin(name) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::type_name;
    use crate::ast::WrittenType;
    use crate::parse::parse_type_slowly;

    /// Whether the text is read quickly, and as the parser reads it.
    fn is_quick(text: &str) -> bool {
        let quick = type_name(text);
        if let Some(ty) = &quick {
            assert_eq!(parse_type_slowly(text).unwrap(), WrittenType::Type(ty.clone()), "{text}");
            assert_eq!(ty.to_string(), text);
        }
        quick.is_some()
    }

    #[test]
    fn plain_types_are_read_quickly() {
        for text in [
            "integer",
            "text[]",
            "double precision",
            "timestamp with time zone",
            "timestamp(3) without time zone",
            "timestamp(0) with time zone[]",
            "numeric(10,2)",
            "character varying(200)[]",
            "character(1)",
            "public.mood",
            "public.mood[]",
            "jsonb",
        ] {
            assert!(is_quick(text), "{text}");
        }
    }

    #[test]
    fn the_rest_is_left_to_the_parser() {
        for text in [
            "",
            "[]",
            "int4",
            "serial",
            "bit",
            "character",
            "varchar(3)",
            "Text",
            "\"char\"",
            "public.\"Mood\"",
            "a.b.c",
            "pg_catalog.int4",
            "interval(3)",
            "timestamp(9) with time zone",
            "numeric(010,2)",
            "numeric(,2)",
            "numeric(1,2,3)",
            "text(3)",
            "integer[][]",
            "integer[3]",
            "text ",
            " text",
            "public.select",
            "vector(3)",
            "public.vector(3)",
            "numeric(10, 2)",
            "numeric(10,2)x",
            "timestamp with time zone(3)",
        ] {
            assert!(!is_quick(text), "{text}");
        }
    }

    #[test]
    fn every_builtin_agrees() {
        for name in crate::types::BUILTIN {
            is_quick(name);
            is_quick(&format!("{name}[]"));
            is_quick(&format!("{name}(3)"));
            is_quick(&format!("public.{name}"));
        }
    }
}
