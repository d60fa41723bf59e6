//! Sequences, and the sequences of identity columns.

use novate_contract::{QName, Sequence, SequenceOptions};

use super::fact::{Fact, Place};
use super::sql::{regclass, stored};

pub(super) fn place(name: &QName) -> Place {
    Place::new(
        "pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid",
        format!("s.seqrelid = {}", regclass(name)),
    )
}

pub(super) fn facts(sequence: &Sequence) -> Vec<Fact> {
    let Sequence { options, unlogged, owner, control: _, comment: _ } = sequence;
    let owned = |condition: &str| {
        format!(
            "EXISTS (SELECT FROM pg_catalog.pg_depend d LEFT JOIN pg_catalog.pg_attribute a \
             ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_catalog.pg_class'::regclass \
             AND d.objid = s.seqrelid AND d.refobjsubid > 0 AND d.deptype = 'a'{condition})"
        )
    };
    let owner = match owner {
        None => Fact::not("owned by no column", format!("NOT {}", owned(""))),
        Some(owner) => Fact::is(
            format!("owned by {}.{}", owner.table, owner.column),
            owned(&format!(" AND d.refobjid = {} AND a.attname = {}", regclass(&owner.table), stored(&owner.column))),
        ),
    };
    let logged = if *unlogged {
        Fact::is("unlogged", "c.relpersistence = 'u'")
    } else {
        Fact::not("logged", "c.relpersistence = 'p'")
    };
    vec![Fact::is(words(options), options_are(options)), owner, logged]
}

/// Type, increment and bounds, in words.
pub(super) fn words(options: &SequenceOptions) -> String {
    let SequenceOptions { ty, start, increment, min, max, cache, cycle } = options;
    let mut words = format!("{ty} from {start} by {increment} between {min} and {max}");
    if *cache != 1 {
        words.push_str(&format!(", cache {cache}"));
    }
    if *cycle {
        words.push_str(", cycling");
    }
    words
}

/// That a row `s` of `pg_sequence` has these options.
pub(super) fn options_are(options: &SequenceOptions) -> String {
    let SequenceOptions { ty, start, increment, min, max, cache, cycle } = options;
    format!(
        "pg_catalog.format_type(s.seqtypid, NULL) = '{ty}' \
         AND (s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle) = \
         ({start}, {increment}, {min}, {max}, {cache}, {cycle})"
    )
}
