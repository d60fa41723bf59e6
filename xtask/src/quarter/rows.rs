//! The ledger of rows: everything that was put into a database, and what it must be now, by names that no migration
//! changes. It is held against the database with SQL of its own.

use std::collections::{BTreeMap, BTreeSet};

use novate_scratch::Database;

use crate::failure::Failure;

/// A table, how its rows are known, and what is known of them.
struct Kind {
    table: &'static str,
    /// What tells rows apart for good.
    key: &'static str,
    from: &'static str,
    /// Facts, and the columns that hold them, whichever is there.
    facts: &'static [(&'static str, &'static [&'static str])],
}

const KINDS: &[Kind] = &[
    Kind {
        table: "users",
        key: "users.email",
        from: "users",
        facts: &[("admin", &["is_admin"]), ("name", &["name"]), ("nickname", &["nickname"]), ("country", &["country"])],
    },
    Kind {
        table: "products",
        key: "products.sku",
        from: "products",
        facts: &[("name", &["title", "name"]), ("price", &["price"]), ("weight", &["weight"])],
    },
    Kind {
        table: "orders",
        key: "orders.code || ' of ' || users.email",
        from: "orders JOIN users ON users.id = orders.user_id",
        facts: &[("status", &["status"]), ("note", &["note", "remark"]), ("currency", &["currency"])],
    },
    Kind {
        table: "order_lines",
        key: "orders.code || ' ' || products.sku",
        from: "order_lines JOIN orders ON orders.id = order_lines.order_id \
               JOIN products ON products.id = order_lines.product_id",
        facts: &[("quantity", &["quantity"])],
    },
    Kind {
        table: "shipments",
        key: "shipments.tracking || ' for ' || orders.code",
        from: "shipments JOIN orders ON orders.id = shipments.order_id",
        facts: &[("carrier", &["carrier"])],
    },
];

/// What is known of a row: facts by name; one that is not there is not known.
pub(crate) type Facts = BTreeMap<&'static str, Option<String>>;

/// Every row that was put into a database.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows(BTreeMap<(&'static str, String), Facts>);

/// The columns of the database and the values of its enum, read without `novate`.
#[derive(Debug)]
pub(crate) struct Shape {
    columns: BTreeSet<(String, String)>,
    statuses: BTreeSet<String>,
}

impl Shape {
    pub(crate) fn read(database: &Database) -> Result<Self, Failure> {
        let rows = database.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' \
             UNION ALL SELECT '', enumlabel FROM pg_enum",
        )?;
        let mut shape = Self { columns: BTreeSet::new(), statuses: BTreeSet::new() };
        for row in rows {
            if let [Some(table), Some(name)] = row.as_slice() {
                if table.is_empty() {
                    shape.statuses.insert(name.clone());
                } else {
                    shape.columns.insert((table.clone(), name.clone()));
                }
            }
        }
        Ok(shape)
    }

    pub(crate) fn has_table(&self, table: &str) -> bool {
        self.columns.iter().any(|(there, _)| there == table)
    }

    pub(crate) fn has(&self, table: &str, column: &str) -> bool {
        self.columns.contains(&(table.to_owned(), column.to_owned()))
    }

    pub(crate) fn has_status(&self, status: &str) -> bool {
        self.statuses.contains(status)
    }

    /// What a transform of the play made of a value.
    fn now<'a>(&self, table: &str, fact: &str, value: &'a str) -> &'a str {
        match (table, fact, value) {
            // The value was removed, and what had it became open.
            ("orders", "status", "draft") if !self.has_status("draft") => "open",
            _ => value,
        }
    }
}

impl Rows {
    pub(crate) fn add(&mut self, table: &'static str, key: String, facts: &[(&'static str, Option<String>)]) {
        self.0.insert((table, key), facts.iter().cloned().collect());
    }

    /// What is known of every row of a table changes.
    pub(crate) fn each(&mut self, table: &str, mut change: impl FnMut(&str, &mut Facts)) {
        for ((_, key), facts) in self.0.iter_mut().filter(|((of, _), _)| *of == table) {
            change(key, facts);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Holds it against the database: the same rows, each with what is known of it.
    pub(crate) fn check(&self, database: &Database) -> Result<(), Failure> {
        let shape = Shape::read(database)?;
        for kind in KINDS {
            let known = |key: &(&'static str, String)| key.0 == kind.table;
            if !shape.has_table(kind.table) {
                if self.0.keys().any(known) {
                    return Err(lost(format!("the table {} is gone, with its rows", kind.table)));
                }
                continue;
            }
            let there: Vec<(&str, &str)> = kind
                .facts
                .iter()
                .filter_map(|(fact, columns)| {
                    Some((*fact, *columns.iter().find(|column| shape.has(kind.table, column))?))
                })
                .collect();
            let columns: Vec<String> =
                there.iter().map(|(_, column)| format!("{}.{column}::text", kind.table)).collect();
            let columns = [&[kind.key.to_owned()], columns.as_slice()].concat().join(", ");
            let sql = format!("SELECT {columns} FROM {}", kind.from);
            let mut found = BTreeMap::new();
            for row in database.execute(&sql)? {
                let mut row = row.into_iter();
                found.insert(row.next().flatten().unwrap_or_default(), row.collect::<Vec<_>>());
            }
            for ((_, key), facts) in self.0.iter().filter(|(key, _)| known(key)) {
                let Some(values) = found.remove(key) else {
                    return Err(lost(format!("{} has lost the row {key}", kind.table)));
                };
                for ((fact, column), value) in there.iter().zip(values) {
                    let Some(expected) = facts.get(fact) else { continue };
                    let expected = expected.as_deref().map(|text| shape.now(kind.table, fact, text));
                    if expected != value.as_deref() {
                        let what = format!("{}.{column} of {key} is {value:?}, not {expected:?}", kind.table);
                        return Err(lost(what));
                    }
                }
            }
            if let Some(key) = found.keys().next() {
                return Err(lost(format!("{} has the row {key}, which nobody put there", kind.table)));
            }
        }
        Ok(())
    }
}

fn lost(what: String) -> Failure {
    Failure::new(what, "see in the transcript which package did that")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_loss_is_found() {
        let server = novate_scratch::Server::shared().unwrap();
        let database = server.database("rows").unwrap();
        database.execute("CREATE TABLE users (email text, is_admin boolean, name text)").unwrap();
        let mut rows = Rows::default();
        for email in ["a", "b"] {
            database.execute(&format!("INSERT INTO users VALUES ('{email}', false, NULL)")).unwrap();
            rows.add("users", email.to_owned(), &[("admin", Some("false".to_owned())), ("name", None)]);
        }
        rows.check(&database).unwrap();
        let found = |sql: &str| {
            database.execute(sql).unwrap();
            rows.check(&database).unwrap_err().what
        };
        assert!(found("UPDATE users SET name = 'x' WHERE email = 'a'").contains("users.name of a"));
        assert!(found("DELETE FROM users WHERE email = 'a'").contains("lost the row a"));
        assert!(found("INSERT INTO users VALUES ('a', false), ('c', true)").contains("the row c, which nobody"));
        assert!(found("DROP TABLE users").contains("the table users is gone"));
    }
}
