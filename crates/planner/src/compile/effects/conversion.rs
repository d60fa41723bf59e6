//! What a change of type costs.

use novate_contract::TypeName;

use crate::conversion::{Conversion, conversion};

/// What PostgreSQL has to do to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Nothing: the stored values serve as they are.
    None,
    /// Every row is written anew.
    Rewrite,
}

/// The cost of a change between two types without an expression of the author's. Values stay as they are where the types
/// are binary coercible (`pg_cast.castmethod = 'b'`) and a modifier, if there is one, lets at least as much through
/// (the support functions of `varchar`, `varbit`, `numeric` and the times).
pub(super) fn cost(old: &TypeName, new: &TypeName) -> Cost {
    if old == new {
        return Cost::None;
    }
    // Without a modifier there is nothing that a value would have to be brought to, whatever type it is.
    let drops_modifier = crate::conversion::same_base(old, new) && new.modifiers.is_empty();
    if old.schema.is_some() && drops_modifier {
        return Cost::None;
    }
    if old.array || new.array || old.schema.is_some() || new.schema.is_some() {
        return Cost::Rewrite;
    }
    let widens = conversion(old, new) == Conversion::Widening;
    let stays = match (old.name.as_str(), new.name.as_str()) {
        ("character varying" | "xml", "text") | ("cidr", "inet") | ("integer", "oid") => true,
        ("text", "character varying") => new.modifiers.is_empty(),
        ("character varying", "character varying") | ("bit varying", "bit varying") => widens,
        // Digits after the point are a part of how a value is stored.
        ("numeric", "numeric") => widens && same_scale(old, new),
        (from, to) if from == to && has_precision(from) => widens,
        _ => false,
    };
    if stays { Cost::None } else { Cost::Rewrite }
}

fn has_precision(name: &str) -> bool {
    name.starts_with("time") || name == "interval"
}

fn same_scale(old: &TypeName, new: &TypeName) -> bool {
    let scale = |ty: &TypeName| ty.modifiers.get(1).map_or("0", String::as_str).to_owned();
    new.modifiers.is_empty() || !old.modifiers.is_empty() && scale(old) == scale(new)
}
