//! Sequences, and the options that identity columns share with them.

use crate::{Ident, QName, Sequence, SequenceOptions, SequenceOwner, TypeName};

/// `CREATE SEQUENCE` without its owner, which may not be there yet (see [`owned_by`]).
pub fn create(name: &QName, sequence: &Sequence) -> String {
    let unlogged = if sequence.unlogged { "UNLOGGED " } else { "" };
    let ty = &sequence.options.ty;
    let ty = if ty.name.as_str() == "bigint" { String::new() } else { format!(" AS {ty}") };
    let mut words = vec![format!("CREATE {unlogged}SEQUENCE {name}{ty}")];
    words.extend(options(&sequence.options));
    words.join(" ")
}

/// `DROP SEQUENCE`.
pub fn drop(name: &QName) -> String {
    format!("DROP SEQUENCE {name}")
}

/// `ALTER SEQUENCE ... RENAME TO`.
pub fn rename(name: &QName, to: &Ident) -> String {
    format!("ALTER SEQUENCE {name} RENAME TO {to}")
}

/// `ALTER SEQUENCE ... SET SCHEMA`.
pub fn set_schema(name: &QName, schema: &Ident) -> String {
    format!("ALTER SEQUENCE {name} SET SCHEMA {schema}")
}

/// `ALTER SEQUENCE ... OWNED BY`.
pub fn owned_by(name: &QName, owner: Option<&SequenceOwner>) -> String {
    match owner {
        Some(SequenceOwner { table, column }) => format!("ALTER SEQUENCE {name} OWNED BY {table}.{column}"),
        None => format!("ALTER SEQUENCE {name} OWNED BY NONE"),
    }
}

/// `ALTER SEQUENCE ... SET LOGGED` or `SET UNLOGGED` (15).
pub fn set_logged(name: &QName, logged: bool) -> String {
    format!("ALTER SEQUENCE {name} SET {}", if logged { "LOGGED" } else { "UNLOGGED" })
}

/// `ALTER SEQUENCE` with the options that differ; `None` where none does. The current value stays, and
/// where it lies outside the new bounds PostgreSQL refuses.
pub fn alter(name: &QName, from: &SequenceOptions, to: &SequenceOptions) -> Option<String> {
    let changed = changed_options(from, to);
    (!changed.is_empty()).then(|| format!("ALTER SEQUENCE {name} {}", changed.join(" ")))
}

/// What PostgreSQL makes of the options when only the type changes: bounds that were the old type's become the new
/// one's, others stay.
pub fn retyped(options: &SequenceOptions, ty: &TypeName) -> SequenceOptions {
    let (old_low, old_high) = SequenceOptions::bounds(&options.ty);
    let (low, high) = SequenceOptions::bounds(ty);
    SequenceOptions {
        ty: ty.clone(),
        min: if options.min == old_low { low } else { options.min },
        max: if options.max == old_high { high } else { options.max },
        ..options.clone()
    }
}

/// The options that differ from what PostgreSQL would fill in, the type left out.
pub(super) fn options(options: &SequenceOptions) -> Vec<String> {
    let SequenceOptions { ty, start, increment, min, max, cache, cycle } = options;
    let filled = SequenceOptions::defaults(ty.clone(), *increment);
    let mut said = Vec::new();
    // Without START a sequence begins at its own bound, whatever that was set to.
    if *start != if *increment < 0 { *max } else { *min } {
        said.push(format!("START WITH {start}"));
    }
    if *increment != 1 {
        said.push(format!("INCREMENT BY {increment}"));
    }
    if *min != filled.min {
        said.push(format!("MINVALUE {min}"));
    }
    if *max != filled.max {
        said.push(format!("MAXVALUE {max}"));
    }
    if *cache != 1 {
        said.push(format!("CACHE {cache}"));
    }
    if *cycle {
        said.push("CYCLE".to_owned());
    }
    said
}

/// The options that differ, type included.
fn changed_options(from: &SequenceOptions, to: &SequenceOptions) -> Vec<String> {
    let mut said = Vec::new();
    if from.ty != to.ty {
        said.push(format!("AS {}", to.ty));
    }
    said.extend(changed_but_type(&retyped(from, &to.ty), to));
    said
}

/// The options that differ, type left out.
pub(super) fn changed_but_type(from: &SequenceOptions, to: &SequenceOptions) -> Vec<String> {
    let mut said = Vec::new();
    if from.increment != to.increment {
        said.push(format!("INCREMENT BY {}", to.increment));
    }
    if from.min != to.min {
        said.push(format!("MINVALUE {}", to.min));
    }
    if from.max != to.max {
        said.push(format!("MAXVALUE {}", to.max));
    }
    if from.start != to.start {
        said.push(format!("START WITH {}", to.start));
    }
    if from.cache != to.cache {
        said.push(format!("CACHE {}", to.cache));
    }
    if from.cycle != to.cycle {
        said.push(if to.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    said
}
