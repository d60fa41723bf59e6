//! What operations ask about a table that a contract has, without the operations.

use novate_contract::{Contract, Control, ObjectId, QName};

/// A question that a database answers with yes if the table is what the contract says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The question, word for word as operations that make the object ask it.
    pub sql: String,
    /// What such operations ask before: that the object is not there. Where that is true, `sql` is not.
    pub absent: Option<String>,
    /// Whether it is about the table, and not about a part of it or a comment.
    pub is_table: bool,
}

/// Every question about a table, its columns, constraints and indexes, and the comments on them. None where the contract
/// does not answer for all of the table.
pub fn stated(contract: &Contract, name: &QName) -> Vec<Stated> {
    let whole = ObjectId::Table(name.clone());
    let Some(table) = contract.tables.get(name).filter(|_| contract.control(&whole) == Control::Managed) else {
        return Vec::new();
    };
    let columns = table.columns.keys().map(|column| ObjectId::Column(name.clone(), column.clone()));
    let constraints = table
        .constraints
        .iter()
        .map(|(constraint, payload)| ObjectId::Constraint(payload.kind.tag(), name.clone(), constraint.clone()));
    let indexes = table.indexes.keys().map(|index| ObjectId::Index(name.clone(), index.clone()));
    let mut all = Vec::new();
    for id in std::iter::once(whole).chain(columns).chain(constraints).chain(indexes) {
        let is_table = matches!(id, ObjectId::Table(_));
        let absent = super::absent(&id, contract).map(|check| check.sql);
        let questions = super::whole(&id, contract).into_iter();
        all.extend(questions.map(|check| Stated { sql: check.sql, absent: absent.clone(), is_table }));
        let comment = super::whole(&ObjectId::Comment(Box::new(id)), contract).into_iter();
        all.extend(comment.map(|check| Stated { sql: check.sql, absent: None, is_table: false }));
    }
    all
}
