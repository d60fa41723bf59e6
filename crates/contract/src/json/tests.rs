#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::{
    Column, Constraint, ConstraintKind, Control, Enum, Expression, ForeignKey, Identity, IdentityKind, Index,
    IndexElement, IndexKey, MatchKind, NullsOrder, PrimaryKey, ReferentialAction, ReplicaIdentity, Sequence,
    SequenceOptions, SortOrder, Table, TypeName,
};

fn public(name: &str) -> QName {
    QName::new("public", name)
}

fn of_type(ty: &str) -> Column {
    Column::new(TypeName::builtin(ty))
}

fn ids(names: &[&str]) -> Vec<Ident> {
    names.iter().map(Ident::new).collect()
}

/// A table `users` with a little of everything, and what it refers to.
fn sample() -> Contract {
    let mut contract = Contract::empty(Space::app());
    let status = Enum { values: vec!["on".into(), "it's off".into()], ..Enum::default() };
    contract.enums.insert(public("status"), status);
    let options = SequenceOptions { max: i64::MAX - 1, ..SequenceOptions::defaults(TypeName::builtin("bigint"), 1) };
    let sequence = Sequence { options, unlogged: false, owner: None, control: Control::Managed, comment: None };
    contract.sequences.insert(public("numbers"), sequence);

    let mut users = Table { comment: Some("people".into()), control: Control::External, ..Table::default() };
    let identity = Identity {
        kind: IdentityKind::Always,
        sequence: None,
        options: Box::new(SequenceOptions::defaults(TypeName::builtin("integer"), 1)),
    };
    users.columns.insert("id".into(), Column { not_null: true, identity: Some(identity), ..of_type("integer") });
    let email = Column { default: Some(Expression::from_canonical("lower('X')")), ..of_type("text") };
    users.columns.insert("email".into(), email);
    let key = PrimaryKey { columns: ids(&["id"]), include: Vec::new(), storage: BTreeMap::new() };
    users.constraints.insert("users_pkey".into(), Constraint::new(ConstraintKind::PrimaryKey(key)));
    let reference = ForeignKey {
        columns: ids(&["id"]),
        references: public("users"),
        referenced: ids(&["id"]),
        match_kind: MatchKind::Simple,
        on_update: ReferentialAction::NoAction,
        on_delete: ReferentialAction::SetNull,
        on_delete_columns: Vec::new(),
    };
    users.constraints.insert("users_id_fkey".into(), Constraint::new(ConstraintKind::ForeignKey(reference)));
    let element = IndexElement {
        key: IndexKey::Column("email".into()),
        collation: None,
        opclass: None,
        order: SortOrder::Desc,
        nulls: NullsOrder::Last,
    };
    let index = Index {
        unique: true,
        nulls_not_distinct: false,
        method: "btree".into(),
        elements: vec![element],
        include: Vec::new(),
        predicate: Some(Expression::from_canonical("email IS NOT NULL")),
        storage: BTreeMap::new(),
        valid: true,
        comment: None,
    };
    users.indexes.insert("users_email_idx".into(), index);
    users.replica_identity = ReplicaIdentity::Index("users_pkey".into());
    contract.tables.insert(public("users"), users);
    contract
}

#[test]
fn the_file_is_readable_and_comes_back() {
    let contract = sample();
    let text = to_json(&contract);
    assert_snapshot!(text, @r#"
    {
      "columnOrder": {
        "public.users": [
          "id",
          "email"
        ]
      },
      "digest": "c619d0a3519b65fa30cdacb213fed4dd14e9e1a003adf473cf7de1e686ba94f0",
      "format": 1,
      "space": "app",
      "storage": {
        "schemas": {
          "public": {
            "enums": {
              "status": {
                "values": [
                  "on",
                  "it's off"
                ]
              }
            },
            "sequences": {
              "numbers": {
                "options": {
                  "max": "9223372036854775806"
                }
              }
            },
            "tables": {
              "users": {
                "columns": {
                  "email": {
                    "default": "lower('X')",
                    "type": "text"
                  },
                  "id": {
                    "identity": {
                      "kind": "always"
                    },
                    "notNull": true,
                    "type": "integer"
                  }
                },
                "comment": "people",
                "constraints": {
                  "users_id_fkey": {
                    "foreignKey": {
                      "columns": [
                        "id"
                      ],
                      "onDelete": "setNull",
                      "references": {
                        "columns": [
                          "id"
                        ],
                        "table": "users"
                      }
                    }
                  },
                  "users_pkey": {
                    "primaryKey": {
                      "columns": [
                        "id"
                      ]
                    }
                  }
                },
                "control": "external",
                "indexes": {
                  "users_email_idx": {
                    "elements": [
                      {
                        "column": "email",
                        "descending": true,
                        "nulls": "last"
                      }
                    ],
                    "predicate": "email IS NOT NULL",
                    "unique": true
                  }
                },
                "replicaIdentity": {
                  "index": "users_pkey"
                }
              }
            }
          }
        }
      },
      "storageHash": "681b82cb1cc9803137234eea947fd6b6956dba7fff4be1c151aba1a7b175eb4a",
      "target": "postgres"
    }
    "#);
    let back = from_json(&text).unwrap();
    assert_eq!(back, contract);
    assert_eq!(to_json(&back), text);
    assert_eq!(back.tables[&public("users")].columns.keys().map(Ident::as_str).collect::<Vec<_>>(), ["id", "email"]);
}

#[test]
fn nothing_has_a_hash_of_its_own() {
    let empty = Contract::empty(Space::app());
    assert_snapshot!(to_json(&empty), @r#"
    {
      "digest": "128cdd56772d9ad9ea0b2bbf493900a254fe5cea3a57b79d2145dbb214a44a96",
      "format": 1,
      "space": "app",
      "storage": {
        "schemas": {
          "public": {}
        }
      },
      "storageHash": "e08d87fe35a3389a3ea434ab54d4074314b78e919a4c5102a48db67215457ed2",
      "target": "postgres"
    }
    "#);
    assert_eq!(storage_hash(&empty).short().len(), 12);
}

#[test]
fn the_hash_covers_what_is_stored_and_nothing_else() {
    let contract = sample();
    let hash = storage_hash(&contract);
    let mut same = contract.clone();
    same.space = Space::new("other").unwrap();
    same.tables.get_mut(&public("users")).unwrap().columns.reverse();
    if let Some(default) = &mut same.tables.get_mut(&public("users")).unwrap().columns["email"].default {
        default.written = "LOWER( 'X' )".into();
    }
    assert_eq!(storage_hash(&same), hash);
    for change in [
        |table: &mut Table| table.online = true,
        |table: &mut Table| table.control = Control::Managed,
        |table: &mut Table| table.comment = None,
        |table: &mut Table| table.columns["email"].not_null = true,
    ] {
        let mut other = contract.clone();
        change(other.tables.get_mut(&public("users")).unwrap());
        assert_ne!(storage_hash(&other), hash);
    }
}

#[test]
fn a_changed_file_is_refused() {
    let text = to_json(&sample());
    let error = from_json(&text.replace("people", "persons")).unwrap_err();
    assert_eq!(error.code(), "CONTRACT.HASH_MISMATCH");
    assert!(error.fix().unwrap().contains("novate contract emit"));
    let error = from_json(&text.replace("\"format\": 1", "\"format\": 2")).unwrap_err();
    assert_eq!(error.code(), "CONTRACT.FORMAT_UNKNOWN");
    assert_snapshot!(error, @"the contract is in format 2, which this version does not know");
    let error = from_json(&text.replace("\"postgres\"", "\"mysql\"")).unwrap_err();
    assert_eq!(error.code(), "CONTRACT.TARGET_UNKNOWN");
    // What the storage hash leaves out.
    for (from, to) in [
        ("\"id\",\n      \"email\"", "\"email\",\n      \"id\""),
        ("\"space\": \"app\"", "\"space\": \"apq\""),
        ("\"digest\": \"", "\"digest\": \"0"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        assert!(matches!(from_json(&changed), Err(ContractError::DigestMismatch { .. })), "{changed}");
    }
    let without = text.lines().filter(|line| !line.contains("\"digest\"")).collect::<String>();
    assert_snapshot!(from_json(&without).unwrap_err(), @"the contract is damaged: missing field `digest`");
}

#[test]
fn an_order_that_is_none_is_refused() {
    let mut file: Value = serde_json::from_str(&to_json(&sample())).unwrap();
    file["columnOrder"]["public.users"] = json!(["id", "id"]);
    file["digest"] = hash::digest_of(&file).into();
    assert_snapshot!(from_json(&strict::pretty(file)).unwrap_err(), @"the contract is damaged at columnOrder.public.users: these are not the table's columns, each once");
}

/// A file whose storage is this, with the hash that belongs to it.
fn file(storage: &Value) -> String {
    let hash = hash::of_value(storage).to_string();
    let mut file =
        json!({ "format": 1, "space": "app", "storage": storage, "storageHash": hash, "target": "postgres" });
    file["digest"] = hash::digest_of(&file).into();
    strict::pretty(file)
}

#[test]
fn damage_is_named_with_its_place() {
    let table = |table: Value| file(&json!({ "schemas": { "public": { "tables": { "t": table } } } }));
    let text = |text: String| from_json(&text).unwrap_err().to_string();
    assert_snapshot!(text(table(json!({ "columns": { "c": { "type": "int4" } } }))), @r#"the contract is damaged at storage.schemas.public.tables.t.columns.c.type: "int4" is not a type in canonical form"#);
    assert_snapshot!(text(table(json!({ "columns": { "c": { "type": "text", "odd": 1 } } }))), @"the contract is damaged: unknown field `odd`, expected one of `collation`, `comment`, `compression`, `default`, `generated`, `identity`, `notNull`, `statistics`, `storage`, `type`");
    assert_snapshot!(text(table(json!({ "columns": { "": { "type": "text" } } }))), @r#"the contract is damaged at storage.schemas.public.tables.t.columns.: "" cannot be a name: PostgreSQL's have 1 to 63 bytes"#);
    assert_snapshot!(text(table(json!({ "columns": {}, "constraints": { "k": { "notValid": true } } }))), @"the contract is damaged at storage.schemas.public.tables.t.constraints.k: a constraint has exactly one kind");
    assert_snapshot!(text(table(json!({ "columns": {}, "online": false }))), @"the contract is damaged at storage: this is not in the form that novate writes");
    assert_snapshot!(text(file(&json!({ "sequences": {} }))), @"the contract is damaged: unknown field `sequences`, expected `extensions` or `schemas`");
    let sequence = json!({ "schemas": { "public": { "sequences": { "s": { "options": { "max": "1e3" } } } } } });
    assert_snapshot!(text(file(&sequence)), @r#"the contract is damaged at storage.schemas.public.sequences.s.options: "1e3" is not an integer of 64 bits"#);
}

#[test]
fn hostile_files_are_refused() {
    let code = |text: &str| from_json(text).unwrap_err().code();
    assert_eq!(code(""), "CONTRACT.CORRUPT");
    assert_eq!(code("null"), "CONTRACT.CORRUPT");
    assert_eq!(code("{}"), "CONTRACT.FORMAT_UNKNOWN");
    assert_eq!(code(&"[".repeat(100_000)), "CONTRACT.CORRUPT");
    assert_eq!(code(r#"{"format": 1, "format": 1}"#), "CONTRACT.CORRUPT");
    assert_eq!(code(r#"{"format": 1.5}"#), "CONTRACT.CORRUPT");
    assert_eq!(code(r#"{"format": 9007199254740992}"#), "CONTRACT.CORRUPT");
    assert_eq!(code(&" ".repeat((64 << 20) + 1)), "CONTRACT.TOO_LARGE");
    let duplicate = to_json(&sample()).replacen("\"numbers\"", "\"numbers\": {}, \"numbers\"", 1);
    assert!(from_json(&duplicate).unwrap_err().to_string().contains("there twice"));
}

#[test]
fn hashes_are_64_lower_case_digits() {
    let hash = storage_hash(&sample());
    assert_eq!(hash.as_str().parse::<StorageHash>().unwrap(), hash);
    assert_eq!(StorageHash::parse(&hash.as_str().to_uppercase()), None);
    assert_eq!(StorageHash::parse(hash.short()), None);
}

#[test]
fn names_and_types_come_back() {
    for name in ["a", "\"A.b\"", "s.t", "\"S \"\".x\".\"t\"\".\"", "pg_catalog.\"C\""] {
        assert_eq!(text::name_ref(name).unwrap().to_string(), name);
    }
    for name in ["", "a.b.c", "A", "\"a\"", "a.", ".a"] {
        assert!(text::name_ref(name).is_err(), "{name}");
    }
    for ty in [
        "bigint",
        "character varying(10)[]",
        "character(1)",
        "bpchar",
        "numeric(10,-2)",
        "timestamp(3) with time zone",
        "interval day to second(3)",
        "bit varying(3)",
        "\"char\"",
        "public.status[]",
        "\"S\".\"a b\"",
        "ext.vector(1536)",
        "ext.geometry(point,4326)",
        "public.serial",
        "int4range",
        "oid",
        "name",
        "pg_lsn",
    ] {
        assert_eq!(text::type_name(ty).map(|read| read.to_string()).ok().as_deref(), Some(ty));
    }
}

#[test]
fn both_ways_of_reading_agree() {
    let text = to_json(&sample());
    let quick = as_written(&text).expect("what novate wrote is read as it was written");
    assert_eq!(quick, from_any_json(&text).unwrap());
    assert_eq!(quick.0, sample());
    // One that sorts otherwise in UTF-16 is read the other way.
    let mut odd = sample();
    odd.schemas.insert(Ident::new("\u{fffd}"), crate::Schema::default());
    odd.schemas.insert(Ident::new("\u{10000}"), crate::Schema::default());
    let text = to_json(&odd);
    assert!(as_written(&text).is_none());
    assert_eq!(from_json(&text).unwrap(), odd);
}
