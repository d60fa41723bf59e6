//! Sequences that are objects of their own.

use novate_contract::ddl::sequence as ddl;
use novate_contract::{Control, ObjectId, QName, Sequence};

use super::Work;
use crate::diff::Fate;
use crate::step::{Node, Place, Stage, Step, rank};
use crate::uses::{self, column};

pub(super) fn steps(work: &mut Work<'_>, name: &QName, fate: &Fate) {
    let id = ObjectId::Sequence(name.clone());
    let (old, new) = (work.diff.from.sequences.get(name), work.diff.to.sequences.get(name));
    match (fate, old, new) {
        (Fate::Create | Fate::Replace, _, Some(new)) => create(work, name, new),
        (Fate::Drop, Some(old), _) if !goes_with_owner(work, old) => {
            // Beside the column that has just stopped counting with it, if there is one.
            let place = match &old.owner {
                Some(owner) => Place::new(Stage::Tables, &owner.table, rank::LOSE, name),
                None => Place::new(Stage::Retire, "", 3, name),
            };
            let step = Step::statement(place, id, ddl::drop(name));
            let step = step.takes(nodes(name)).releases([uses::schema(&name.schema)]);
            work.push(step.releases(owner(old)));
        }
        (Fate::Alter, Some(old), Some(new)) => alter(work, name, old, new),
        _ => {}
    }
}

/// What a sequence is, for those that take it along.
pub(crate) fn nodes(name: &QName) -> [Node; 3] {
    [Node::Object(ObjectId::Sequence(name.clone())), Node::Relation(name.clone()), Node::Owner(name.clone())]
}

fn owner(sequence: &Sequence) -> Option<Node> {
    sequence.owner.as_ref().map(|owner| column(&owner.table, &owner.column))
}

/// Whether the column that a sequence belongs to goes, and the sequence with it.
fn goes_with_owner(work: &Work<'_>, sequence: &Sequence) -> bool {
    sequence.owner.as_ref().is_some_and(|owner| {
        work.table_is_lost(&owner.table)
            || work.diff.is_lost(&ObjectId::Column(owner.table.clone(), owner.column.clone()))
    })
}

fn place(name: &QName, sequence: &Sequence, rank: u8) -> Place {
    match &sequence.owner {
        Some(owner) => Place::new(Stage::Tables, &owner.table, rank, name),
        None => Place::new(Stage::Prepare, "", 3, name),
    }
}

fn create(work: &mut Work<'_>, name: &QName, new: &Sequence) {
    let id = ObjectId::Sequence(name.clone());
    let step = Step::statement(place(name, new, rank::SEQUENCE), id.clone(), ddl::create(name, new));
    let given = [Node::Object(id.clone()), Node::Relation(name.clone())];
    work.push(step.gives(given).needs([uses::schema(&name.schema)]));
    if let Some(owner) = &new.owner {
        let step = Step::statement(place(name, new, rank::OWNER), id.clone(), ddl::owned_by(name, Some(owner)));
        let step = step.gives([Node::Owner(name.clone())]);
        work.push(step.needs([Node::Object(id), column(&owner.table, &owner.column), table(&owner.table)]));
    }
}

fn alter(work: &mut Work<'_>, name: &QName, old: &Sequence, new: &Sequence) {
    let id = ObjectId::Sequence(name.clone());
    if let Some(sql) = ddl::alter(name, &old.options, &new.options) {
        let place = place(name, new, rank::SEQUENCE);
        work.push(Step::statement(place, id.clone(), sql).changes([id.clone().into()]));
    }
    if old.owner != new.owner {
        own(work, name, old, new);
    }
}

fn own(work: &mut Work<'_>, name: &QName, old: &Sequence, new: &Sequence) {
    let id = ObjectId::Sequence(name.clone());
    let step = Step::statement(place(name, new, rank::OWNER), id, ddl::owned_by(name, new.owner.as_ref()));
    let step = step.changes([Node::Owner(name.clone())]).needs(owner(new)).releases(owner(old));
    let left = old.owner.as_ref().filter(|_| !goes_with_owner(work, old));
    work.push(step.needs(new.owner.iter().chain(left).map(|owner| table(&owner.table))));
}

fn table(name: &QName) -> Node {
    Node::Object(ObjectId::Table(name.clone()))
}

/// A table that starts or stops being logged takes the sequences of its columns along; those that should be otherwise
/// are set back.
pub(super) fn follow_logging(work: &mut Work<'_>) {
    let (from, to) = (&work.diff.from.sequences, &work.diff.to.sequences);
    let staying: Vec<_> = from.iter().filter_map(|(name, old)| Some((name, old, to.get(name)?))).collect();
    for (name, old, new) in staying {
        let id = ObjectId::Sequence(name.clone());
        if work.diff.is_lost(&id) || work.diff.control(&id) != Control::Managed {
            continue;
        }
        let owner = old.owner.as_ref().filter(|_| !goes_with_owner(work, old)).map(|owner| &owner.table);
        let tables = owner.and_then(|owner| Some((work.old_table(owner)?, work.new_table(owner)?)));
        let follows = tables.filter(|(old, new)| old.unlogged != new.unlogged).map(|(_, new)| new.unlogged);
        if follows.unwrap_or(old.unlogged) != new.unlogged {
            let sql = ddl::set_logged(name, !new.unlogged);
            let step = Step::statement(place(name, new, rank::TABLE), id.clone(), sql).changes([id.into()]);
            work.push(step.needs(owner.map(table)));
        }
    }
}

/// A sequence that stays lets go of a column that goes, so that it does not go along.
pub(super) fn let_go(work: &mut Work<'_>) {
    let staying =
        work.diff.from.sequences.iter().filter_map(|(name, old)| Some((name, old, work.diff.to.sequences.get(name)?)));
    let caught: Vec<_> = staying.filter(|(_, old, new)| old.owner == new.owner && goes_with_owner(work, old)).collect();
    for (name, old, new) in caught {
        let id = ObjectId::Sequence(name.clone());
        let free = Step::statement(place(name, old, rank::FREE), id.clone(), ddl::owned_by(name, None));
        let left = old.owner.as_ref().map(|owner| table(&owner.table));
        work.push(free.takes([Node::Owner(name.clone())]).releases(owner(old)).releases(left));
        if let Some(owner) = &new.owner {
            let step = Step::statement(place(name, new, rank::OWNER), id, ddl::owned_by(name, Some(owner)));
            let needs = [column(&owner.table, &owner.column), table(&owner.table)];
            work.push(step.gives([Node::Owner(name.clone())]).needs(needs));
        }
    }
}
