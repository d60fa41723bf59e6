//! Schemas.

use novate_contract::ddl::schema as ddl;
use novate_contract::{Ident, ObjectId};

use super::{Work, ends, makes};
use crate::diff::Fate;
use crate::step::{Place, Stage, Step};

pub(super) fn steps(work: &mut Work<'_>, name: &Ident, fate: &Fate) {
    let id = ObjectId::Schema(name.clone());
    if ends(fate) {
        let place = Place::new(Stage::Retire, "", 9, name);
        work.push(Step::statement(place, id.clone(), ddl::drop(name)).takes([id.clone().into()]));
    }
    if makes(fate) {
        let place = Place::new(Stage::Prepare, "", 0, name);
        work.push(Step::statement(place, id.clone(), ddl::create(name)).gives([id.into()]));
    }
}
