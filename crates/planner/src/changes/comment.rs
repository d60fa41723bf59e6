//! Comments, on whatever they stand.

use std::collections::BTreeMap;

use novate_contract::ddl::comment as ddl;
use novate_contract::{Control, Object, ObjectId};

use super::Work;
use crate::diff::Fate;
use crate::heirs;
use crate::step::{Node, Place, Stage, Step};

pub(super) fn steps(work: &mut Work<'_>) {
    let diff = work.diff;
    for id in &diff.ids {
        let (ObjectId::Comment(on), Some(Object::Comment(text))) = (id, diff.after(id)) else { continue };
        if diff.parents_first && is_inherited(work, on) {
            continue;
        }
        let made = is_made(work, on);
        let old_id = match diff.fate(on) {
            Some(Fate::Rename(old)) => ObjectId::Comment(Box::new(old.clone())),
            _ => id.clone(),
        };
        let same = matches!(diff.before(&old_id), Some(Object::Comment(old)) if old == text);
        let allowed = match diff.control(on) {
            Control::Managed => true,
            Control::Tolerated => made,
            Control::Observed | Control::External => false,
        };
        if allowed && (made || !same) {
            comment(work, on, Some(text));
        }
    }
    let renamed: BTreeMap<&ObjectId, &ObjectId> = (diff.fates.iter())
        .filter_map(|(new, fate)| if let Fate::Rename(old) = fate { Some((old, new)) } else { None })
        .collect();
    for id in &diff.ids {
        let ObjectId::Comment(on) = id else { continue };
        if !diff.from.has(id) {
            continue;
        }
        let now = renamed.get(on.as_ref()).copied().unwrap_or(on);
        let stays = diff.to.has(now) && !is_made(work, now);
        let comment_id = ObjectId::Comment(Box::new(now.clone()));
        if stays && !diff.to.has(&comment_id) && diff.control(now) == Control::Managed {
            comment(work, now, None);
        }
    }
}

/// Whether an object is part of a partition or heir, where its name is certain only when its parent is done.
fn is_inherited(work: &Work<'_>, on: &ObjectId) -> bool {
    let table = on.table().and_then(|name| work.new_table(name));
    !matches!(on, ObjectId::Table(_)) && table.is_some_and(|table| heirs::parents(table).next().is_some())
}

/// Whether an object, or the table that it comes with, is made anew.
fn is_made(work: &Work<'_>, on: &ObjectId) -> bool {
    work.diff.is_made(on) || on.table().is_some_and(|table| work.table_is_made(table))
}

fn comment(work: &mut Work<'_>, on: &ObjectId, text: Option<&str>) {
    let id = ObjectId::Comment(Box::new(on.clone()));
    let group = on.table().map_or_else(|| on.to_string(), |table| format!("table {table}"));
    let place = Place::new(Stage::Describe, group, 0, on);
    work.push(Step::statement(place, id, ddl::set(on, text)).needs([Node::Object(on.clone())]));
}
