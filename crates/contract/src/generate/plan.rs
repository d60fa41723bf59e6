//! What is drawn: numbers that pick from pools. Every number is good for every pool.

use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::option;
use proptest::prop_oneof;
use proptest::strategy::{Just, Strategy};

/// A pick from some pool.
pub(super) type Pick = u8;

#[derive(Debug, Clone)]
pub(super) struct ContractPlan {
    pub(super) schemas: Vec<(Pick, Option<Pick>)>,
    pub(super) enums: Vec<EnumPlan>,
    pub(super) sequences: Vec<SequencePlan>,
    pub(super) tables: Vec<TablePlan>,
}

#[derive(Debug, Clone)]
pub(super) struct EnumPlan {
    pub(super) schema: Pick,
    pub(super) name: Pick,
    pub(super) values: Vec<Pick>,
    pub(super) comment: Option<Pick>,
}

#[derive(Debug, Clone)]
pub(super) struct SequencePlan {
    pub(super) schema: Pick,
    pub(super) name: Pick,
    pub(super) options: Pick,
    pub(super) comment: Option<Pick>,
}

#[derive(Debug, Clone)]
pub(super) struct TablePlan {
    pub(super) schema: Pick,
    pub(super) name: Pick,
    pub(super) columns: Vec<ColumnPlan>,
    pub(super) primary_key: Option<Vec<Pick>>,
    pub(super) uniques: Vec<KeyPlan>,
    pub(super) checks: Vec<CheckPlan>,
    pub(super) exclusion: Option<Pick>,
    pub(super) indexes: Vec<IndexPlan>,
    pub(super) foreign_keys: Vec<ForeignKeyPlan>,
    pub(super) settings: Pick,
    pub(super) comment: Option<Pick>,
}

#[derive(Debug, Clone)]
pub(super) struct ColumnPlan {
    pub(super) name: Pick,
    pub(super) kind: Pick,
    pub(super) not_null: bool,
    pub(super) value: ValuePlan,
    pub(super) settings: Pick,
    pub(super) comment: Option<Pick>,
}

#[derive(Debug, Clone)]
pub(super) enum ValuePlan {
    Nothing,
    Default(Pick),
    Identity(Pick),
    Serial,
    Generated(Pick),
}

#[derive(Debug, Clone)]
pub(super) struct KeyPlan {
    pub(super) columns: Vec<Pick>,
    pub(super) include: Option<Pick>,
    pub(super) settings: Pick,
    pub(super) name: Option<Pick>,
    pub(super) comment: Option<Pick>,
}

#[derive(Debug, Clone)]
pub(super) struct CheckPlan {
    pub(super) column: Pick,
    pub(super) text: Pick,
    pub(super) settings: Pick,
    pub(super) name: Option<Pick>,
    pub(super) comment: Option<Pick>,
}

#[derive(Debug, Clone)]
pub(super) struct IndexPlan {
    pub(super) elements: Vec<(Pick, Pick)>,
    pub(super) include: Option<Pick>,
    pub(super) predicate: Option<Pick>,
    pub(super) settings: Pick,
    pub(super) name: Option<Pick>,
    pub(super) comment: Option<Pick>,
}

#[derive(Debug, Clone)]
pub(super) struct ForeignKeyPlan {
    pub(super) target: Pick,
    pub(super) key: Pick,
    pub(super) on_update: Pick,
    pub(super) on_delete: Pick,
    pub(super) settings: Pick,
    pub(super) comment: Option<Pick>,
}

/// Something that is rare.
fn rare() -> impl Strategy<Value = Option<Pick>> {
    option::weighted(0.2, any::<Pick>())
}

pub(super) fn contract() -> impl Strategy<Value = ContractPlan> {
    let sequences = (any::<Pick>(), any::<Pick>(), any::<Pick>(), rare())
        .prop_map(|(schema, name, options, comment)| SequencePlan { schema, name, options, comment });
    let enums = (any::<Pick>(), any::<Pick>(), vec(any::<Pick>(), 1..5), rare())
        .prop_map(|(schema, name, values, comment)| EnumPlan { schema, name, values, comment });
    (vec((any::<Pick>(), rare()), 0..2), vec(enums, 0..3), vec(sequences, 0..2), vec(table(), 0..4))
        .prop_map(|(schemas, enums, sequences, tables)| ContractPlan { schemas, enums, sequences, tables })
}

fn table() -> impl Strategy<Value = TablePlan> {
    let names = (any::<Pick>(), any::<Pick>(), any::<Pick>(), rare());
    let columns = vec(column(), 1..7);
    let primary_key = option::weighted(0.8, vec(any::<Pick>(), 1..3));
    let others = (vec(key(), 0..2), vec(check(), 0..3), rare(), vec(index(), 0..3), vec(foreign_key(), 0..2));
    (names, columns, primary_key, others).prop_map(
        |((schema, name, settings, comment), columns, primary_key, others)| {
            let (uniques, checks, exclusion, indexes, foreign_keys) = others;
            TablePlan {
                schema,
                name,
                columns,
                primary_key,
                uniques,
                checks,
                exclusion,
                indexes,
                foreign_keys,
                settings,
                comment,
            }
        },
    )
}

fn column() -> impl Strategy<Value = ColumnPlan> {
    let value = prop_oneof![
        4 => Just(ValuePlan::Nothing),
        3 => any::<Pick>().prop_map(ValuePlan::Default),
        1 => any::<Pick>().prop_map(ValuePlan::Identity),
        1 => Just(ValuePlan::Serial),
        1 => any::<Pick>().prop_map(ValuePlan::Generated),
    ];
    (any::<Pick>(), any::<Pick>(), any::<bool>(), value, any::<Pick>(), rare()).prop_map(
        |(name, kind, not_null, value, settings, comment)| ColumnPlan {
            name,
            kind,
            not_null,
            value,
            settings,
            comment,
        },
    )
}

fn key() -> impl Strategy<Value = KeyPlan> {
    (vec(any::<Pick>(), 1..3), rare(), any::<Pick>(), rare(), rare())
        .prop_map(|(columns, include, settings, name, comment)| KeyPlan { columns, include, settings, name, comment })
}

fn check() -> impl Strategy<Value = CheckPlan> {
    (any::<Pick>(), any::<Pick>(), any::<Pick>(), rare(), rare())
        .prop_map(|(column, text, settings, name, comment)| CheckPlan { column, text, settings, name, comment })
}

fn index() -> impl Strategy<Value = IndexPlan> {
    (vec((any::<Pick>(), any::<Pick>()), 1..4), rare(), rare(), any::<Pick>(), rare(), rare()).prop_map(
        |(elements, include, predicate, settings, name, comment)| IndexPlan {
            elements,
            include,
            predicate,
            settings,
            name,
            comment,
        },
    )
}

fn foreign_key() -> impl Strategy<Value = ForeignKeyPlan> {
    (any::<Pick>(), any::<Pick>(), any::<Pick>(), any::<Pick>(), any::<Pick>(), rare()).prop_map(
        |(target, key, on_update, on_delete, settings, comment)| ForeignKeyPlan {
            target,
            key,
            on_update,
            on_delete,
            settings,
            comment,
        },
    )
}
