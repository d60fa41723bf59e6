//! Another parser, written by other people, must find the same things.

use sqlparser::ast::{AlterTableOperation, Statement as Other, TableConstraint as OtherConstraint};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::one;
use crate::ast::{AlterTableAction, Statement, TableElement};
use crate::{Ident, NameRef};

fn same_name(name: &NameRef, other: &sqlparser::ast::ObjectName) -> bool {
    let parts: Vec<Ident> = other.0.iter().map(|part| Ident::from_sql(&part.to_string())).collect();
    let own: Vec<Ident> = name.schema.iter().cloned().chain([name.name.clone()]).collect();
    parts == own
}

fn ident(other: &sqlparser::ast::Ident) -> Ident {
    Ident::from_sql(&other.to_string())
}

/// What a statement is and whom it concerns agree.
fn agree(own: &Statement, other: &Other) -> bool {
    match (own, other) {
        (Statement::CreateTable(own), Other::CreateTable(other)) => {
            let columns = own.elements.iter().filter_map(|element| match element {
                TableElement::Column(column) => Some(column.name.value.clone()),
                _ => None,
            });
            let constraints = own.elements.iter().filter(|element| matches!(element, TableElement::Constraint(_)));
            same_name(&own.name.value, &other.name)
                && columns.eq(other.columns.iter().map(|column| ident(&column.name)))
                && constraints.count() == other.constraints.len()
                && own.if_not_exists == other.if_not_exists
        }
        (Statement::CreateIndex(own), Other::CreateIndex(other)) => {
            same_name(&own.table, &other.table_name)
                && own.unique == other.unique
                && own.concurrently == other.concurrently
                && own.elements.len() == other.columns.len()
                && own.predicate.is_some() == other.predicate.is_some()
        }
        (Statement::AlterTable(own), Other::AlterTable(other)) => {
            same_name(&own.name.value, &other.name)
                && own.only == other.only
                && own.actions.len() == other.operations.len()
                && own.actions.iter().zip(&other.operations).all(|(own, other)| same_action(&own.value, other))
        }
        (Statement::Rename { name, .. }, Other::AlterTable(other)) => same_name(name, &other.name),
        (Statement::CreateSchema { .. }, Other::CreateSchema { .. })
        | (Statement::CreateExtension { .. }, Other::CreateExtension(_))
        | (Statement::CreateSequence(_), Other::CreateSequence { .. })
        | (Statement::CreateEnum { .. }, Other::CreateType { .. })
        | (Statement::Comment(_), Other::Comment { .. })
        | (Statement::Set { .. }, Other::Set(_))
        | (Statement::Query(_), Other::Query(_)) => true,
        (
            Statement::Drop { names, cascade, if_exists, .. },
            Other::Drop { names: others, cascade: c, if_exists: i, .. },
        ) => {
            (cascade, if_exists) == (c, i)
                && names.len() == others.len()
                && names.iter().zip(others).all(|(name, other)| same_name(name, other))
        }
        (Statement::Dml(own), other) => match other {
            Other::Insert(_) => own.verb == "INSERT",
            Other::Update(other) => own.verb == "UPDATE" && own.has_where == other.selection.is_some(),
            Other::Delete(other) => own.verb == "DELETE" && own.has_where == other.selection.is_some(),
            _ => false,
        },
        (Statement::Unmodelled(own), Other::CreateView(_)) => own.kind.ends_with("view") && own.verb == "create",
        (Statement::Unmodelled(own), Other::CreateFunction(_)) => own.kind == "function",
        (Statement::Unmodelled(own), Other::Grant(_)) => own.verb == "grant",
        (Statement::Transaction(keyword), Other::StartTransaction { .. }) => keyword == "BEGIN",
        (Statement::Transaction(keyword), Other::Commit { .. }) => keyword == "COMMIT",
        _ => false,
    }
}

fn same_action(own: &AlterTableAction, other: &AlterTableOperation) -> bool {
    match (own, other) {
        (AlterTableAction::AddColumn { column, .. }, AlterTableOperation::AddColumn { column_def, .. }) => {
            column.name.value == ident(&column_def.name) && column.constraints.len() == column_def.options.len()
        }
        (AlterTableAction::DropColumn { name, .. }, AlterTableOperation::DropColumn { column_names, .. }) => {
            column_names.iter().map(ident).eq([name.clone()])
        }
        (AlterTableAction::AddConstraint(own), AlterTableOperation::AddConstraint { constraint, not_valid }) => {
            let name = match constraint {
                OtherConstraint::Unique(c) => c.name.as_ref(),
                OtherConstraint::PrimaryKey(c) => c.name.as_ref(),
                OtherConstraint::ForeignKey(c) => c.name.as_ref(),
                OtherConstraint::Check(c) => c.name.as_ref(),
                _ => None,
            };
            own.name == name.map(ident) && own.not_valid == *not_valid
        }
        (AlterTableAction::DropConstraint { name, .. }, AlterTableOperation::DropConstraint { name: other, .. }) => {
            *name == ident(other)
        }
        (AlterTableAction::AlterColumn { name, .. }, AlterTableOperation::AlterColumn { column_name, .. }) => {
            *name == ident(column_name)
        }
        (
            AlterTableAction::RenameColumn { from, to },
            AlterTableOperation::RenameColumn { old_column_name, new_column_name },
        ) => (from, to) == (&ident(old_column_name), &ident(new_column_name)),
        (
            AlterTableAction::RowSecurity(_),
            AlterTableOperation::EnableRowLevelSecurity | AlterTableOperation::DisableRowLevelSecurity,
        ) => true,
        _ => false,
    }
}

#[test]
fn both_find_the_same() {
    for sql in [
        "CREATE TABLE IF NOT EXISTS public.\"Users\" (id BIGINT PRIMARY KEY, \"Name\" VARCHAR(10) NOT NULL DEFAULT 'x', CHECK (id > 0), UNIQUE (id, \"Name\"))",
        "CREATE TABLE t (a INT REFERENCES u (id) ON DELETE CASCADE, b TIMESTAMP WITH TIME ZONE, CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id))",
        "CREATE TABLE t (a NUMERIC(10, 2), b DOUBLE PRECISION, c TEXT[], d INTERVAL, e BIT VARYING(3), f CHARACTER VARYING)",
        "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY, b INT GENERATED ALWAYS AS (a + 1) STORED)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON s.t USING btree (lower(a), b DESC NULLS LAST) WHERE a IS NOT NULL",
        "CREATE INDEX ON t (a)",
        "ALTER TABLE ONLY s.t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (b)",
        "ALTER TABLE t ADD COLUMN a INT NOT NULL DEFAULT 1, DROP COLUMN b, ALTER COLUMN c SET NOT NULL",
        "ALTER TABLE t ALTER COLUMN c TYPE TEXT USING c::text, DROP CONSTRAINT d",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "ALTER TABLE t RENAME COLUMN a TO \"B\"",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE SCHEMA s",
        "CREATE EXTENSION IF NOT EXISTS citext",
        "CREATE SEQUENCE q START 5",
        "CREATE TYPE e AS ENUM ('a', 'b')",
        "COMMENT ON TABLE t IS 'x'",
        "SET search_path TO a, b",
        "SELECT a FROM t WHERE b = 1 GROUP BY a HAVING count(*) > 1",
        "WITH a AS (SELECT 1) SELECT * FROM a UNION ALL SELECT 2",
        "VALUES (1)",
        "DROP TABLE IF EXISTS a, s.b CASCADE",
        "DROP INDEX i",
        "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING",
        "UPDATE t SET a = 1 WHERE b = 2",
        "UPDATE t SET a = 1",
        "DELETE FROM t WHERE a IN (SELECT b FROM u)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE MATERIALIZED VIEW v AS SELECT 1",
        "CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE sql AS $$ SELECT 1 $$",
        "GRANT SELECT ON t TO joe",
        "BEGIN",
        "COMMIT",
    ] {
        let others = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let own = one(sql);
        assert!(agree(&own, &others[0]), "{sql}\n{own:#?}\n{:#?}", others[0]);
    }
}
