//! Comments.

use novate_contract::{ObjectId, QName};
use novate_sql::Literal;

use super::fact::{Fact, Place};
use super::{column, constraint, enumeration, extension, schema, sql};

/// How many characters of a comment its question tells.
const SHOWN: usize = 60;

/// The row of what is commented on, and the text of its comment.
fn on(id: &ObjectId) -> Option<(Place, &'static str)> {
    let relation = |name: &QName| {
        let place = Place::new("pg_catalog.pg_class c", format!("c.oid = {}", sql::regclass(name)));
        (place, "pg_catalog.obj_description(c.oid, 'pg_class')")
    };
    Some(match id {
        ObjectId::Schema(name) => (schema::place(name), "pg_catalog.obj_description(n.oid, 'pg_namespace')"),
        ObjectId::Extension(name) => (extension::place(name), "pg_catalog.obj_description(e.oid, 'pg_extension')"),
        ObjectId::Enum(name) => (enumeration::place(name), "pg_catalog.obj_description(t.oid, 'pg_type')"),
        ObjectId::Sequence(name) | ObjectId::Table(name) => relation(name),
        ObjectId::Index(table, name) => relation(&QName::new(table.schema.clone(), name.clone())),
        ObjectId::Column(table, name) => {
            (column::place(table, name), "pg_catalog.col_description(a.attrelid, a.attnum)")
        }
        ObjectId::Constraint(_, table, name) => {
            (constraint::place(table, name), "pg_catalog.obj_description(c.oid, 'pg_constraint')")
        }
        ObjectId::Comment(_) => return None,
    })
}

pub(super) fn facts(id: &ObjectId, text: &str) -> Option<(Place, Vec<Fact>)> {
    let (place, description) = on(id)?;
    let short: String = text.chars().take(SHOWN).collect();
    let dots = if short.len() < text.len() { "..." } else { "" };
    Some((place, vec![Fact::is(format!("{}{dots}", Literal(&short)), format!("{description} = {}", Literal(text)))]))
}

pub(super) fn absent(id: &ObjectId) -> Option<String> {
    let (place, description) = on(id)?;
    Some(format!("SELECT EXISTS (SELECT FROM {} WHERE {} AND {description} IS NULL)", place.from, place.row))
}
