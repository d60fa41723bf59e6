//! The names that PostgreSQL chooses where the author left one out, exactly.
//!
//! Each function takes `taken`, which says whether a name is in use in the table's schema, and numbers the name until
//! it is free as PostgreSQL does. What counts as in use differs by kind and is said with each function: a *relation*
//! is a table, an index (those of constraints included), a sequence or a view; a *constraint* is one of any table.
//!
//! Source: `makeObjectName`, `ChooseRelationName`, `ChooseIndexName` and `ChooseIndexColumnNames` in `indexcmds.c`,
//! `ChooseConstraintName` in `pg_constraint.c`, `ChooseForeignKeyConstraintNameAddition` in `tablecmds.c`.

mod expression;

pub use expression::of_expression;

use novate_sql::MAX_IDENT_BYTES;

use crate::Ident;

/// A primary key: `table_pkey`. Taken are relations and constraints.
pub fn primary_key(table: &Ident, taken: &dyn Fn(&str) -> bool) -> Ident {
    choose(table.as_str(), None, "pkey", taken)
}

/// A unique constraint: `table_a_b_key`, `columns` being its key columns and those of `INCLUDE` in
/// order. Taken are relations and constraints.
pub fn unique(table: &Ident, columns: &[Ident], taken: &dyn Fn(&str) -> bool) -> Ident {
    choose(table.as_str(), Some(&joined(&index_columns(columns))), "key", taken)
}

/// An exclusion constraint: `table_a_b_excl`. `columns` are as for [`index`]. Taken are relations and constraints.
pub fn exclusion(table: &Ident, columns: &[Ident], taken: &dyn Fn(&str) -> bool) -> Ident {
    choose(table.as_str(), Some(&joined(&index_columns(columns))), "excl", taken)
}

/// An index: `table_a_lower_idx`. `columns` holds one name for every key element (that of the column, or
/// [`of_expression`]) and every `INCLUDE` column, in order. Taken are relations.
pub fn index(table: &Ident, columns: &[Ident], taken: &dyn Fn(&str) -> bool) -> Ident {
    choose(table.as_str(), Some(&joined(&index_columns(columns))), "idx", taken)
}

/// A foreign key: `table_a_b_fkey`, of the referencing columns. Taken are constraints.
pub fn foreign_key(table: &Ident, columns: &[Ident], taken: &dyn Fn(&str) -> bool) -> Ident {
    choose(table.as_str(), Some(&joined(columns)), "fkey", taken)
}

/// A check: `table_a_check` where it refers to one column, else `table_check`. `columns` are the different columns
/// that it refers to; a reference to the whole row counts as one that has no name (give it twice, or none at all).
/// Taken are constraints.
pub fn check(table: &Ident, columns: &[Ident], taken: &dyn Fn(&str) -> bool) -> Ident {
    let column = match columns {
        [only] => Some(only.as_str()),
        _ => None,
    };
    choose(table.as_str(), column, "check", taken)
}

/// The sequence of a `serial` or identity column: `table_column_seq`. Taken are relations.
pub fn sequence(table: &Ident, column: &Ident, taken: &dyn Fn(&str) -> bool) -> Ident {
    choose(table.as_str(), Some(column.as_str()), "seq", taken)
}

/// The names of an index's own columns: `expr`, `expr1`, `lower`, ... where several are alike they are numbered.
pub fn index_columns(names: &[Ident]) -> Vec<Ident> {
    let mut chosen: Vec<Ident> = Vec::with_capacity(names.len());
    for name in names {
        let mut current = name.clone();
        let mut number = 1_u32;
        while chosen.contains(&current) {
            let suffix = number.to_string();
            let head = clip(name.as_str(), MAX_IDENT_BYTES.saturating_sub(suffix.len()));
            current = Ident::new(format!("{head}{suffix}"));
            number += 1;
        }
        chosen.push(current);
    }
    chosen
}

/// `name1_name2_label`, the longer of the two names cut where the whole would not fit into 63 bytes.
pub fn object_name(name1: &str, name2: Option<&str>, label: &str) -> Ident {
    let overhead = label.len() + 1 + usize::from(name2.is_some());
    let available = MAX_IDENT_BYTES.saturating_sub(overhead);
    let (mut len1, mut len2) = (name1.len(), name2.map_or(0, str::len));
    while len1 + len2 > available {
        if len1 > len2 { len1 -= 1 } else { len2 -= 1 }
    }
    let head = clip(name1, len1);
    match name2 {
        Some(name2) => Ident::new(format!("{head}_{}_{label}", clip(name2, len2))),
        None => Ident::new(format!("{head}_{label}")),
    }
}

fn choose(name1: &str, name2: Option<&str>, label: &str, taken: &dyn Fn(&str) -> bool) -> Ident {
    let mut name = object_name(name1, name2, label);
    let mut pass = 0_u32;
    while taken(name.as_str()) {
        pass += 1;
        name = object_name(name1, name2, &format!("{label}{pass}"));
    }
    name
}

/// Column names with `_` between them; PostgreSQL stops once it has 64 bytes, in the middle of the list.
fn joined(columns: &[Ident]) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column.as_str());
        if text.len() > MAX_IDENT_BYTES {
            break;
        }
    }
    text
}

/// At most `max` bytes of `text`, no character split.
fn clip(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests;
