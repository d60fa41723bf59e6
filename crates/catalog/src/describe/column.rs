//! Columns.

use novate_contract::{Column, Generated, GeneratedKind, Identity, IdentityKind};

use super::{Aspect, aspect, flag, optional, optional_expression, or_default, sequence};

pub(super) fn aspects(column: &Column) -> Vec<Aspect> {
    let Column { ty, not_null, default, identity, generated, collation, storage, compression, statistics, comment: _ } =
        column;
    let mut all = vec![
        aspect("type", ty),
        flag("not null", *not_null),
        optional_expression("default", default.as_ref()),
        optional("identity", identity.as_ref().map(|identity| kind(identity.kind))),
    ];
    if let Some(Identity { kind: _, sequence, options }) = identity {
        all.push(or_default("sequence name", sequence.as_ref(), "as PostgreSQL chooses"));
        all.extend(sequence::options(options));
    }
    let (stored, expr) = match generated {
        None => (None, None),
        Some(Generated { kind: GeneratedKind::Stored, expr }) => (Some("stored"), Some(expr)),
        Some(Generated { kind: GeneratedKind::Virtual, expr }) => (Some("virtual"), Some(expr)),
    };
    all.extend([
        optional("generated", stored),
        optional_expression("generated as", expr),
        or_default("collation", collation.as_ref(), "default"),
        or_default("storage", storage.as_ref(), "default"),
        or_default("compression", compression.as_ref(), "default"),
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
