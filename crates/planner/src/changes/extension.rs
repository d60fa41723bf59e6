//! Extensions.

use novate_contract::ddl::extension as ddl;
use novate_contract::{Extension, Ident, ObjectId};

use super::{Work, ends, makes};
use crate::diff::Fate;
use crate::step::{Node, Place, Stage, Step};

pub(super) fn steps(work: &mut Work<'_>, name: &Ident, fate: &Fate) {
    let id = ObjectId::Extension(name.clone());
    let node = Node::Object(id.clone());
    let schema = |e: &Extension| e.schema.iter().map(|s| Node::Object(ObjectId::Schema(s.clone()))).collect::<Vec<_>>();
    let (old, new) = (work.diff.from.extensions.get(name), work.diff.to.extensions.get(name));
    if ends(fate)
        && let Some(old) = old
    {
        let place = Place::new(Stage::Retire, "", 8, name);
        let drop = Step::statement(place, id.clone(), ddl::drop(name));
        work.push(drop.takes([node.clone()]).releases(schema(old)));
    }
    let Some(new) = new else { return };
    let place = Place::new(Stage::Prepare, "", 1, name);
    if makes(fate) {
        let create = Step::statement(place, id, ddl::create(name, new));
        work.push(create.gives([node]).needs(schema(new)));
    } else if let (Fate::Alter, Some(old)) = (fate, old) {
        if let Some(to) = new.schema.as_ref().filter(|to| old.schema.as_ref() != Some(to)) {
            let sql = ddl::set_schema(name, to);
            let step = Step::statement(place.clone(), id.clone(), sql);
            work.push(step.changes([node.clone()]).needs(schema(new)).releases(schema(old)));
        }
        if let Some(to) = new.version.as_ref().filter(|to| old.version.as_ref() != Some(to)) {
            let sql = ddl::update(name, Some(to));
            work.push(Step::statement(place, id, sql).changes([node]));
        }
    }
}

/// Which types, functions and operators an extension brings is not known here; so everything comes after those that
/// come, and before those that go.
pub(super) fn surround(work: &mut Work<'_>) {
    let of = |ends: bool| -> Vec<Node> {
        let extensions = work.diff.fates.iter().filter(|(id, _)| matches!(id, ObjectId::Extension(_)));
        let wanted = extensions.filter(|(_, fate)| if ends { super::ends(fate) } else { makes(fate) });
        wanted.map(|(id, _)| Node::Object(id.clone())).collect()
    };
    let (coming, going) = (of(false), of(true));
    if coming.is_empty() && going.is_empty() {
        return;
    }
    for step in &mut work.steps {
        let prepares = |id: &ObjectId| matches!(id, ObjectId::Schema(_) | ObjectId::Extension(_));
        if !step.objects.iter().any(prepares) {
            step.needs.extend(coming.iter().cloned());
            step.releases.extend(going.iter().cloned());
        }
    }
}
