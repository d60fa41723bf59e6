//! Columns.

use novate_contract::{Column, Generated, GeneratedKind, Identity, IdentityKind};

use super::{Listener, aspect, flag, optional, optional_expression, or_default, sequence};

pub(super) fn describe(column: &Column, to: &mut dyn Listener) {
    let Column { ty, not_null, default, identity, generated, collation, storage, compression, statistics, comment: _ } =
        column;
    aspect(to, "type", ty);
    flag(to, "not null", *not_null);
    optional_expression(to, "default", default.as_ref());
    optional(to, "identity", identity.as_ref().map(|identity| kind(identity.kind)));
    if let Some(Identity { kind: _, sequence, options }) = identity {
        or_default(to, "sequence name", sequence.as_ref(), "as PostgreSQL chooses");
        sequence::options(options, to);
    }
    let (stored, expr) = match generated {
        None => (None, None),
        Some(Generated { kind: GeneratedKind::Stored, expr }) => (Some("stored"), Some(expr)),
        Some(Generated { kind: GeneratedKind::Virtual, expr }) => (Some("virtual"), Some(expr)),
    };
    optional(to, "generated", stored);
    optional_expression(to, "generated as", expr);
    or_default(to, "collation", collation.as_ref(), "default");
    or_default(to, "storage", storage.as_ref(), "default");
    or_default(to, "compression", compression.as_ref(), "default");
    optional(to, "statistics target", *statistics);
}

fn kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Always => "always",
        IdentityKind::ByDefault => "by default",
    }
}
