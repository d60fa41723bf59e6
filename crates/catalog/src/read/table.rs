//! Tables without their parts, and what else has rows or columns.

use novate_contract::{Ident, Partition, QName, ReplicaIdentity, RowSecurity, Table};

use super::comment::On;
use super::draft::{Draft, Relation};
use super::fields::{Fields, Oid};
use super::query::is_member;
use super::text::storage;
use crate::CatalogError;

/// An extension's tables come along for the sake of their names, which foreign keys and children may need, and TOAST
/// tables for the sake of their parameters, which are said of the table that they are of.
pub(super) fn query() -> String {
    let member = is_member("pg_class", "r.oid");
    format!(
        "\
SELECT r.oid AS novate_table, r.relnamespace, r.relname, r.relkind, r.relpersistence = 'u', r.relam,
  r.reloptions, nullif(r.reltoastrelid, 0), r.relnatts, r.relrowsecurity, r.relforcerowsecurity, r.relreplident, r.reloftype <> 0,
  CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
  CASE WHEN r.relispartition THEN pg_get_expr(r.relpartbound, r.oid) END,
  CASE WHEN r.relacl IS NOT NULL THEN
    r.relacl @> acldefault('r', r.relowner) AND r.relacl <@ acldefault('r', r.relowner) END, {member}
FROM pg_class r
WHERE (r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') OR r.relkind = 't' AND r.reloptions IS NOT NULL)
  AND r.relpersistence <> 't' AND r.oid >= 16384"
    )
}

/// Keeps one table, and names what is not modelled.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, schema): (Oid, Oid) = (fields.value()?, fields.value()?);
    let Some(place) = draft.schemas.get(&schema) else { return Ok(()) };
    let (counts, name) = (place.counts, QName::new(place.name.clone(), fields.text()?));
    let kind = fields.letter()?;
    let unlogged = fields.flag()?;
    let method: Oid = fields.value()?;
    let parameters = fields.texts()?;
    if kind == 't' {
        draft.toast.insert(oid, storage(&parameters, "toast."));
        return Ok(());
    }
    let toast = fields.object()?;
    let columns: usize = fields.value()?;
    let row_security = RowSecurity { enabled: fields.flag()?, forced: fields.flag()? };
    let replica_identity = match fields.letter()? {
        'f' => ReplicaIdentity::Full,
        'n' => ReplicaIdentity::Nothing,
        // The index that is meant says so itself.
        _ => ReplicaIdentity::Default,
    };
    let is_typed = fields.flag()?;
    let partition_by = fields.optional()?.map(str::to_owned);
    let partition_bound = fields.optional()?.map(str::to_owned);
    let has_usual_privileges = fields.optional()? != Some("f");
    let counts = counts && !fields.flag()?;
    if counts {
        let unsupported = match kind {
            'v' => Some("view"),
            'm' => Some("materialized view"),
            'f' => Some("foreign table"),
            'c' => Some("composite type"),
            _ => None,
        };
        if let Some(kind) = unsupported {
            draft.unsupported(kind, name.to_string());
        }
        if is_typed {
            draft.unsupported("typed table", name.to_string());
        }
        if !has_usual_privileges {
            draft.unsupported("privilege", format!("table {name}"));
        }
    }
    let table = Table {
        unlogged,
        access_method: draft.methods.get(&method).filter(|method| method.as_str() != "heap").cloned(),
        storage: storage(&parameters, ""),
        row_security,
        replica_identity,
        partition_by,
        comment: draft.comment(On::Relation, oid),
        ..Table::default()
    };
    let is_table = matches!(kind, 'r' | 'p');
    let mut relation = Relation { name, counts, is_table, toast, partition_bound, ..Relation::of(table) };
    if is_table {
        relation.table.columns.reserve_exact(columns);
        relation.places.reserve_exact(columns + 1);
    }
    draft.relations.insert(oid, Box::new(relation));
    Ok(())
}

/// Gives the tables the parameters of their TOAST tables.
pub(super) fn place(draft: &mut Draft) {
    if draft.toast.is_empty() {
        return;
    }
    for relation in draft.relations.values_mut() {
        if let Some(parameters) = relation.toast.and_then(|toast| draft.toast.remove(&toast)) {
            relation.table.storage.extend(parameters);
        }
    }
}

impl Relation {
    /// Says where the table comes from, once all of its parents are known.
    pub(super) fn descend(&mut self, mut parents: Vec<(i32, QName)>) {
        parents.sort_by_key(|(place, _)| *place);
        let mut parents: Vec<QName> = parents.into_iter().map(|(_, name)| name).collect();
        match self.partition_bound.take() {
            Some(bound) if !parents.is_empty() => {
                self.table.partition_of = Some(Partition { parent: parents.swap_remove(0), bound });
            }
            _ => self.table.inherits = parents,
        }
    }

    /// The name of a column.
    pub(super) fn column(&self, number: i16) -> Option<&Ident> {
        let place = self.places.get(usize::try_from(number).ok()?)?.as_ref()?;
        self.table.columns.get_index(place.at).map(|(name, _)| name)
    }

    /// The type of a column.
    pub(super) fn column_type(&self, number: i16) -> Option<Oid> {
        self.places.get(usize::try_from(number).ok()?)?.as_ref().map(|place| place.ty)
    }

    /// The names of columns.
    pub(super) fn columns(&self, numbers: &[i16]) -> Vec<Ident> {
        numbers.iter().filter_map(|number| self.column(*number).cloned()).collect()
    }
}
