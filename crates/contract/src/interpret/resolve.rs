//! From names as they were written to what they mean in the contract.

use std::fmt;

use novate_sql::expr::TypeScope;
use novate_sql::{NameRef, is_builtin};

use super::defaults::{without_catalog, without_default};
use super::directory::Relation;
use super::error::{InterpretError, Missing};
use super::{Interpreter, Outcome, known};
use crate::{Ident, QName, Table, TypeName};

/// What a relation's name led to.
pub(super) enum Found {
    /// A table.
    Table(QName),
    /// Something that is not modelled.
    Unmodelled(QName),
}

impl Interpreter {
    /// Where an object with this name is created.
    pub(super) fn place(&self, name: &NameRef) -> QName {
        name.resolve(self.environment.default_schema())
    }

    /// The relation that a name means.
    pub(super) fn relation(&self, name: &NameRef) -> Option<(QName, &Relation)> {
        self.candidates(name).find_map(|name| {
            let relation = self.directory.relation(&name)?;
            Some((name, relation))
        })
    }

    /// The full names that a name may stand for, in order.
    pub(super) fn candidates<'a>(&'a self, name: &'a NameRef) -> impl Iterator<Item = QName> + 'a {
        let schemas = match &name.schema {
            Some(schema) => std::slice::from_ref(schema),
            None => self.environment.search_path(),
        };
        schemas.iter().map(|schema| QName::new(schema.clone(), name.name.clone()))
    }

    /// The table that a name means, or what else it means.
    pub(super) fn find_table(&self, name: &NameRef, needed_by: &dyn fmt::Display) -> Outcome<Found> {
        match self.relation(name) {
            Some((name, Relation::Table)) => Ok(Found::Table(name)),
            Some((name, Relation::Unmodelled)) => Ok(Found::Unmodelled(name)),
            Some((name, other)) => {
                Err(InterpretError::invalid(needed_by, format!("{name} is no table but {}", other.kind())))
            }
            None => Err(InterpretError::missing(Missing::Table(name.clone()), needed_by)),
        }
    }

    /// The table that a name means, which has to be one that is modelled.
    pub(super) fn need_table(&self, name: &NameRef, needed_by: &dyn fmt::Display) -> Outcome<QName> {
        match self.find_table(name, needed_by)? {
            Found::Table(name) => Ok(name),
            Found::Unmodelled(name) => {
                Err(InterpretError::invalid(needed_by, format!("{name} is not an ordinary table")))
            }
        }
    }

    /// The table with this full name.
    pub(super) fn table(&self, name: &QName) -> Outcome<&Table> {
        self.contract.tables.get(name).ok_or_else(|| no_table(name))
    }

    /// See [`Self::table`].
    pub(super) fn table_mut(&mut self, name: &QName) -> Outcome<&mut Table> {
        self.contract.tables.get_mut(name).ok_or_else(|| no_table(name))
    }

    /// The index that a name means: its table and its own name.
    pub(super) fn find_index(&self, name: &NameRef) -> Option<(QName, Ident)> {
        match self.relation(name)? {
            (full, Relation::Index(table)) => Some((table.clone(), full.name)),
            _ => None,
        }
    }

    /// The sequence that a name means.
    pub(super) fn find_sequence(&self, name: &NameRef) -> Option<QName> {
        match self.relation(name)? {
            (full, Relation::Sequence) => Some(full),
            _ => None,
        }
    }

    /// The enum type that a name means.
    pub(super) fn find_enum(&self, name: &NameRef) -> Option<QName> {
        self.candidates(name).find(|name| self.contract.enums.contains_key(name))
    }

    /// Whether a type that is not modelled has this name.
    pub(super) fn is_unmodelled_type(&self, name: &NameRef) -> bool {
        self.candidates(name).any(|name| self.directory.types.contains(&name))
    }

    /// The type that a column is given.
    pub(super) fn column_type(&self, written: &TypeName, needed_by: &dyn fmt::Display) -> Outcome<TypeName> {
        self.resolve(written).ok_or_else(|| {
            let extension = known::extension_of_type(written.name.as_str()).map(Ident::new);
            InterpretError::missing(Missing::Type(written.reference(), extension), needed_by)
        })
    }

    /// A type with its schema, where the contract knows it.
    fn resolve(&self, written: &TypeName) -> Option<TypeName> {
        if written.schema.is_none() && is_builtin(written.name.as_str()) {
            return Some(written.clone());
        }
        let reference = written.reference();
        let here = self.candidates(&reference).find(|name| {
            self.contract.enums.contains_key(name)
                || self.directory.types.contains(name)
                || self.contract.tables.contains_key(name)
        });
        let schema = here.map(|name| name.schema).or_else(|| self.extension_type_schema(&reference))?;
        Some(TypeName { schema: Some(schema), ..written.clone() })
    }

    /// The schema of a type that an extension brings, or may bring.
    fn extension_type_schema(&self, name: &NameRef) -> Option<Ident> {
        if name.schema.as_ref().is_some_and(|schema| schema.as_str() == "pg_catalog") {
            return name.schema.clone();
        }
        let declared = known::extension_of_type(name.name.as_str())
            .filter(|extension| self.contract.extensions.contains_key(*extension))
            .map(|extension| self.extension_schema(extension));
        let unknown = || {
            let stranger = self.contract.extensions.keys().find(|extension| !known::is_known(extension.as_str()))?;
            Some(self.extension_schema(stranger.as_str()))
        };
        let schema = declared.or_else(unknown)?;
        Some(name.schema.clone().unwrap_or(schema))
    }

    /// Remembers that the contract needs an extension.
    pub(super) fn lean_on(&self, extension: &str) {
        self.leaned_on.borrow_mut().insert(Ident::new(extension));
    }

    /// Remembers that the contract needs the extension that brings a type, where one does.
    pub(super) fn lean_on_extension_of(&self, name: &NameRef) {
        self.extension_type_schema(name);
    }

    /// Where the contract has an extension.
    fn extension_schema(&self, extension: &str) -> Ident {
        self.lean_on(extension);
        self.contract
            .extensions
            .get(extension)
            .and_then(|extension| extension.schema.clone())
            .unwrap_or_else(|| self.environment.initial_schema().clone())
    }

    /// A collation's name, with its schema where it is not PostgreSQL's own.
    pub(super) fn collation(&self, written: &NameRef) -> NameRef {
        let own = self.candidates(written).find(|name| self.directory.collations.contains(name));
        match own {
            Some(name) => NameRef { schema: Some(name.schema), name: name.name },
            None => without_catalog(written),
        }
    }

    /// An operator class's name, with a schema only where it is not on the default path.
    pub(super) fn opclass(&self, written: &NameRef) -> NameRef {
        let schema = written.schema.clone().or_else(|| {
            let extension = known::extension_of_opclass(written.name.as_str())?;
            self.contract.extensions.contains_key(extension).then(|| self.extension_schema(extension))
        });
        without_default(&NameRef { schema, name: written.name.clone() })
    }

    /// The names that expressions over a table may use.
    pub(super) fn scope<'a>(&'a self, table: &'a QName) -> Scope<'a> {
        Scope { world: self, name: table, table: self.contract.tables.get(table) }
    }
}

fn no_table(name: &QName) -> InterpretError {
    let name_ref = NameRef { schema: Some(name.schema.clone()), name: name.name.clone() };
    InterpretError::missing(Missing::Table(name_ref), format!("table {name}"))
}

/// The names that an expression may use.
pub(super) struct Scope<'a> {
    world: &'a Interpreter,
    name: &'a QName,
    table: Option<&'a Table>,
}

impl TypeScope for Scope<'_> {
    fn column_type(&self, parts: &[Ident]) -> Option<TypeName> {
        self.table?.columns.get(parts.last()?).map(|column| column.ty.clone())
    }

    fn resolve_type(&self, written: &TypeName) -> TypeName {
        self.world.resolve(written).unwrap_or_else(|| {
            let schema = written.schema.clone().unwrap_or_else(|| self.world.environment.default_schema().clone());
            TypeName { schema: Some(schema), ..written.clone() }
        })
    }

    fn resolve_function(&self, written: &NameRef) -> NameRef {
        if written.schema.is_some() {
            if let Some(extension) = known::extension_of_function(written.name.as_str()) {
                self.world.lean_on(extension);
            }
            return without_catalog(written);
        }
        let own = self.world.candidates(written).find(|name| self.world.directory.functions.contains(name));
        let schema = own.map(|name| name.schema).or_else(|| {
            let extension = known::extension_of_function(written.name.as_str())?;
            let declared = self.world.contract.extensions.contains_key(extension);
            declared.then(|| self.world.extension_schema(extension))
        });
        NameRef { schema, name: written.name.clone() }
    }

    fn resolve_relation(&self, written: &NameRef) -> NameRef {
        let found = self.world.relation(written).map(|(name, _)| name);
        let name = found.unwrap_or_else(|| self.world.place(written));
        NameRef { schema: Some(name.schema), name: name.name }
    }

    fn is_own_table(&self, qualifier: &[Ident]) -> bool {
        match qualifier {
            [table] => *table == self.name.name,
            [schema, table] => *schema == self.name.schema && *table == self.name.name,
            _ => false,
        }
    }
}
