//! Rows that hold NULL where NULL is about to be refused.

use novate_contract::ddl::default_value;
use novate_contract::{Expression, Ident, ObjectId, QName};

use crate::changes::Work;
use crate::plan::{Placeholder, Run, Transform};
use crate::step::{Act, Node, Place, Stage, Step, rank};
use crate::strategy::online;
use crate::uses;

/// Fills a column's NULLs with its default, or asks the author for a value. A script fills in what it knows and leaves
/// the rest to `SET NOT NULL`, which refuses where rows are in the way.
pub(crate) fn steps(work: &mut Work<'_>, table: &QName, name: &Ident, default: Option<&Expression>) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let place = Place::new(Stage::Tables, table, rank::ROWS, name);
    let batch = if work.diff.options.script { None } else { online::batch(work, table) };
    // A round takes what it finds first; the rows that it has filled are not found again.
    let round = batch.map(|batch| {
        let size = batch.size;
        format!("ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {name} IS NULL LIMIT {size}))")
    });
    let update = default.map(|value| {
        let value = default_value(value);
        let rows = round.as_ref().map(|round| format!("{round} AND ")).unwrap_or_default();
        format!("UPDATE {table} SET {name} = {value} WHERE {rows}{name} IS NULL")
    });
    let act = if work.diff.options.script {
        match update {
            Some(sql) => Act::Statement(sql),
            None => return,
        }
    } else {
        let ask = || Placeholder {
            subject: format!("{table}.{name}"),
            question: match &round {
                Some(round) => format!("what should existing rows get? A round is the rows WHERE {round}"),
                None => "what should existing rows get?".to_owned(),
            },
        };
        Act::Transform(Transform {
            name: format!("backfill {table}.{name}"),
            invariant: None,
            check: format!("SELECT 1 FROM {table} WHERE {name} IS NULL LIMIT 1"),
            run: vec![update.map_or_else(|| Run::Placeholder(ask()), Run::Sql)],
            batch,
            objects: vec![id.clone()],
        })
    };
    let needs = [uses::column(table, name), Node::Default(table.clone(), name.clone())];
    work.push(Step::new(place, id, act).needs(needs).gives([Node::Rows(table.clone(), name.clone())]));
}
