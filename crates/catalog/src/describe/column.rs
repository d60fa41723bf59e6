//! Columns.

use novate_contract::{Column, Generated, GeneratedKind, Identity, IdentityKind};

use super::{Aspect, NONE, aspect, flag, optional, optional_expression, sequence};

pub(super) fn aspects(column: &Column) -> Vec<Aspect> {
    let Column {
        ty,
        not_null,
        default,
        identity,
        generated,
        collation,
        storage,
        compression,
        statistics,
        comment: _,
    } = column;
    let mut all = vec![
        aspect("type", ty),
        flag("not null", *not_null),
        optional_expression("default", default.as_ref()),
        aspect("identity", identity.as_ref().map_or(NONE, |identity| kind(identity.kind))),
    ];
    if let Some(Identity { kind: _, sequence, options }) = identity {
        all.push(aspect("sequence name", sequence.as_ref().map_or("as PostgreSQL chooses".to_owned(), ToString::to_string)));
        all.extend(sequence::options(options));
    }
    let (stored, expr) = match generated {
        None => (NONE, None),
        Some(Generated { kind: GeneratedKind::Stored, expr }) => ("stored", Some(expr)),
        Some(Generated { kind: GeneratedKind::Virtual, expr }) => ("virtual", Some(expr)),
    };
    all.extend([
        aspect("generated", stored),
        optional_expression("generated as", expr),
        aspect("collation", collation.as_ref().map_or("default".to_owned(), ToString::to_string)),
        aspect("storage", storage.as_deref().unwrap_or("default")),
        aspect("compression", compression.as_deref().unwrap_or("default")),
        optional("statistics target", *statistics),
    ]);
    all
}

fn kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Always => "always",
        IdentityKind::ByDefault => "by default",
    }
}
