//! Exclusion constraints.

use novate_contract::{Exclusion, IndexElement};

use super::fact::{self, Fact};
use super::{index, key};
use novate_sql::Literal;

pub(super) fn facts(exclusion: &Exclusion) -> Vec<Fact> {
    let Exclusion { method, elements, include, storage, predicate } = exclusion;
    let keys: Vec<IndexElement> = elements.iter().map(|element| element.element.clone()).collect();
    let inner = index::shape(method, &keys, include, predicate.as_ref());
    let conditions = fact::and(&inner, "\n    AND ");
    let own = format!(
        "EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid\n  \
         WHERE i.indexrelid = c.conindid{conditions})"
    );
    let operators: Vec<&str> = elements.iter().map(|e| e.operator.rsplit('.').next().unwrap_or(&e.operator)).collect();
    let names: Vec<String> = operators.iter().map(|name| Literal(name).to_string()).collect();
    let compared = format!(
        "ARRAY(SELECT o.oprname::text FROM pg_catalog.unnest(c.conexclop) WITH ORDINALITY k(op, i) \
         JOIN pg_catalog.pg_operator o ON o.oid = k.op ORDER BY k.i) = ARRAY[{}]",
        names.join(", ")
    );
    let words: Vec<String> =
        elements.iter().map(|e| format!("{} with {}", index::words(&e.element), e.operator)).collect();
    let mut facts = vec![
        Fact::is(format!("an exclusion of {}", words.join(", ")), format!("c.contype = 'x' AND {compared}")),
        Fact::not("over the same elements", own),
    ];
    facts.extend(key::index(include, storage).into_iter().skip(1));
    facts
}
