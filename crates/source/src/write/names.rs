//! Which names PostgreSQL would choose by itself.

use std::collections::HashMap;

use novate_contract::{Constraint, ConstraintKind, Contract, Ident, IndexKey, QName, names};

/// How often each constraint's name is used in its schema.
pub(super) struct Names<'a>(HashMap<(&'a Ident, &'a Ident), usize>);

impl<'a> Names<'a> {
    pub(super) fn of(contract: &'a Contract) -> Self {
        let mut used = HashMap::new();
        for (table, payload) in &contract.tables {
            for name in payload.constraints.keys() {
                *used.entry((&table.schema, name)).or_insert(0) += 1;
            }
        }
        Self(used)
    }

    /// Whether a constraint that is written without its name gets this one.
    pub(super) fn is_chosen(&self, table: &QName, name: &Ident, constraint: &Constraint) -> bool {
        // Where another table's constraint has it too, PostgreSQL would take the next.
        self.0.get(&(&table.schema, name)) == Some(&1) && first_choice(table, constraint).as_ref() == Some(name)
    }
}

/// The name that PostgreSQL tries first; `None` where that cannot be told.
pub(super) fn first_choice(table: &QName, constraint: &Constraint) -> Option<Ident> {
    let free = |_: &str| false;
    Some(match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => names::primary_key(&table.name, &free),
        ConstraintKind::Unique(key) => {
            names::unique(&table.name, &[key.columns.as_slice(), &key.include].concat(), &free)
        }
        ConstraintKind::ForeignKey(key) => names::foreign_key(&table.name, &key.columns, &free),
        ConstraintKind::Check(check) => {
            let references = check.expr.canonical.references();
            if references.incomplete {
                return None;
            }
            let mut columns: Vec<Ident> = Vec::new();
            for parts in references.columns {
                // A qualified name may be a row's.
                let [column] = parts.as_slice() else { return None };
                if *column == table.name {
                    return None;
                }
                columns.push(column.clone());
            }
            names::check(&table.name, &columns, &free)
        }
        ConstraintKind::Exclusion(exclusion) => {
            let mut columns = Vec::with_capacity(exclusion.elements.len());
            for element in &exclusion.elements {
                match &element.element.key {
                    IndexKey::Column(column) => columns.push(column.clone()),
                    IndexKey::Expression(_) => return None,
                }
            }
            columns.extend(exclusion.include.iter().cloned());
            names::exclusion(&table.name, &columns, &free)
        }
    })
}
