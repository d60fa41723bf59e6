//! What is somebody else's is there without any statement of ours.

use novate_contract::{Contract, Control, ObjectId};

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
    start
}
