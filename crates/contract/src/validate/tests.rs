#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::*;
use crate::{
    Check, Constraint, ConstraintKind, Deferral, Enum, Expression, Extension, ForeignKey, Generated, GeneratedKind,
    Identity, IdentityKind, Index, IndexElement, IndexKey, MatchKind, NullsOrder, PrimaryKey, ReferentialAction,
    ReplicaIdentity, Sequence, SequenceOptions, SequenceOwner, SortOrder, Space, TypeName, Unique, UnsupportedObject,
};

fn public(name: &str) -> QName {
    QName::new("public", name)
}

fn ids(names: &[&str]) -> Vec<Ident> {
    names.iter().map(Ident::new).collect()
}

fn of_type(ty: &str) -> Column {
    Column::new(TypeName::builtin(ty))
}

fn primary_key(columns: &[&str]) -> Constraint {
    let key = PrimaryKey { columns: ids(columns), include: Vec::new(), storage: BTreeMap::new() };
    Constraint::new(ConstraintKind::PrimaryKey(key))
}

fn unique(columns: &[&str]) -> Constraint {
    let columns = ids(columns);
    let key = Unique { columns, nulls_not_distinct: false, include: Vec::new(), storage: BTreeMap::new() };
    Constraint::new(ConstraintKind::Unique(key))
}

fn foreign_key(columns: &[&str], target: &str, referenced: &[&str]) -> Constraint {
    Constraint::new(ConstraintKind::ForeignKey(ForeignKey {
        columns: ids(columns),
        references: public(target),
        referenced: ids(referenced),
        match_kind: MatchKind::Simple,
        on_update: ReferentialAction::NoAction,
        on_delete: ReferentialAction::NoAction,
        on_delete_columns: Vec::new(),
    }))
}

fn check(text: &str) -> Constraint {
    Constraint::new(ConstraintKind::Check(Check { expr: Expression::from_canonical(text) }))
}

fn index(columns: &[&str], unique: bool) -> Index {
    let element = |name: &&str| IndexElement {
        key: IndexKey::Column(Ident::new(name)),
        collation: None,
        opclass: None,
        order: SortOrder::Asc,
        nulls: NullsOrder::Last,
    };
    Index {
        unique,
        nulls_not_distinct: false,
        method: "btree".into(),
        elements: columns.iter().map(element).collect(),
        include: Vec::new(),
        predicate: None,
        storage: BTreeMap::new(),
        valid: true,
        comment: None,
    }
}

fn sequence() -> Sequence {
    Sequence {
        options: SequenceOptions::defaults(TypeName::builtin("bigint"), 1),
        unlogged: false,
        owner: None,
        control: crate::Control::Managed,
        comment: None,
    }
}

/// `users (id, email)` with a primary key, and `posts (id, author)` that refers to it.
fn good() -> Contract {
    let mut contract = Contract::empty(Space::app());
    let mut users = Table::default();
    users.columns.insert("id".into(), Column { not_null: true, ..of_type("bigint") });
    users.columns.insert("email".into(), of_type("text"));
    users.constraints.insert("users_pkey".into(), primary_key(&["id"]));
    contract.tables.insert(public("users"), users);
    let mut posts = Table::default();
    posts.columns.insert("id".into(), Column { not_null: true, ..of_type("integer") });
    posts.columns.insert("author".into(), of_type("integer"));
    posts.constraints.insert("posts_pkey".into(), primary_key(&["id"]));
    posts.constraints.insert("posts_author_fkey".into(), foreign_key(&["author"], "users", &["id"]));
    contract.tables.insert(public("posts"), posts);
    contract
}

/// What is wrong with the good contract once something has been done to it.
fn after(change: impl FnOnce(&mut Contract)) -> String {
    let mut contract = good();
    change(&mut contract);
    let problems: Vec<String> = validate(&contract).iter().map(|it| format!("{} {it}", it.code())).collect();
    problems.join("\n")
}

fn users(change: impl FnOnce(&mut Table)) -> String {
    after(|contract| change(contract.tables.get_mut(&public("users")).unwrap()))
}

fn posts(change: impl FnOnce(&mut Table)) -> String {
    after(|contract| change(contract.tables.get_mut(&public("posts")).unwrap()))
}

#[test]
fn a_good_contract_has_no_problems() {
    assert_eq!(after(|_| ()), "");
    assert_eq!(validate(&Contract::empty(Space::app())), []);
}

#[test]
fn foreign_keys_lead_to_keys() {
    assert_snapshot!(after(|contract| drop(contract.tables.remove(&public("users")))), @"CONTRACT.UNRESOLVED_REFERENCE foreign key public.posts.posts_author_fkey: table public.users is not in the contract");
    assert_snapshot!(users(|table| table.constraints.clear()), @"CONTRACT.NO_UNIQUE_KEY foreign key public.posts.posts_author_fkey: public.users has no primary key or unique constraint on (id)");
    assert_snapshot!(posts(|t| drop(t.constraints.insert("f".into(), foreign_key(&["x"], "users", &["id"])))), @"CONTRACT.UNRESOLVED_REFERENCE foreign key public.posts.f: column public.posts.x is not in the contract");
    assert_snapshot!(posts(|t| drop(t.constraints.insert("f".into(), foreign_key(&["id"], "users", &["x"])))), @"CONTRACT.UNRESOLVED_REFERENCE foreign key public.posts.f: column public.users.x is not in the contract");
    let two = || foreign_key(&["id", "author"], "users", &["id"]);
    assert_snapshot!(posts(|t| drop(t.constraints.insert("f".into(), two()))), @"CONTRACT.KEY_MISMATCH foreign key public.posts.f: it has 2 columns and refers to 1");
    assert_snapshot!(posts(|t| t.columns["author"].ty = TypeName::builtin("uuid")), @"CONTRACT.KEY_MISMATCH foreign key public.posts.posts_author_fkey: author is uuid, but id of public.users is bigint");
    assert_snapshot!(users(|table| table.unlogged = true), @"CONTRACT.INVALID_DEFINITION foreign key public.posts.posts_author_fkey: a table that is logged cannot refer to public.users, which is not");
    assert_snapshot!(users(|table| {
        table.constraints.get_mut("users_pkey").unwrap().deferral = Deferral::InitiallyImmediate;
    }), @"CONTRACT.NO_UNIQUE_KEY foreign key public.posts.posts_author_fkey: public.users has no primary key or unique constraint on (id)");
    assert_eq!(
        users(|table| {
            table.constraints.clear();
            table.indexes.insert("users_id_idx".into(), index(&["id"], true));
        }),
        ""
    );
}

#[test]
fn columns_are_there_and_agree_with_themselves() {
    assert_snapshot!(users(|table| table.columns["id"].not_null = false), @"CONTRACT.NULLABLE_KEY primary key public.users.users_pkey: id is not NOT NULL");
    assert_snapshot!(users(|table| drop(table.constraints.insert("u".into(), unique(&["nope", "id", "id"])))), @r"
    CONTRACT.UNRESOLVED_REFERENCE unique public.users.u: column public.users.nope is not in the contract
    CONTRACT.INVALID_DEFINITION unique public.users.u: it names the column id twice
    ");
    assert_snapshot!(users(|table| drop(table.constraints.insert("k".into(), primary_key(&["id"])))), @"CONTRACT.INVALID_DEFINITION table public.users: it has more than one primary key");
    assert_snapshot!(users(|table| drop(table.indexes.insert("i".into(), index(&["nope"], false)))), @"CONTRACT.UNRESOLVED_REFERENCE index public.i: column public.users.nope is not in the contract");
    assert_snapshot!(users(|table| drop(table.constraints.insert("c".into(), check("nope > 0 AND email <> ''")))), @"CONTRACT.UNRESOLVED_REFERENCE check public.users.c: column public.users.nope is not in the contract");
    assert_eq!(
        users(|table| drop(table.constraints.insert("c".into(), check("users IS NOT NULL AND ctid IS NOT NULL")))),
        ""
    );
    let options = SequenceOptions { increment: 0, start: -1, ..sequence().options };
    let identity = Identity { kind: IdentityKind::Always, sequence: None, options: Box::new(options) };
    assert_snapshot!(users(|table| {
        table.columns["email"].identity = Some(identity);
        table.columns["email"].default = Some(Expression::from_canonical("id + 1"));
    }), @r"
    CONTRACT.INVALID_DEFINITION column public.users.email: it can have only one of a default, an identity and a generating expression
    CONTRACT.INVALID_DEFINITION column public.users.email: its default refers to the column id
    CONTRACT.NULLABLE_KEY column public.users.email: email is not NOT NULL
    CONTRACT.INVALID_DEFINITION column public.users.email: its increment is zero
    CONTRACT.INVALID_DEFINITION column public.users.email: it starts at -1, outside its bounds 1 and 9223372036854775807
    ");
    let generated =
        |text: &str| Some(Generated { kind: GeneratedKind::Stored, expr: Expression::from_canonical(text) });
    assert_snapshot!(users(|table| {
        table.columns.insert("a".into(), Column { generated: generated("lower(email)"), ..of_type("text") });
        table.columns.insert("b".into(), Column { generated: generated("upper(a)"), ..of_type("text") });
    }), @"CONTRACT.INVALID_DEFINITION column public.users.b: it is computed from a, which is generated too");
    assert_snapshot!(users(|table| table.replica_identity = ReplicaIdentity::Index("nope".into())), @"CONTRACT.UNRESOLVED_REFERENCE table public.users: index public.nope is not in the contract");
}

#[test]
fn types_are_known_or_could_come_from_elsewhere() {
    let status = || TypeName { schema: Some("public".into()), ..TypeName::builtin("status") };
    assert_snapshot!(users(|table| table.columns["email"].ty = status()), @"CONTRACT.UNKNOWN_TYPE column public.users.email: there is no type public.status");
    assert_snapshot!(users(|table| drop(table.constraints.insert("c".into(), check("email::public.status IS NULL")))), @"CONTRACT.UNKNOWN_TYPE check public.users.c: there is no type public.status");
    let with = |change: fn(&mut Contract)| {
        after(|contract| {
            contract.tables.get_mut(&public("users")).unwrap().columns["email"].ty = status();
            change(contract);
        })
    };
    assert_eq!(with(|contract| drop(contract.enums.insert(public("status"), Enum::default()))), "");
    assert_eq!(
        with(|contract| {
            let anywhere = Extension { schema: None, version: None, control: crate::Control::Managed, comment: None };
            contract.extensions.insert("citext".into(), anywhere);
        }),
        ""
    );
    assert_eq!(
        with(|contract| {
            let domain =
                UnsupportedObject { kind: "domain".into(), name: "public.status".into(), place: String::new() };
            contract.unsupported.push(domain);
        }),
        ""
    );
}

#[test]
fn names_are_used_once_in_a_schema() {
    assert_snapshot!(posts(|table| drop(table.indexes.insert("users_pkey".into(), index(&["author"], false)))), @"CONTRACT.DUPLICATE_OBJECT primary key public.users.users_pkey: the name public.users_pkey is taken by the index public.users_pkey");
    assert_snapshot!(after(|contract| drop(contract.sequences.insert(public("users"), sequence()))), @"CONTRACT.DUPLICATE_OBJECT sequence public.users: the name public.users is taken by the table public.users");
    assert_snapshot!(after(|contract| drop(contract.enums.insert(public("users"), Enum::default()))), @"CONTRACT.DUPLICATE_OBJECT table public.users: the name public.users is taken by the enum public.users");
    // Checks and foreign keys are no relations.
    assert_eq!(posts(|table| drop(table.constraints.insert("users_pkey".into(), check("id > 0")))), "");
}

#[test]
fn sequences_and_enums() {
    let owner = SequenceOwner { table: public("users"), column: "nope".into() };
    let orphan = Sequence { owner: Some(owner), ..sequence() };
    assert_snapshot!(after(|contract| drop(contract.sequences.insert(public("s"), orphan))), @"CONTRACT.UNRESOLVED_REFERENCE sequence public.s: column public.users.nope is not in the contract");
    let missing = Expression::from_canonical("nextval('public.nope'::regclass)");
    assert_snapshot!(users(|table| table.columns["id"].default = Some(missing)), @"CONTRACT.UNRESOLVED_REFERENCE column public.users.id: sequence public.nope is not in the contract");
    let values = vec!["a".to_owned(), "a".to_owned(), "x".repeat(64)];
    assert_snapshot!(after(|contract| {
        contract.enums.insert(public("e"), Enum { values, ..Enum::default() });
    }), @r"
    CONTRACT.INVALID_DEFINITION enum public.e: the value 'a' is there twice
    CONTRACT.INVALID_DEFINITION enum public.e: the value 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' has more than 63 bytes
    ");
    assert_snapshot!(after(|contract| drop(contract.sequences.insert(QName::new("other", "s"), sequence()))), @"CONTRACT.UNRESOLVED_REFERENCE sequence other.s: schema other is not in the contract");
}

#[test]
fn every_problem_says_what_to_do_or_what_is_wrong() {
    let mut contract = good();
    contract.tables.remove(&public("users"));
    let problem = validate(&contract).remove(0);
    assert_snapshot!(problem.fix().unwrap(), @"describe the table public.users, with -- @control external where it belongs to somebody else");
    let mut contract = good();
    contract.tables.get_mut(&public("users")).unwrap().constraints.clear();
    let problem = validate(&contract).remove(0);
    assert_snapshot!(format!("{}; {}", problem.why().unwrap(), problem.fix().unwrap()), @"a foreign key has to identify one row; add UNIQUE (id) to public.users");
}
