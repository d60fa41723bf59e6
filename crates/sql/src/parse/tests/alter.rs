use super::one;
use crate::ast::{
    AlterColumn, AlterTable, AlterTableAction, IdentityKind, ObjectKeyword, Relation, ReplicaIdentityClause,
    SequenceOption, Statement, TableConstraint,
};

#[track_caller]
fn alter(sql: &str) -> AlterTable {
    match one(sql) {
        Statement::AlterTable(alter) => *alter,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn action(sql: &str) -> AlterTableAction {
    let mut actions = alter(&format!("alter table s.t {sql}")).actions;
    assert_eq!(actions.len(), 1);
    actions.remove(0).value
}

#[track_caller]
fn column(sql: &str) -> AlterColumn {
    match action(&format!("alter column c {sql}")) {
        AlterTableAction::AlterColumn { name, action } if name.as_str() == "c" => action,
        other => panic!("{other:?}"),
    }
}

#[test]
fn statements_and_their_actions() {
    let found =
        alter("ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS a int NOT NULL, DROP b CASCADE, OWNER TO x");
    assert_eq!((found.relation, found.if_exists, found.only), (Relation::Table, true, true));
    assert_eq!(found.name.value.to_string(), "s.t");
    assert!(
        matches!(&found.actions[0].value, AlterTableAction::AddColumn { column, if_not_exists: true } if column.constraints.len() == 1)
    );
    assert!(matches!(&found.actions[1].value, AlterTableAction::DropColumn { cascade: true, if_exists: false, .. }));
    assert!(matches!(&found.actions[2].value, AlterTableAction::Owner));
}

#[test]
fn spans_of_actions() {
    let sql = "alter table t add column a int default 1 , drop column b";
    let found = alter(sql);
    assert_eq!(&sql[found.actions[0].span.range()], "add column a int default 1");
    assert_eq!(&sql[found.actions[1].span.range()], "drop column b");
    let AlterTableAction::AddColumn { column, .. } = &found.actions[0].value else { panic!("{found:?}") };
    assert_eq!(&sql[column.span.range()], "a int default 1");
}

#[test]
fn statements_of_their_own() {
    assert!(
        matches!(one("alter table s.a rename to b"), Statement::Rename { kind: ObjectKeyword::Table, name, to } if name.to_string() == "s.a" && to.as_str() == "b")
    );
    assert!(
        matches!(one("alter table a set schema s"), Statement::SetSchema { kind: ObjectKeyword::Table, to, .. } if to.as_str() == "s")
    );
    assert!(matches!(one("alter index i rename to j"), Statement::Rename { kind: ObjectKeyword::Index, .. }));
    assert!(matches!(one("alter sequence q rename to r"), Statement::Rename { kind: ObjectKeyword::Sequence, .. }));
    assert!(matches!(one("alter type q rename to r"), Statement::Rename { kind: ObjectKeyword::Type, .. }));
    assert!(matches!(one("alter schema q rename to r"), Statement::Rename { kind: ObjectKeyword::Schema, .. }));
    assert!(matches!(one("alter type q set schema r"), Statement::SetSchema { kind: ObjectKeyword::Type, .. }));
    assert!(matches!(
        one("alter extension q set schema r"),
        Statement::SetSchema { kind: ObjectKeyword::Extension, .. }
    ));
    for owner in [
        "alter table t owner to x",
        "alter sequence s owner to x",
        "alter type t owner to x",
        "alter schema s owner to x",
        "alter view v owner to x",
        "alter function f(int) owner to x",
        "alter domain d owner to current_user",
        "alter publication p owner to x",
        "alter large object 1 owner to x",
        "reassign owned by a to b",
    ] {
        assert!(matches!(one(owner), Statement::Owner), "{owner}");
    }
}

#[test]
fn actions_on_tables() {
    use AlterTableAction as Action;
    assert!(
        matches!(action("rename column a to b"), Action::RenameColumn { from, to } if from.as_str() == "a" && to.as_str() == "b")
    );
    assert!(matches!(action("rename a to b"), Action::RenameColumn { .. }));
    assert!(matches!(action("rename constraint a to b"), Action::RenameConstraint { .. }));
    assert!(
        matches!(action("add constraint u unique using index i"), Action::AddConstraint(c) if matches!(&c.constraint, TableConstraint::UsingIndex { primary: false, index } if index.as_str() == "i"))
    );
    assert!(
        matches!(action("add constraint p primary key using index i"), Action::AddConstraint(c) if matches!(&c.constraint, TableConstraint::UsingIndex { primary: true, .. }))
    );
    assert!(matches!(action("add check (a > 1) not valid"), Action::AddConstraint(c) if c.not_valid));
    assert!(matches!(
        action("drop constraint if exists c cascade"),
        Action::DropConstraint { if_exists: true, cascade: true, .. }
    ));
    assert!(matches!(
        action("alter constraint c deferrable initially deferred"),
        Action::AlterConstraint { deferrable: Some(true), initially_deferred: Some(true), .. }
    ));
    assert!(matches!(action("validate constraint c"), Action::ValidateConstraint(_)));
    assert!(matches!(action("set unlogged"), Action::SetLogged(false)));
    assert!(matches!(action("set (fillfactor = 70)"), Action::SetStorage(p) if p.len() == 1));
    assert!(matches!(action("reset (fillfactor, toast.x)"), Action::ResetStorage(p) if p == ["fillfactor", "toast.x"]));
    assert!(matches!(action("enable row level security"), Action::RowSecurity(true)));
    assert!(matches!(action("no force row level security"), Action::ForceRowSecurity(false)));
    assert!(matches!(
        action("replica identity using index i"),
        Action::ReplicaIdentity(ReplicaIdentityClause::Index(_))
    ));
    assert!(matches!(action("replica identity nothing"), Action::ReplicaIdentity(ReplicaIdentityClause::Nothing)));
    assert!(
        matches!(action("attach partition p for values from (1) to (2)"), Action::AttachPartition { bound: Some(bound), .. } if bound.0 == "FOR VALUES FROM (1) TO (2)")
    );
    assert!(matches!(action("detach partition p concurrently"), Action::DetachPartition(_)));
    assert!(matches!(action("no inherit p"), Action::Inherit(_, false)));
    assert!(matches!(action("cluster on i"), Action::ClusterOn(Some(_))));
    assert!(matches!(action("set without cluster"), Action::ClusterOn(None)));
    assert!(matches!(action("set access method heap"), Action::SetAccessMethod(_)));
    assert!(matches!(action("set tablespace x"), Action::SetTablespace(_)));
    assert!(matches!(action("disable trigger \"T\""), Action::Unmodelled(text) if text == "DISABLE TRIGGER \"T\""));
}

#[test]
fn actions_on_columns() {
    use AlterColumn as Column;
    assert!(
        matches!(column("set data type varchar(10) collate \"C\" using c::text"), Column::Type { ty, collation: Some(_), using: Some(using) } if ty.to_string() == "character varying(10)" && using.text == "c::text")
    );
    assert!(matches!(column("type int"), Column::Type { using: None, .. }));
    assert!(
        matches!(column("set default nextval('s.q'::regclass)"), Column::SetDefault(e) if e.text == "nextval('s.q'::regclass)")
    );
    assert!(matches!(column("drop default"), Column::DropDefault));
    assert!(matches!(column("set not null"), Column::SetNotNull));
    assert!(matches!(column("drop not null"), Column::DropNotNull));
    assert!(matches!(column("drop expression if exists"), Column::DropExpression));
    assert!(matches!(column("set expression as (a + 1)"), Column::SetExpression(e) if e.text == "a + 1"));
    assert!(
        matches!(column("add generated always as identity (sequence name s.q start with 1)"), Column::AddIdentity(i) if i.kind == IdentityKind::Always && i.options.len() == 2)
    );
    assert!(
        matches!(column("set generated by default set start with 5 restart with 6"), Column::SetIdentity { kind: Some(IdentityKind::ByDefault), options } if options == [SequenceOption::Start(5), SequenceOption::Restart(Some(6))])
    );
    assert!(
        matches!(column("restart"), Column::SetIdentity { kind: None, options } if options == [SequenceOption::Restart(None)])
    );
    assert!(matches!(column("drop identity if exists"), Column::DropIdentity { if_exists: true }));
    assert!(matches!(column("set statistics 100"), Column::SetStatistics(Some(100))));
    assert!(matches!(column("set statistics -1"), Column::SetStatistics(None)));
    assert!(
        matches!(column("set (n_distinct = -0.5)"), Column::SetOptions(p) if p[0].value.as_deref() == Some("-0.5"))
    );
    assert!(matches!(column("reset (n_distinct)"), Column::ResetOptions(p) if p == ["n_distinct"]));
    assert!(matches!(column("set storage External"), Column::SetStorage(s) if s == "EXTERNAL"));
    assert!(matches!(column("set compression LZ4"), Column::SetCompression(s) if s == "lz4"));
}

#[test]
fn indexes_and_views() {
    let index = alter("alter index s.i attach partition s.j");
    assert_eq!(index.relation, Relation::Index);
    assert!(matches!(&index.actions[0].value, AlterTableAction::AttachPartition { bound: None, .. }));
    assert!(matches!(alter("alter index i set (fillfactor = 70)").actions[0].value, AlterTableAction::SetStorage(_)));
    assert!(
        matches!(&alter("alter index i alter column 2 set statistics 5").actions[0].value, AlterTableAction::AlterColumn { name, action: AlterColumn::SetStatistics(Some(5)) } if name.as_str() == "2")
    );
    let view = alter("alter view s.v rename to w");
    assert_eq!((view.relation, view.name.value.to_string().as_str()), (Relation::Other, "s.v"));
    assert!(matches!(alter("alter materialized view v cluster on i").actions[0].value, AlterTableAction::ClusterOn(_)));
    assert!(matches!(
        alter("alter foreign table f alter column a options (set x 'y')").actions[0].value,
        AlterTableAction::Unmodelled(_)
    ));
}
