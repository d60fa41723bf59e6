//! Primary keys and unique constraints.

use novate_contract::{Ident, PrimaryKey, StorageParameters, Unique};

use super::fact::Fact;
use super::sql::{columns_are, list, options_are, options_words};

pub(super) fn primary(key: &PrimaryKey) -> Vec<Fact> {
    let PrimaryKey { columns, include, storage } = key;
    let mut facts = vec![Fact::is(
        format!("the primary key of {}", list(columns)),
        format!("c.contype = 'p' AND {}", columns_are("c.conrelid", "c.conkey", columns)),
    )];
    facts.extend(index(include, storage));
    facts
}

pub(super) fn unique(key: &Unique) -> Vec<Fact> {
    let Unique { columns, nulls_not_distinct, include, storage } = key;
    let mut facts = vec![Fact::is(
        format!("unique over {}", list(columns)),
        format!("c.contype = 'u' AND {}", columns_are("c.conrelid", "c.conkey", columns)),
    )];
    let distinct = "EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = c.conindid \
                    AND pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct' = 'true')";
    facts.push(if *nulls_not_distinct {
        Fact::is("nulls not distinct", distinct)
    } else {
        Fact::not("nulls distinct", format!("NOT {distinct}"))
    });
    facts.extend(index(include, storage));
    facts
}

/// The index that enforces a constraint `c`.
pub(super) fn index(include: &[Ident], storage: &StorageParameters) -> [Fact; 2] {
    let numbers = "(pg_catalog.string_to_array(i.indkey::text, ' ')::int2[])[i.indnkeyatts + 1:]";
    let included = format!(
        "EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = c.conindid AND {})",
        columns_are("i.indrelid", numbers, include)
    );
    let options = "(SELECT x.reloptions FROM pg_catalog.pg_class x WHERE x.oid = c.conindid)";
    [
        if include.is_empty() {
            let none = "EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = c.conindid \
                        AND i.indnatts = i.indnkeyatts)";
            Fact::not("without further columns", none)
        } else {
            Fact::is(format!("including {}", list(include)), included)
        },
        if storage.is_empty() {
            Fact::not("without parameters", options_are(options, storage))
        } else {
            Fact::is(format!("with {}", options_words(storage)), options_are(options, storage))
        },
    ]
}
