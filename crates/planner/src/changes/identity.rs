//! Identity columns, and columns that turn from one kind of counting to another.

use novate_contract::ddl::column as ddl;
use novate_contract::ddl::sequence as sequence_ddl;
use novate_contract::{Column, Ident, Identity, ObjectId, QName, SequenceOptions, names};
use novate_sql::Literal;

use super::Work;
use crate::operation::OperationClass;
use crate::plan::Raw;
use crate::step::{Act, Node, Pass, Place, Stage, Step, rank};
use crate::uses;

/// The sequence of an identity column.
pub(crate) fn sequence(table: &QName, name: &Ident, identity: &Identity) -> QName {
    let own = || names::sequence(&table.name, name, &|_| false);
    QName::new(table.schema.clone(), identity.sequence.clone().unwrap_or_else(own))
}

/// The name that a column's identity takes among relations.
pub(crate) fn relation(table: &QName, name: &Ident, column: &Column) -> Option<Node> {
    column.identity.as_ref().map(|identity| Node::Relation(sequence(table, name, identity)))
}

pub(super) fn alter(work: &mut Work<'_>, table: &QName, name: &Ident, old: &Column, new: &Column) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let node = Node::Identity(table.clone(), name.clone());
    let not_null = Node::NotNull(table.clone(), name.clone());
    let source = Node::Source(table.clone(), name.clone());
    let own = uses::column(table, name);
    let place = |rank| Place::new(Stage::Tables, table, rank, name);
    match (&old.identity, &new.identity) {
        (Some(_), None) => {
            // PostgreSQL gives the identity's sequence the new type before it carries out any part of a statement.
            let pass = if old.ty == new.ty { Pass::Drop } else { Pass::Alone };
            let drop = Step::alter(place(rank::UNSET), id, table, pass, ddl::drop_identity(name).to_string());
            let drop = drop.takes([node, source]).takes(relation(table, name, old));
            // It insists on NOT NULL for as long as it is there.
            work.push(drop.releases([not_null, own]));
            if let Some(sequence) = owned_sequence(work, table, name) {
                continue_after_rows(work, table, name, &sequence.0, &sequence.1);
            }
        }
        (None, Some(identity)) => {
            let action = ddl::add_identity(table, name, identity).to_string();
            let add = Step::alter(place(rank::IDENTITY), id, table, Pass::Column, action);
            let add = add.gives([node, source]).gives(relation(table, name, new)).needs([own, not_null]);
            work.push(add);
            continue_after_rows(work, table, name, &sequence(table, name, identity), &identity.options);
        }
        (Some(from), Some(to)) => change(work, table, name, (from, old), (to, new)),
        (None, None) => {}
    }
}

fn change(work: &mut Work<'_>, table: &QName, name: &Ident, old: (&Identity, &Column), new: (&Identity, &Column)) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let node = Node::Identity(table.clone(), name.clone());
    let place = Place::new(Stage::Tables, table, rank::IDENTITY, name);
    let (from, to) = (sequence(table, name, old.0), sequence(table, name, new.0));
    if from != to {
        let rename = Step::statement(place.clone(), id.clone(), sequence_ddl::rename(&from, &to.name));
        let names = (Node::Relation(from), Node::Relation(to));
        work.push(rename.takes([names.0]).gives([names.1]));
    }
    let options = if old.1.ty == new.1.ty {
        old.0.options.clone()
    } else {
        // The sequence changes its type with the column.
        Box::new(sequence_ddl::retyped(&old.0.options, &new.1.ty))
    };
    let state = Identity { options, ..old.0.clone() };
    if let Some(action) = ddl::set_identity(name, &state, new.0) {
        let step = Step::alter(place, id, table, Pass::Column, action.to_string());
        work.push(step.changes([node]).needs([uses::column(table, name)]));
    }
}

/// The sequence that a column's default will count with and that belongs to it, where it is new.
fn owned_sequence(work: &Work<'_>, table: &QName, name: &Ident) -> Option<(QName, SequenceOptions)> {
    let mut sequences = work.diff.to.sequences.iter();
    let (found, sequence) = sequences.find(|(sequence, payload)| {
        let owned = payload.owner.as_ref().is_some_and(|o| (&o.table, &o.column) == (table, name));
        owned && work.diff.is_made(&ObjectId::Sequence((*sequence).clone()))
    })?;
    Some((found.clone(), sequence.options.clone()))
}

/// A sequence that starts to count for rows that are there must go on behind them.
pub(crate) fn continue_after_rows(
    work: &mut Work<'_>,
    table: &QName,
    name: &Ident,
    sequence: &QName,
    options: &SequenceOptions,
) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let (pick, edge, step) = if options.increment < 0 { ("least", "min", "-") } else { ("greatest", "max", "+") };
    let start = options.start;
    let text = sequence.to_string();
    let sql = format!(
        "SELECT setval({}, {pick}((SELECT {edge}({name}) FROM {table}) {step} {}, {start}), false)",
        Literal(&text),
        options.increment.unsigned_abs(),
    );
    let raw = Raw {
        class: OperationClass::Data,
        label: format!("Let {sequence} go on behind the rows of {table}"),
        sql,
        postcheck: Vec::new(),
        objects: vec![id.clone()],
    };
    let place = Place::new(Stage::Tables, table, rank::OWNER, name);
    let needs = [
        Node::Identity(table.clone(), name.clone()),
        Node::Rows(table.clone(), name.clone()),
        Node::Object(ObjectId::Sequence(sequence.clone())),
        uses::column(table, name),
    ];
    work.push(Step::new(place, id, Act::Raw(raw)).needs(needs));
}
