//! Tables that have to be made anew because PostgreSQL cannot alter them into what they should be: the old one steps
//! aside, its rows move over, it goes.

use std::collections::BTreeSet;

use novate_contract::ddl::{column as column_ddl, table as ddl};
use novate_contract::{Ident, ObjectId, QName, Table};
use novate_sql::expr::Expr;

use crate::changes::{self, Work, identity};
use crate::conversion::{Conversion, conversion};
use crate::diff::Fate;
use crate::heirs;
use crate::names::beside;
use crate::plan::{Run, Transform};
use crate::step::{Act, Node, Pass, Place, Stage, Step, rank};

/// The old table's part: aside, and gone once its rows are in the new one. Making the new one is not done here.
pub(crate) fn steps(work: &mut Work<'_>, name: &QName, old: &Table, new: &Table) {
    let id = ObjectId::Table(name.clone());
    let aside = aside(work, name);
    for (column_name, payload) in old.columns.iter().filter(|(_, column)| column.identity.is_some()) {
        let column_id = ObjectId::Column(name.clone(), column_name.clone());
        let place = Place::new(Stage::Tables, name, rank::UNSET, column_name);
        let action = column_ddl::drop_identity(column_name).to_string();
        let step = Step::alter(place, column_id, name, Pass::Drop, action);
        let step = step.takes([Node::Identity(name.clone(), column_name.clone())]);
        work.push(step.takes(identity::relation(name, column_name, payload)).releases([id.clone().into()]));
    }
    let place = Place::new(Stage::Tables, name, rank::LOSE, name);
    let rename = Step::statement(place, id.clone(), ddl::rename(name, &aside.name));
    let (nodes, rests_on) = changes::table::leaving(work, name, old);
    let is_part = heirs::parents(old).any(|parent| work.table_is_remade(parent));
    let rename = rename.takes(nodes).gives(changes::table_names(&aside));
    work.push(rename.releases(rests_on.iter().cloned()));
    if is_part {
        // It goes, and its rows move, with the table that it is a partition of.
        return;
    }
    let moved = copy(work, name, &aside, old, new);
    for (column_name, payload) in &new.columns {
        if let Some(wanted) = &payload.identity
            && moved.contains(column_name)
        {
            let sequence = identity::sequence(name, column_name, wanted);
            identity::continue_after_rows(work, name, column_name, &sequence, &wanted.options);
        }
    }
    let mut drop = Step::statement(Place::new(Stage::Remove, name, 1, name), id.clone(), ddl::drop(&aside));
    for member in heirs::family(work.diff.from, name) {
        let goes = work.diff.is(&ObjectId::Table(member.clone()), &Fate::Drop);
        if let Some(table) = work.old_table(&member).filter(|_| goes) {
            let (nodes, used) = changes::table::leaving(work, &member, table);
            let own = Node::Object(id.clone());
            drop = drop.takes(nodes).releases(used.into_iter().filter(|node| *node != own));
        }
    }
    let rows = new.columns.keys().map(|column| Node::Rows(name.clone(), column.clone()));
    work.push(drop.needs(rows).releases(rests_on));
    work.note(id, "PostgreSQL cannot alter it into what it should be: it is made anew and its rows move over");
}

fn aside(work: &Work<'_>, name: &QName) -> QName {
    let taken = |name: &QName| work.diff.from.tables.contains_key(name) || work.diff.to.tables.contains_key(name);
    let named = |suffix: &str| QName::new(name.schema.clone(), beside(&name.name, suffix));
    let mut candidates = std::iter::once(named("_old")).chain((2_u32..100).map(|n| named(&format!("_old{n}"))));
    candidates.find(|candidate| !taken(candidate)).unwrap_or_else(|| named("_old"))
}

/// Moves the rows over; returns the columns that move.
fn copy(work: &mut Work<'_>, name: &QName, aside: &QName, old: &Table, new: &Table) -> BTreeSet<Ident> {
    let id = ObjectId::Table(name.clone());
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for (column, to) in new.columns.iter().filter(|(_, column)| column.generated.is_none()) {
        let Some(from) = old.columns.get(column) else { continue };
        let plain = Expr::Column(vec![column.clone()]);
        let converts = from.ty == to.ty || conversion(&from.ty, &to.ty) <= Conversion::Assignment;
        columns.push(column.clone());
        values.push(if converts { plain } else { Expr::Cast(Box::new(plain), to.ty.clone()) }.to_string());
    }
    let list = columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let identity = columns.iter().any(|c| new.columns.get(c).is_some_and(|c| c.identity.is_some()));
    let overriding = if identity { " OVERRIDING SYSTEM VALUE" } else { "" };
    let values = values.join(", ");
    let act = if work.diff.options.script {
        Act::Statement(format!("INSERT INTO {name} ({list}){overriding} SELECT {values} FROM {aside}"))
    } else {
        Act::Transform(Transform {
            name: format!("move rows of {name}"),
            invariant: None,
            check: format!("SELECT 1 FROM {aside} LIMIT 1"),
            run: vec![Run::Sql(format!(
                "WITH moved AS (DELETE FROM {aside} RETURNING *)\nINSERT INTO {name} ({list}){overriding} SELECT {values} FROM moved"
            ))],
            batch: None,
            objects: vec![id.clone()],
        })
    };
    let place = Place::new(Stage::Tables, name, rank::ROWS, name);
    let members = heirs::family(work.diff.to, name).into_iter().map(|member| Node::Object(ObjectId::Table(member)));
    let aside_there = Node::Relation(aside.clone());
    let step = Step::new(place, id, act).needs(members).needs([aside_there]);
    if !columns.is_empty() {
        let rows = new.columns.keys().map(|column| Node::Rows(name.clone(), column.clone()));
        work.push(step.gives(rows));
    }
    columns.into_iter().collect()
}
