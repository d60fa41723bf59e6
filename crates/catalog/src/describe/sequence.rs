//! Sequences.

use novate_contract::{Sequence, SequenceOptions};

use super::{Aspect, aspect, flag, optional};

pub(super) fn aspects(sequence: &Sequence) -> Vec<Aspect> {
    let Sequence { options, unlogged, owner, control: _, comment: _ } = sequence;
    let mut all = self::options(options);
    all.push(flag("unlogged", *unlogged));
    all.push(optional("owned by", owner.as_ref().map(|owner| format!("{}.{}", owner.table, owner.column))));
    all
}

/// What sequences and identities share.
pub(super) fn options(options: &SequenceOptions) -> Vec<Aspect> {
    let SequenceOptions { ty, start, increment, min, max, cache, cycle } = options;
    vec![
        aspect("sequence type", ty),
        aspect("start", start),
        aspect("increment", increment),
        aspect("minimum", min),
        aspect("maximum", max),
        aspect("cache", cache),
        flag("cycle", *cycle),
    ]
}
