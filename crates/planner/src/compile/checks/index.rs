//! Indexes, those that enforce exclusions included.

use novate_contract::{Expression, Ident, Index, IndexElement, IndexKey, NullsOrder, QName, SortOrder};
use novate_sql::Literal;

use super::expression;
use super::fact::{Fact, Place};
use super::sql::{array, list, options_are, options_words, regclass, stored};

pub(super) fn place(table: &QName, name: &Ident) -> Place {
    let full = QName::new(table.schema.clone(), name.clone());
    Place::new(
        "pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid",
        format!("i.indexrelid = {}", regclass(&full)),
    )
}

/// That a name is not that of an index of its own, though it may be that of a constraint's.
pub(super) fn is_key(name: &QName) -> String {
    format!(
        "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = {} AND NOT EXISTS \
         (SELECT FROM pg_catalog.pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')))",
        regclass(name)
    )
}

pub(super) fn facts(table: &QName, index: &Index) -> Vec<Fact> {
    let Index { unique, nulls_not_distinct, method, elements, include, predicate, storage, valid, comment: _ } = index;
    let mut facts = vec![Fact::is(format!("an index of {table}"), format!("i.indrelid = {}", regclass(table)))];
    facts.push(if *unique {
        Fact::is("unique", "i.indisunique")
    } else {
        Fact::not("not unique", "NOT i.indisunique")
    });
    let distinct = "coalesce(pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct', 'false')";
    facts.push(if *nulls_not_distinct {
        Fact::is("nulls not distinct", format!("{distinct} = 'true'"))
    } else {
        Fact::not("nulls distinct", format!("{distinct} = 'false'"))
    });
    facts.extend(shape(method, elements, include, predicate.as_ref()));
    let options = options_are("x.reloptions", storage);
    facts.push(if storage.is_empty() {
        Fact::not("without parameters", options)
    } else {
        Fact::is(format!("with {}", options_words(storage)), options)
    });
    facts.push(if *valid { Fact::not("valid", "i.indisvalid") } else { Fact::is("not valid", "NOT i.indisvalid") });
    facts
}

/// Method, elements and predicate, as conditions on a row `i` of `pg_index` and `x` of `pg_class`.
pub(super) fn shape(
    method: &Ident,
    elements: &[IndexElement],
    include: &[Ident],
    predicate: Option<&Expression>,
) -> Vec<Fact> {
    let is_method = format!("(SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = x.relam) = {}", stored(method));
    let mut facts = vec![if method.as_str() == "btree" {
        Fact::not("of method btree", is_method)
    } else {
        Fact::is(format!("of method {method}"), is_method)
    }];
    facts.push(columns(elements, include));
    facts.extend(expressions(elements));
    facts.push(options(elements));
    facts.extend(opclasses(elements));
    facts.extend(collations(elements));
    facts.push(match predicate {
        None => Fact::not("of all rows", "i.indpred IS NULL"),
        Some(predicate) => {
            let words = format!("of rows where {}", predicate.canonical);
            match expression::is("pg_catalog.pg_get_expr(i.indpred, i.indrelid)", predicate, None) {
                Some(same) => Fact::is(words, same),
                None => Fact::is(words, "i.indpred IS NOT NULL"),
            }
        }
    });
    facts
}

/// An element in words.
pub(super) fn words(element: &IndexElement) -> String {
    let IndexElement { key, collation, opclass, order, nulls } = element;
    let mut words = match key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(expr) => format!("({})", expr.canonical),
    };
    if let Some(collation) = collation {
        words.push_str(&format!(" collate {collation}"));
    }
    if let Some(opclass) = opclass {
        words.push_str(&format!(" {}", opclass.name));
    }
    match (order, nulls) {
        (SortOrder::Asc, NullsOrder::Last) => {}
        (SortOrder::Asc, NullsOrder::First) => words.push_str(" nulls first"),
        (SortOrder::Desc, NullsOrder::First) => words.push_str(" desc"),
        (SortOrder::Desc, NullsOrder::Last) => words.push_str(" desc nulls last"),
    }
    words
}

/// Plain columns by name, expressions as NULL, and how many of all are keys.
fn columns(elements: &[IndexElement], include: &[Ident]) -> Fact {
    let names: Vec<Option<&Ident>> = elements.iter().map(column).chain(include.iter().map(Some)).collect();
    let texts: Vec<String> = names
        .iter()
        .map(|name| name.map_or_else(|| "NULL".to_owned(), |name| Literal(name.as_str()).to_string()))
        .collect();
    let mut told = format!("over {}", list(&elements.iter().map(words).collect::<Vec<_>>()));
    if !include.is_empty() {
        told.push_str(&format!(" including {}", list(include)));
    }
    Fact::is(
        told,
        format!(
            "i.indnkeyatts = {} AND ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(i.indkey::int2[]) \
             WITH ORDINALITY k(n, i) LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n \
             ORDER BY k.i) = ARRAY[{}]::text[]",
            elements.len(),
            texts.join(", ")
        ),
    )
}

fn column(element: &IndexElement) -> Option<&Ident> {
    match &element.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    }
}

fn expressions(elements: &[IndexElement]) -> Vec<Fact> {
    let numbered = elements.iter().zip(1_usize..);
    let compared = numbered.filter_map(|(element, number)| match &element.key {
        IndexKey::Column(_) => None,
        IndexKey::Expression(expr) => {
            let printed = format!("pg_catalog.pg_get_indexdef(i.indexrelid, {number}, false)");
            Some(Fact::not("over the same expressions", expression::is(&printed, expr, None)?))
        }
    });
    compared.collect()
}

/// Bit 0 is descending, bit 1 nulls first.
fn options(elements: &[IndexElement]) -> Fact {
    let bits = elements.iter().map(|element| {
        let desc = u8::from(element.order == SortOrder::Desc);
        let first = 2 * u8::from(element.nulls == NullsOrder::First);
        (desc + first).to_string()
    });
    let bits: Vec<String> = bits.collect();
    Fact::not("in the same order", format!("i.indoption::text = '{}'", bits.join(" ")))
}

fn opclasses(elements: &[IndexElement]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut default: Vec<String> = Vec::new();
    for (element, number) in elements.iter().zip(1_usize..) {
        let Some(opclass) = &element.opclass else {
            default.push(number.to_string());
            continue;
        };
        let schema = opclass.name.schema.as_ref().map(|schema| format!(" AND n.nspname = {}", stored(schema)));
        let sql = format!(
            "EXISTS (SELECT FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace \
             WHERE o.oid = i.indclass[{}] AND o.opcname = {}{})",
            number - 1,
            stored(&opclass.name.name),
            schema.unwrap_or_default()
        );
        facts.push(Fact::not("by the same operator classes", sql));
        if !opclass.parameters.is_empty() {
            let texts: Vec<String> = opclass.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let sql = format!(
                "(SELECT a.attoptions FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid \
                 AND a.attnum = {number}) @> {}",
                array(&texts)
            );
            facts.push(Fact::not("with the same parameters of operator classes", sql));
        }
    }
    if !default.is_empty() {
        let only = if default.len() == elements.len() {
            String::new()
        } else {
            format!(" AND k.i IN ({})", default.join(", "))
        };
        facts.push(Fact::not(
            "by default operator classes",
            format!(
                "NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indclass::oid[]) WITH ORDINALITY k(op, i) \
                 JOIN pg_catalog.pg_opclass o ON o.oid = k.op WHERE NOT o.opcdefault{only})"
            ),
        ));
    }
    facts
}

/// Of an expression nobody knows what its collation would be by itself.
fn collations(elements: &[IndexElement]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut own: Vec<String> = Vec::new();
    for (element, number) in elements.iter().zip(1_usize..) {
        match (&element.collation, &element.key) {
            (Some(name), _) => {
                let oid = format!("i.indcollation[{}]", number - 1);
                facts.push(Fact::not("in the same collations", super::column::collation_is(&oid, name)));
            }
            (None, IndexKey::Column(_)) => own.push(number.to_string()),
            (None, IndexKey::Expression(_)) => {}
        }
    }
    if !own.is_empty() {
        facts.push(Fact::not(
            "in the collations of its columns",
            format!(
                "NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest(i.indkey::int2[]), \
                 pg_catalog.unnest(i.indcollation::oid[])) WITH ORDINALITY k(n, l, i) JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n \
                 WHERE k.l <> a.attcollation AND k.i IN ({}))",
                own.join(", ")
            ),
        ));
    }
    facts
}
