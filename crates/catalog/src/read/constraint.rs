//! What constraints of every kind have in common.

use novate_contract::{Check, Constraint, ConstraintKind, Deferral, Ident};

use super::comment::On;
use super::draft::Draft;
use super::exclusion;
use super::expression::Use;
use super::fields::{Fields, Oid};
use super::foreign_key::{self, Part};
use super::query::ServerVersion;
use crate::CatalogError;

/// Constraint triggers are triggers, and NOT NULL is the column's.
pub(super) fn query(version: ServerVersion) -> String {
    let delete_columns = version.since(15, "c.confdelsetcols", "NULL");
    let enforced = version.since(18, "c.conenforced", "true");
    let period = version.since(18, "c.conperiod", "false");
    let operators = exclusion::OPERATORS;
    format!(
        "\
SELECT c.oid AS novate_constraint, c.conrelid, c.conname, c.contype, c.conkey, c.condeferrable, c.condeferred,
  c.convalidated, c.connoinherit, {enforced}, {period}, nullif(c.conindid, 0),
  CASE c.contype WHEN 'c' THEN pg_get_expr(c.conbin, c.conrelid) END,
  CASE c.contype WHEN 'x' THEN {operators} END,
  nullif(c.conparentid, 0), nullif(c.confrelid, 0), c.confkey, nullif(c.confmatchtype, ' '),
  nullif(c.confupdtype, ' '), nullif(c.confdeltype, ' '), {delete_columns}
FROM pg_constraint c
WHERE c.conrelid >= 16384 AND c.contype IN ('p', 'u', 'f', 'c', 'x')"
    )
}

/// A constraint that an index enforces, and that waits for it.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) name: Ident,
    pub(super) kind: WaitingKind,
    /// Numbers of columns.
    pub(super) columns: Vec<i16>,
    pub(super) common: Common,
}

/// What such a constraint is.
#[derive(Debug)]
pub(super) enum WaitingKind {
    PrimaryKey,
    Unique,
    /// The operator of each element.
    Exclusion(Vec<String>),
    /// One that is not modelled.
    Temporal,
}

/// What constraints of every kind have.
#[derive(Debug)]
pub(super) struct Common {
    deferral: Deferral,
    validated: bool,
    no_inherit: bool,
    enforced: bool,
    comment: Option<String>,
}

impl Common {
    /// The constraint of this kind.
    pub(super) fn with(self, kind: ConstraintKind) -> Constraint {
        let Self { deferral, validated, no_inherit, enforced, comment } = self;
        let no_inherit = no_inherit && matches!(kind, ConstraintKind::Check(_));
        Constraint { kind, deferral, validated, no_inherit, enforced, comment }
    }
}

/// Puts one constraint into its table, unless it has to wait.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, relation): (Oid, Oid) = (fields.value()?, fields.value()?);
    let comment = draft.comment(On::Constraint, oid);
    let Some(of) = draft.relations.get_mut(&relation).filter(|of| of.counts && of.is_table) else { return Ok(()) };
    let name = Ident::new(fields.text()?);
    let kind = fields.letter()?;
    let columns = fields.numbers()?;
    let deferral = match (fields.flag()?, fields.flag()?) {
        (false, _) => Deferral::NotDeferrable,
        (true, false) => Deferral::InitiallyImmediate,
        (true, true) => Deferral::InitiallyDeferred,
    };
    let (validated, no_inherit, enforced) = (fields.flag()?, fields.flag()?, fields.flag()?);
    let common = Common { deferral, validated, no_inherit, enforced, comment };
    let is_temporal = fields.flag()?;
    let index = fields.object()?;
    let condition = fields.optional()?;
    let operators = fields.texts()?;
    let waiting = match kind {
        'f' if is_temporal => None,
        'f' => {
            let columns = of.columns(&columns);
            let Part { parent, key } = foreign_key::read(columns, relation, &draft.relations, fields)?;
            draft.foreign_keys.note(oid, relation);
            if let (Some(key), Some(of)) = (key, draft.relations.get_mut(&relation)) {
                let key = common.with(ConstraintKind::ForeignKey(key));
                match parent {
                    None => drop(of.table.constraints.insert(name.clone(), key)),
                    Some(parent) => draft.foreign_keys.keep(relation, parent, name.clone(), key),
                }
            }
            None
        }
        'c' => {
            let condition = condition.and_then(|text| draft.expressions.get(text, Use::Condition, &of.table));
            if let Some(expr) = condition {
                of.table.constraints.insert(name.clone(), common.with(ConstraintKind::Check(Check { expr })));
            }
            None
        }
        _ if is_temporal => Some((WaitingKind::Temporal, common)),
        'p' => Some((WaitingKind::PrimaryKey, common)),
        'u' => Some((WaitingKind::Unique, common)),
        _ => Some((WaitingKind::Exclusion(exclusion::operators(&operators)), common)),
    };
    if is_temporal && let Some(of) = draft.relations.get(&relation) {
        draft.unsupported("temporal constraint", format!("{}.{name}", of.name));
    }
    if let (Some((kind, common)), Some(index)) = (waiting, index) {
        draft.waiting.insert(index, Waiting { name, kind, columns, common });
    }
    Ok(())
}

/// Puts the foreign keys that waited into their tables, now that it is known which are parts of others.
pub(super) fn place(draft: &mut Draft) {
    for (relation, name, key) in std::mem::take(&mut draft.foreign_keys).whole() {
        if let Some(of) = draft.relations.get_mut(&relation) {
            of.table.constraints.insert(name, key);
        }
    }
}
