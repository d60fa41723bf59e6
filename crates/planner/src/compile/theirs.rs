//! What is somebody else's is there without any statement of ours.

use std::collections::BTreeSet;

use novate_contract::{Contract, Control, ObjectId, QName, UnsupportedObject};

/// The state in which a migration from one contract to another finds the database: the one it starts from, with what
/// others keep as the one to reach declares it.
pub(super) fn beside(from: &Contract, to: &Contract) -> Contract {
    let mut start = from.clone();
    let theirs = |id: ObjectId| to.control(&id) >= Control::Observed;
    for (name, schema) in &to.schemas {
        if theirs(ObjectId::Schema(name.clone())) {
            start.schemas.insert(name.clone(), schema.clone());
        }
    }
    for (name, extension) in &to.extensions {
        if theirs(ObjectId::Extension(name.clone())) {
            start.extensions.insert(name.clone(), extension.clone());
        }
    }
    for (name, payload) in &to.enums {
        if theirs(ObjectId::Enum(name.clone())) {
            start.enums.insert(name.clone(), payload.clone());
        }
    }
    for (name, sequence) in &to.sequences {
        if theirs(ObjectId::Sequence(name.clone())) {
            start.sequences.insert(name.clone(), sequence.clone());
        }
    }
    for (name, table) in &to.tables {
        if theirs(ObjectId::Table(name.clone())) {
            start.tables.insert(name.clone(), table.clone());
        }
    }
    start.unsupported.extend(to.unsupported.iter().cloned());
    let strangers: BTreeSet<QName> = [from, to].into_iter().flat_map(|contract| types(contract, to)).collect();
    start.unsupported.extend(strangers.into_iter().map(|name| UnsupportedObject {
        kind: "type".to_owned(),
        name: name.to_string(),
        place: String::new(),
    }));
    start
}

/// The types of columns that are neither PostgreSQL's own nor modelled: domains and their like, which a contract that
/// was read from a file knows by name alone.
fn types<'a>(contract: &'a Contract, to: &'a Contract) -> impl Iterator<Item = QName> + 'a {
    let columns = contract.tables.values().flat_map(|table| table.columns.values());
    let names = columns.filter_map(|column| {
        let ty = &column.ty;
        Some(QName::new(ty.schema.clone()?, ty.name.clone()))
    });
    let modelled = move |name: &QName| {
        [contract, to].iter().any(|contract| contract.enums.contains_key(name) || contract.tables.contains_key(name))
    };
    names.filter(move |name| !modelled(name))
}
