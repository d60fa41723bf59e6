//! Which questions have to be put to the server, and which are answered by what is asked anyway.
//!
//! Before an operation: where it makes something, that its name is free says that its result is not there. After it: a
//! question that says of a table what the contract says of it is answered when the live catalog is compared with that
//! contract at the end of the transaction. Both hold only for questions that are, word for word, the compiler's own for
//! that contract; every other one is put as it stands.

use std::collections::{BTreeSet, HashMap, HashSet};

use novate_catalog::{Finding, Snapshot};
use novate_contract::{Contract, Ident, QName};
use novate_planner::{Check, Operation, Stated, stated};

/// What is asked around one operation.
#[derive(Debug, Default)]
pub(crate) struct Asked<'a> {
    /// A precheck. Where it is true, the result is not there; where it is not, everything must be asked.
    pub(crate) free: Option<&'a Check>,
    /// What tells whether the operation is skipped; empty where that is known.
    pub(crate) done: Vec<&'a Check>,
    /// The other prechecks.
    pub(crate) before: Vec<&'a Check>,
    /// The postchecks that are put to the server.
    pub(crate) after: Vec<&'a Check>,
    /// The postchecks that comparing answers.
    pub(crate) compared: Vec<&'a Check>,
}

impl<'a> Asked<'a> {
    /// Everything.
    pub(crate) fn all(operation: &'a Operation) -> Self {
        let after: Vec<&Check> = operation.postcheck.iter().collect();
        Self { done: after.clone(), before: operation.precheck.iter().collect(), after, ..Self::default() }
    }

    /// What is left once `known` is true where the operation ends.
    fn without(operation: &'a Operation, free: Option<&'a Check>, known: &Known) -> Self {
        let (compared, after) = operation.postcheck.iter().partition(|check| known.by_sql.contains_key(&check.sql));
        let before = operation.precheck.iter().filter(|check| Some(*check) != free).collect();
        Self { free, done: Vec::new(), before, after, compared }
    }
}

/// The questions that the contract at the end answers about the tables that the operations are about.
struct Known {
    by_sql: HashMap<String, (QName, Stated)>,
}

impl Known {
    fn of(operations: &[Operation], to: &Contract) -> Self {
        let tables: BTreeSet<QName> = operations.iter().map(table).collect();
        let questions = tables.into_iter().flat_map(|name| {
            stated(to, &name).into_iter().map(move |stated| (stated.sql.clone(), (name.clone(), stated)))
        });
        Self { by_sql: questions.collect() }
    }

    /// The precheck that says that something is free which a postcheck says is there.
    fn free<'a>(&self, operation: &'a Operation) -> Option<&'a Check> {
        let known = operation.postcheck.iter().filter_map(|check| self.by_sql.get(&check.sql));
        let absent: HashSet<&str> = known.filter_map(|(_, stated)| stated.absent.as_deref()).collect();
        operation.precheck.iter().find(|check| absent.contains(check.sql.as_str()))
    }

    /// The table that an operation makes where one was not.
    fn made<'a>(&'a self, operation: &Operation, free: Option<&Check>) -> Option<&'a QName> {
        let free = free?;
        operation.postcheck.iter().filter_map(|check| self.by_sql.get(&check.sql)).find_map(|(name, stated)| {
            (stated.is_table && stated.absent.as_deref() == Some(free.sql.as_str())).then_some(name)
        })
    }
}

/// The table that an operation is about, or would be if it were about one.
fn table(operation: &Operation) -> QName {
    let target = &operation.target;
    QName::new(target.schema.as_str(), target.table.as_ref().unwrap_or(&target.name).as_str())
}

/// What is asked in a run.
#[derive(Debug, Default)]
pub(crate) struct Around<'a> {
    /// Around each operation.
    pub(crate) each: Vec<Asked<'a>>,
    /// The tables that the run makes where none were.
    made: BTreeSet<QName>,
}

impl Around<'_> {
    /// Whether comparing has left a doubt about a table that the run has made: a finding of any kind, a note included, or
    /// columns in another order, which a comparison passes over.
    pub(crate) fn is_doubtful(&self, to: &Contract, live: &Snapshot, findings: &[Finding]) -> bool {
        let order = |contract: &Contract, name: &QName| -> Option<Vec<Ident>> {
            Some(contract.tables.get(name)?.columns.keys().cloned().collect())
        };
        let mut found = findings.iter().filter_map(|finding| finding.object.table());
        found.any(|name| self.made.contains(name))
            || self.made.iter().any(|name| order(to, name) != order(&live.contract, name))
    }
}

/// What is asked around each operation of a run that ends with a comparison with `to`.
pub(crate) fn around<'a>(operations: &'a [Operation], to: &Contract) -> Around<'a> {
    let known = Known::of(operations, to);
    let mut said: HashMap<&str, usize> = HashMap::new();
    for check in operations.iter().flat_map(|operation| &operation.postcheck) {
        *said.entry(check.sql.as_str()).or_default() += 1;
    }
    let mut made: BTreeSet<&QName> = BTreeSet::new();
    let mut each = Vec::with_capacity(operations.len());
    for operation in operations {
        let free = known.free(operation);
        made.extend(known.made(operation, free));
        // What is said of a table that this run has made was not true before, unless another operation says it too.
        let is_new = |check: &Check| {
            let stated = known.by_sql.get(&check.sql).filter(|(_, stated)| stated.absent.is_none());
            stated.is_some_and(|(name, _)| made.contains(name)) && said.get(check.sql.as_str()) == Some(&1)
        };
        let new = !operation.postcheck.is_empty() && operation.postcheck.iter().all(is_new);
        each.push(if free.is_some() || new { Asked::without(operation, free, &known) } else { Asked::all(operation) });
    }
    let made = made.into_iter().cloned().collect();
    Around { each, made }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use novate_contract::Space;
    use novate_source::{SourceFile, SourceOptions};

    use super::*;

    const TABLE: &str = "CREATE TABLE public.t (a integer NOT NULL, b text DEFAULT 'x');";
    const INDEX: &str = "CREATE INDEX t_a ON public.t (a);";
    const COMMENT: &str = "COMMENT ON TABLE public.t IS 'one';";

    fn contract(sql: &str) -> Contract {
        novate_source::read(&[SourceFile::new("app.sql", sql)], &SourceOptions::default()).unwrap().contract
    }

    /// Operations of a migration from one contract to another.
    fn compiled(migration: &[&str], from: &str, to: &Contract) -> Vec<Operation> {
        let from = if from.is_empty() { Contract::empty(Space::app()) } else { contract(from) };
        novate_planner::compile(&migration.join("\n"), &from, to).unwrap().operations
    }

    /// For each operation: whether a free name tells, and how many questions are asked before, after, and by comparing.
    fn counted(operations: &[Operation], to: &Contract) -> Vec<(bool, usize, usize, usize)> {
        let count =
            |asked: &Asked<'_>| (asked.free.is_some(), asked.done.len(), asked.after.len(), asked.compared.len());
        around(operations, to).each.iter().map(count).collect()
    }

    #[test]
    fn what_is_new_and_stays_is_left_to_comparing() {
        let to = contract(&[TABLE, INDEX, COMMENT].concat());
        let operations = compiled(&[TABLE, INDEX, COMMENT], "", &to);
        assert_eq!(counted(&operations, &to), [(true, 0, 0, 3), (true, 0, 0, 1), (false, 0, 0, 1)]);
    }

    #[test]
    fn what_changes_again_is_asked_where_it_is_true() {
        let more = "ALTER TABLE public.t ADD COLUMN c integer;";
        let to = contract("CREATE TABLE public.t (a integer NOT NULL, b text DEFAULT 'x', c integer);");
        let operations = compiled(&[TABLE, more], "", &to);
        // The columns of the table are others in the end.
        assert_eq!(counted(&operations, &to), [(true, 0, 1, 2), (true, 0, 0, 1)]);
    }

    #[test]
    fn what_puts_up_with_what_is_there_is_asked() {
        let to = contract(&[TABLE, INDEX].concat());
        let lenient = INDEX.replace("INDEX", "INDEX IF NOT EXISTS");
        let operations = compiled(&[TABLE, &lenient], "", &to);
        assert_eq!(counted(&operations, &to)[1], (false, 1, 1, 0));
    }

    #[test]
    fn a_comment_on_what_was_there_is_asked() {
        let to = contract(&[TABLE, COMMENT].concat());
        let operations = compiled(&[COMMENT], TABLE, &to);
        assert_eq!(counted(&operations, &to), [(false, 1, 1, 0)]);
    }

    #[test]
    fn an_alteration_is_asked() {
        let to = contract(&TABLE.replace("b text", "b text NOT NULL"));
        let operations = compiled(&["ALTER TABLE public.t ALTER COLUMN b SET NOT NULL;"], TABLE, &to);
        assert_eq!(counted(&operations, &to), [(false, 1, 1, 0)]);
    }

    #[test]
    fn what_is_not_the_compilers_word_for_word_is_asked() {
        let to = contract(&[TABLE, INDEX].concat());
        let mut operations = compiled(&[TABLE, INDEX], "", &to);
        operations[0].postcheck[1].sql.push(' ');
        operations[1].postcheck[0].sql.push(' ');
        assert_eq!(counted(&operations, &to), [(true, 0, 1, 2), (false, 1, 1, 0)]);
    }
}
