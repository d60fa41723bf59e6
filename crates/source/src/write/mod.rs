//! A contract as files that people like to read: by schema, types before tables, a table with its keys, then what
//! stands beside it.

mod names;
mod partition;
mod table;

use std::collections::BTreeMap;

use novate_contract::ddl::{comment, enumeration, extension, schema, sequence};
use novate_contract::{Contract, Control, Ident, ObjectId, QName, SequenceOwner, UnsupportedObject};

use crate::SourceFile;
use names::Names;

/// How a contract is spread over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One file, `contract.sql`.
    One,
    /// One file a schema: `public.sql`; what belongs to no schema is in `_database.sql`.
    PerSchema,
    /// One file a table, `public/users.sql`; types and sequences are in `public/_types.sql`, what belongs to no schema in
    /// `_database.sql`.
    PerTable,
}

/// Writes a contract. Reading the files gives the same contract, but for objects that are not modelled (types are declared
/// by name, others named in a comment) and for what a project's configuration adds.
pub fn write(contract: &Contract, layout: Layout) -> Vec<SourceFile> {
    let mut files = Files { layout, texts: BTreeMap::new(), order: Vec::new() };
    let names = Names::of(contract);
    files.database(contract);
    for name in contract.schemas.keys() {
        files.schema(contract, &names, name);
    }
    files.finish()
}

/// Texts by path, in the order in which they were begun.
struct Files {
    layout: Layout,
    texts: BTreeMap<String, String>,
    order: Vec<String>,
}

impl Files {
    /// Adds a paragraph.
    fn add(&mut self, path: &str, paragraph: &str) {
        let path = if self.layout == Layout::One { "contract.sql" } else { path };
        if !self.texts.contains_key(path) {
            self.order.push(path.to_owned());
        }
        let text = self.texts.entry(path.to_owned()).or_default();
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(paragraph.trim_end());
        text.push('\n');
    }

    fn finish(mut self) -> Vec<SourceFile> {
        if self.order.is_empty() {
            self.add("_database.sql", "-- Nothing is described here yet.");
        }
        let texts = self.texts;
        self.order.iter().filter_map(|path| Some(SourceFile::new(path, texts.get(path)?))).collect()
    }

    fn path(&self, schema: &Ident, rest: &str) -> String {
        let plain = |name: &str| name.replace(['/', '\\', '\0'], "_");
        match self.layout {
            Layout::PerTable => format!("{}/{}.sql", plain(schema.as_str()), plain(rest)),
            _ => format!("{}.sql", plain(schema.as_str())),
        }
    }

    /// What belongs to no schema, and the schemas themselves.
    fn database(&mut self, contract: &Contract) {
        let path = "_database.sql";
        let left_out = contract.unsupported.iter().filter(|object| !object.is_type());
        let named: Vec<String> =
            left_out.map(|object| format!("--   {} {}", object.kind, one_line(&object.name))).collect();
        if !named.is_empty() {
            let lead = "-- Left out, because novate does not model objects of these kinds yet:";
            self.add(path, &format!("{lead}\n{}", named.join("\n")));
        }
        for (name, payload) in &contract.schemas {
            let id = ObjectId::Schema(name.clone());
            let mut text = String::new();
            if name.as_str() != "public" || payload.control != Control::default() {
                text = statement(control(payload.control), &schema::create(name));
            }
            self.add_unless_empty(path, &(text + &remark(&id, payload.comment.as_deref())));
        }
        for (name, payload) in &contract.extensions {
            let id = ObjectId::Extension(name.clone());
            let text = statement(control(payload.control), &extension::create(name, payload));
            self.add(path, &(text + &remark(&id, payload.comment.as_deref())));
        }
    }

    fn add_unless_empty(&mut self, path: &str, text: &str) {
        if !text.is_empty() {
            self.add(path, text);
        }
    }

    fn schema(&mut self, contract: &Contract, names: &Names<'_>, schema: &Ident) {
        let types = self.path(schema, "_types");
        let declared: Vec<String> =
            contract.unsupported.iter().filter_map(|object| declaration(object, schema)).collect();
        if !declared.is_empty() {
            let lead = "-- Declared for the columns of these types; what the types are is not modelled yet:";
            self.add(&types, &format!("{lead}\n{}", declared.concat()));
        }
        for (name, payload) in contract.enums.iter().filter(|(name, _)| name.schema == *schema) {
            let id = ObjectId::Enum(name.clone());
            let text = statement(control(payload.control), &enumeration::create(name, payload));
            self.add(&types, &(text + &remark(&id, payload.comment.as_deref())));
        }
        for (name, payload) in contract.sequences.iter().filter(|(name, _)| name.schema == *schema) {
            if table::is_shorthand(contract, name) {
                continue;
            }
            let id = ObjectId::Sequence(name.clone());
            let mut text = statement(control(payload.control), &sequence::create(name, payload));
            if let Some(owner) = &payload.owner {
                text += &statement("", &sequence::owned_by(name, Some(owner)));
            }
            self.add(&types, &(text + &remark(&id, payload.comment.as_deref())));
        }
        for (name, payload) in contract.tables.iter().filter(|(name, _)| name.schema == *schema) {
            let path = self.path(schema, name.name.as_str());
            self.add(&path, &table::text(contract, names, name, payload));
        }
    }
}

/// A type of a kind that is not modelled, by name alone: PostgreSQL's shell type.
/// Source: the manual's page on `CREATE TYPE`, its last form.
fn declaration(object: &UnsupportedObject, schema: &Ident) -> Option<String> {
    let name = object.full_name().filter(|name| object.is_type() && name.schema == *schema)?;
    Some(format!("CREATE TYPE {name};\n"))
}

/// A statement with its directive.
fn statement(directive: &str, sql: &str) -> String {
    format!("{directive}{sql};\n")
}

/// The directive of a policy; managed objects have none.
fn control(control: Control) -> &'static str {
    match control {
        Control::Managed => "",
        Control::Tolerated => "-- @control tolerated\n",
        Control::Observed => "-- @control observed\n",
        Control::External => "-- @control external\n",
    }
}

/// The comment on an object, as a statement.
fn remark(id: &ObjectId, text: Option<&str>) -> String {
    text.map(|text| statement("", &comment::set(id, Some(text)))).unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// The sequences that a column owns.
fn owned<'a>(contract: &'a Contract, table: &'a QName, column: &'a Ident) -> impl Iterator<Item = &'a QName> {
    let owner = SequenceOwner { table: table.clone(), column: column.clone() };
    contract.sequences.iter().filter(move |(_, sequence)| sequence.owner.as_ref() == Some(&owner)).map(|(name, _)| name)
}
