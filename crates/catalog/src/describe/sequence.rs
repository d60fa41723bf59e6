//! Sequences.

use novate_contract::{Sequence, SequenceOptions};

use super::{Listener, aspect, flag, optional};

pub(super) fn describe(sequence: &Sequence, to: &mut dyn Listener) {
    let Sequence { options, unlogged, owner, control: _, comment: _ } = sequence;
    self::options(options, to);
    flag(to, "unlogged", *unlogged);
    optional(to, "owned by", owner.as_ref().map(|owner| format!("{}.{}", owner.table, owner.column)));
}

/// What sequences and identities share.
pub(super) fn options(options: &SequenceOptions, to: &mut dyn Listener) {
    let SequenceOptions { ty, start, increment, min, max, cache, cycle } = options;
    aspect(to, "sequence type", ty);
    aspect(to, "start", start);
    aspect(to, "increment", increment);
    aspect(to, "minimum", min);
    aspect(to, "maximum", max);
    aspect(to, "cache", cache);
    flag(to, "cycle", *cycle);
}
